//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};
use glass_recording::import::ImportFormat;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Look inside an open cloud, exactly as it was when it broke.
///
/// Without arguments it opens a recorded incident that comes with the program, offline.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 done; 1 it failed; 2 wrong arguments; 3 the recording is damaged.\n\
                  Inside the program `?` shows all keys."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to open: a .glass file, an unpacked folder, the name of a bundled incident, or a glass:// address.
    pub recording: Option<String>,
    #[command(flatten)]
    pub view: ViewArgs,
    /// Prints this screen when all of it is answered, and exits: overview, metrics, logs …
    #[arg(long, value_name = "SCREEN", conflicts_with = "screen")]
    pub snapshot: Option<String>,
    #[command(flatten)]
    pub picture: PictureArgs,
}

/// How a screen is printed.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PictureArgs {
    /// Columns and rows of a screen that is printed.
    #[arg(long, default_value = "120x36", value_name = "WxH")]
    pub size: String,
    /// Keys to press before it is printed, such as `/error` or `jj`; \n is enter, \e escape, \t tab.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    pub keys: String,
    /// Prints a picture instead, or writes it to FILE.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub svg: Option<Option<PathBuf>>,
    /// Whether text is coloured; auto colours it on a terminal.
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// How the program looks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ViewArgs {
    /// Where to start: 03:41, 2026-11-22T03:41:00Z, +90s, end. The first alert if not given.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Starts anew, and not where this was left.
    #[arg(long)]
    pub fresh: bool,
    /// Which screen to start with.
    #[arg(long, value_name = "NAME")]
    pub screen: Option<String>,
    /// A Grafana dashboard of your own to begin with: JSON, or YAML with JSON inside, or a folder such as a configuration
    /// repository; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub dashboard: Vec<PathBuf>,
    /// Which colours: auto, dark, light, paper, safe, contrast, or a theme of yours.
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// How many colours; NO_COLOR is obeyed.
    #[arg(long, value_enum)]
    pub colors: Option<Colors>,
    /// Out of what graphs are made.
    #[arg(long, value_enum)]
    pub glyphs: Option<Glyphs>,
    /// Leaves the mouse to the terminal, so that it can select text.
    #[arg(long)]
    pub no_mouse: bool,
}

/// How the window looks, beside what the terminal program has as well.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct WindowArgs {
    /// How large everything is, 0.5 to 4; ctrl with +, - and 0 change it, and it is kept.
    #[arg(long, value_name = "FACTOR", value_parser = Scale::parse)]
    pub scale: Option<Scale>,
    /// By what the window is drawn.
    #[arg(long, value_enum, default_value_t = Renderer::Glow)]
    pub renderer: Renderer,
    /// Prints a line for every frame, for measurements.
    #[arg(long, hide = true)]
    pub report_frames: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Renderer {
    /// OpenGL.
    Glow,
    /// Vulkan, Metal or DirectX; only in builds with the feature `wgpu`.
    Wgpu,
}

/// How large the window shows everything, in percent of what the desktop has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    pub percent: u16,
}

impl Scale {
    /// A factor from 0.5 to 4.
    pub fn new(factor: f64) -> Result<Self, String> {
        if (0.5..=4.0).contains(&factor) {
            let percent = (factor * 100.0).round() as u16;
            Ok(Self { percent })
        } else {
            Err(format!("expected a number from 0.5 to 4, found {factor}"))
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let factor = text
            .parse()
            .map_err(|_| "expected a number such as 1.25".to_owned())?;
        Self::new(factor)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colors {
    Auto,
    #[value(name = "truecolor")]
    TrueColor,
    #[value(name = "256")]
    Ansi256,
    #[value(name = "16")]
    Ansi16,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Glyphs {
    Auto,
    Octant,
    Braille,
    HalfBlock,
    Ascii,
}

/// What `glasshouse config --help` says of the files.
const CONFIG_HELP: &str = "The folder is the system's for configuration, or the one GLASSHOUSE_CONFIG names:\n  \
config.toml    theme, colors, glyphs, mouse, speed, scale; arguments outrank it\n  \
keys.toml      keys of your own; docs/keys.md says how\n  \
themes/*.toml  colours of your own, over those of a theme\n  \
clouds/*.toml  open clouds of your own";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Opens a recording in the terminal.
    Open {
        /// A .glass file, an unpacked folder, the name of a bundled incident, or a glass:// address.
        recording: Option<String>,
        #[command(flatten)]
        view: ViewArgs,
    },
    /// Opens a recording or a cloud in a window.
    Gui {
        /// A .glass file, an unpacked folder, the name of a bundled incident or of a cloud, or a glass:// address.
        recording: Option<String>,
        #[command(flatten)]
        view: ViewArgs,
        #[command(flatten)]
        window: WindowArgs,
    },
    /// Prints a screen as text, as it is at a moment.
    Show(ShowArgs),
    /// Says where your configuration is, what it sets, and what is wrong with it; exits with 1 if something is.
    #[command(after_help = CONFIG_HELP)]
    Config {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the incidents that come with the program.
    Incidents {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Says what a recording is and holds.
    Info {
        /// A .glass file, a folder, or the name of a bundled incident.
        file: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads all of a recording and says what is wrong with it; exits with 3 if something is.
    Verify {
        /// A .glass file or a folder.
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Takes a recording apart into a folder, which opens as a recording too.
    Unpack {
        /// A .glass file.
        file: PathBuf,
        /// A folder that does not exist yet, or is empty.
        folder: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Puts an unpacked folder together again.
    Pack {
        /// The folder.
        folder: PathBuf,
        /// The .glass file, which must not exist yet.
        file: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Records a live cloud: everything public around a window of time, in one file.
    Record(RecordArgs),
    /// Brings what is public about a cloud onto this machine, for use offline; later only what is new.
    Clone(CloneArgs),
    /// Adds data from files to a new or an existing recording.
    Import(ImportArgs),
    /// Writes a recording's data in forms that other tools read.
    ///
    /// Rules, targets, silences and receivers are in none of them: they stand in the file as Parquet tables.
    Export(ExportArgs),
    /// Serves a recording over the APIs of Prometheus, Loki and Alertmanager.
    Serve(ServeArgs),
    /// Asks a recording's metrics in PromQL.
    Query(QueryArgs),
    /// Asks a recording's log lines in LogQL.
    Logs(LogsArgs),
    /// Lists the open clouds; asks how they stand; adds one.
    Clouds(CloudsArgs),
    /// Reads Grafana dashboards from files.
    Dashboards(DashboardsArgs),
}

/// Grafana dashboards in files.
#[derive(Debug, clap::Args)]
pub(crate) struct DashboardsArgs {
    #[command(subcommand)]
    pub command: DashboardsCommand,
}

/// What to do with them.
#[derive(Debug, Subcommand)]
pub(crate) enum DashboardsCommand {
    /// Tells per panel whether it can be read, and if not why.
    ///
    /// Reads Grafana's JSON of all versions, answers of its API, and YAML of Kubernetes with JSON inside.
    Check {
        /// Files, or folders of them.
        #[arg(required = true, value_name = "FILE")]
        paths: Vec<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Open clouds.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Entries come with the program; your own stand in clouds/*.toml of your configuration folder, or of \
                  the folder GLASSHOUSE_CONFIG names, and extend or change them. A token is never written there: name \
                  the variable or file it is in, or set GLASSHOUSE_TOKEN_<CLOUD>_<SOURCE>."
)]
pub(crate) struct CloudsArgs {
    #[command(subcommand)]
    pub command: Option<CloudsCommand>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with them.
#[derive(Debug, Subcommand)]
pub(crate) enum CloudsCommand {
    /// Tells all that is known of a cloud.
    Show {
        /// Its id.
        #[arg(value_name = "CLOUD")]
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Asks every source one cheap question and tells what answered, all hosts side by side.
    #[command(after_help = "Exit codes: 0 something answered; 1 nothing did.")]
    Check {
        /// A cloud's id; all if not given.
        cloud: Option<String>,
        /// As JSON, one object a line, as the answers come.
        #[arg(long)]
        json: bool,
    },
    /// Finds out what answers at an address and adds it to your clouds.
    ///
    /// Knows Prometheus, Thanos, Mimir, VictoriaMetrics, Grafana and the data sources behind it, Alertmanager, Loki,
    /// VictoriaLogs, Argo CD, Statuspage, cState, and Git hosts.
    Add {
        /// An address as in a browser, such as prometheus.example.org or github.com/owner/name.
        url: String,
        /// The cloud's id; made of the address if not given. One that is there already is only written over by --force.
        #[arg(long)]
        id: Option<String>,
        /// Shows the entry and writes nothing.
        #[arg(long)]
        dry_run: bool,
        /// Writes over an entry of yours, or puts the sources into a cloud that comes with the program.
        #[arg(long)]
        force: bool,
    },
}

/// The moments a query is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TimeArgs {
    /// For one moment: 03:41, 2026-11-22T03:41:00Z, +90s after the start, -5m before the end, end, or Unix seconds.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["start", "end", "step"])]
    pub time: Option<String>,
    /// From this moment on; the recording's start if not given.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub start: Option<String>,
    /// Up to this moment; the recording's end if not given.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub end: Option<String>,
    /// From one value to the next, such as 15s; one that gives about 250 values if not given.
    #[arg(long, value_name = "DURATION")]
    pub step: Option<String>,
}

/// Asks PromQL.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a time the query is answered for the recording's end; with --start, --end, --step or --plot \
                  for a range.\nExit codes: 0 answered, also with nothing; 1 it failed; 2 the query or an argument \
                  is wrong."
)]
pub(crate) struct QueryArgs {
    /// A .glass file, a folder, or the name of a bundled incident.
    #[arg(value_name = "FILE")]
    pub recording: String,
    /// The query, such as `sum by (job) (rate(http_requests_total[5m]))`.
    #[arg(value_name = "PROMQL")]
    pub query: String,
    #[command(flatten)]
    pub time: TimeArgs,
    /// At most so many series; 0 for all.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub limit: usize,
    /// As JSON, as Prometheus answers.
    #[arg(long)]
    pub json: bool,
    /// Draws the result into a file that ends in .svg or .png.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Asks LogQL.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a time it is the whole recording. Queries that count, such as \
                  'sum(rate({job=\"shop\"}[1m]))', are answered too, with --time for one moment.\nExit codes: 0 \
                  answered, also with nothing; 1 it failed; 2 the query or an argument is wrong."
)]
pub(crate) struct LogsArgs {
    /// A .glass file, a folder, or the name of a bundled incident.
    #[arg(value_name = "FILE")]
    pub recording: String,
    /// The query, such as '{job="shop"} |= "error" | json'.
    #[arg(value_name = "LOGQL")]
    pub query: String,
    #[command(flatten)]
    pub time: TimeArgs,
    /// At most so many lines, the latest; 0 for all.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: usize,
    /// The earliest lines instead of the latest.
    #[arg(long)]
    pub forward: bool,
    /// As JSON, as Loki answers.
    #[arg(long)]
    pub json: bool,
    /// Draws the result of a query that counts into a file that ends in .svg or .png.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Prints a screen.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// A .glass file, an unpacked folder, the name of a bundled incident, or a glass:// address.
    pub recording: Option<String>,
    #[command(flatten)]
    pub view: ViewArgs,
    #[command(flatten)]
    pub picture: PictureArgs,
}

impl ShowArgs {
    /// What `--snapshot` stands for.
    pub fn new(
        recording: Option<String>,
        mut view: ViewArgs,
        screen: Option<String>,
        picture: PictureArgs,
    ) -> Self {
        view.screen = screen;
        Self {
            recording,
            view,
            picture,
        }
    }
}

/// Adds data to a recording.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Formats are found out from the files: OpenMetrics text, `promtool tsdb dump` text, Loki \
                        query_range JSON, logcli jsonl, Alertmanager webhooks (a JSON line each), a Git bundle or \
                        repository, Markdown post-mortems, issue threads as JSON. All may be gzipped."
)]
pub(crate) struct ImportArgs {
    /// Files to read.
    #[arg(required = true)]
    pub inputs: Vec<PathBuf>,
    /// The recording; if it exists, the data is added to it.
    #[arg(long, value_name = "FILE")]
    pub into: PathBuf,
    /// Its name, if it is new; else the file's.
    #[arg(long)]
    pub name: Option<String>,
    /// One sentence on what it is, without giving the cause away.
    #[arg(long)]
    pub summary: Option<String>,
    /// The cloud it was recorded from.
    #[arg(long)]
    pub cloud: Option<String>,
    /// The cluster, for events that do not name one.
    #[arg(long)]
    pub cluster: Option<String>,
    /// The data's license.
    #[arg(long)]
    pub license: Option<String>,
    /// Takes all inputs for this format instead of finding out.
    #[arg(long, value_parser = PossibleValuesParser::new(ImportFormat::ALL.map(ImportFormat::name)))]
    pub format: Option<String>,
    /// When documents without a date became known, such as 2026-11-23T09:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub known_at: Option<String>,
    /// When answers of APIs that are true of a moment were given, such as rules, targets and silences; else their
    /// `Date` header in a file ending in `.headers` beside them says so, or the latest time inside.
    #[arg(long, value_name = "TIME")]
    pub seen_at: Option<String>,
    /// The source's name in the recording, for all inputs; else each file's name.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Finds out which NaNs were stale markers, which text forms print alike: those in counters, those of a target that
    /// stopped, and those that end a run of samples.
    #[arg(long)]
    pub infer_stale: bool,
    /// A label of log lines that is metadata of the line, not of its stream; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub metadata_label: Vec<String>,
    /// Panels to open with, as the assets' README describes.
    #[arg(long, value_name = "FILE")]
    pub layout: Option<PathBuf>,
    /// A file that says what broke; kept in `truth/`, which the program never reads.
    #[arg(long, value_name = "FILE")]
    pub truth: Vec<PathBuf>,
    /// Leaves Git objects out; changes are kept.
    #[arg(long)]
    pub no_git: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Serves a recording.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\"Now\" is the recording's clock. A client that asks for a time later than that, such as the wall \
                  clock's now, gets the recording's now; a window that ends later is moved as a whole so that it ends \
                  there. Both are said in the answer's warnings. Times inside the recording are taken as they are, \
                  and so are those of remote read. Nothing later than now is served.\n\n\
                  The server only reads: whatever would write is answered with 405."
)]
pub(crate) struct ServeArgs {
    /// A .glass file, a folder, or the name of a bundled incident.
    pub recording: String,
    /// Where to listen. Addresses other than the loopback one let others on the network in.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9190")]
    pub listen: SocketAddr,
    /// What now is: 03:41, 2026-11-22T03:41:00Z, +90s, end. The recording's end if not given.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Lets the clock run so many times as fast as the wall clock, from --at or the start.
    #[arg(long, value_name = "SPEED")]
    pub play: Option<f64>,
    /// A name under which others reach this server, beside localhost and its address; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
}

/// Writes data.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// A .glass file, a folder, or the name of a bundled incident.
    pub recording: String,
    /// In which form.
    #[arg(value_enum)]
    pub form: ExportForm,
    /// The file to write; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only what was known at this moment.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Writes names outside the classic alphabet too, in quotes, which Prometheus reads from 3.0 on.
    #[arg(long)]
    pub all_names: bool,
    /// The report as JSON, on standard error.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// Samples, as `promtool tsdb create-blocks-from openmetrics` reads them.
    #[value(name = "openmetrics")]
    OpenMetrics,
    /// Log entries, a JSON line each, as logcli writes them.
    LogsJsonl,
    /// Samples as CSV.
    MetricsCsv,
    /// Log entries as CSV.
    LogsCsv,
    /// Events as CSV.
    EventsCsv,
}

/// Records a live cloud.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --metrics it records what the cloud's rules read: what operators alert on. What it will ask \
                  is said before it starts.\n\nCtrl-C finishes the file with what there is; a second Ctrl-C stops at \
                  once. The same command goes on with what was not finished, in FILE.recording, and with a file in \
                  which something is missing because a server did not answer.\n\nExit codes: 0 done; 1 it failed, or \
                  something is missing, and the file holds the rest; 2 wrong arguments."
)]
pub(crate) struct RecordArgs {
    /// The cloud's id; `glasshouse clouds` lists them.
    pub cloud: String,
    /// The last so long, such as 2h; an hour if no time is given.
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["from", "to"])]
    pub since: Option<String>,
    /// From this moment on: 2026-11-22T03:41:00Z, Unix seconds, or -2h before now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Up to this moment; now if not given.
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        conflicts_with = "follow"
    )]
    pub to: Option<String>,
    /// Goes on until Ctrl-C: from now on, or from --since or --from.
    #[arg(long)]
    pub follow: bool,
    /// Series to record, such as 'node_load1{job="node"}'; may be repeated.
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub metrics: Vec<String>,
    /// Log lines to record, such as '{job="shop"} |= "error"'; may be repeated.
    #[arg(long, value_name = "LOGQL", num_args = 1..)]
    pub logs: Vec<String>,
    /// An incident's thread: the address of a GitHub or GitLab issue; may be repeated.
    #[arg(long, value_name = "URL", num_args = 1..)]
    pub incident: Vec<url::Url>,
    /// Leaves Git objects out; changes are kept.
    #[arg(long)]
    pub no_git: bool,
    /// The file.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Does not ask whether to go on.
    #[arg(short, long)]
    pub yes: bool,
    /// How often it asks with --follow.
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub every: String,
    /// How far behind the clock it stays, since servers take samples in late.
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub lag: String,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Clones a cloud.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It is kept in the data folder (GLASSHOUSE_DATA, or the system's), and opens like any recording.\n\
                  Exit codes: 0 done; 1 it failed, or something is missing; 2 wrong arguments."
)]
pub(crate) struct CloneArgs {
    /// The cloud's id; `glasshouse clouds` lists them.
    pub cloud: String,
    /// How far back configuration and incidents reach.
    #[arg(long, value_name = "DURATION", default_value = "30d")]
    pub depth: String,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}
