//! `glasshouse serve`: a recording over the APIs that people's tools know.

use crate::args::ServeArgs;
use crate::open;
use crate::output::Output;
use anyhow::{Context, Result, anyhow, bail};
use glass_core::parse_seek;
use glass_model::{RecordingInfo, Timestamp};
use glass_query::Limits;
use glass_server::{Clock, Options, Server};
use std::net::SocketAddr;
use std::process::ExitCode;

/// Serves until Ctrl-C.
pub(crate) fn run(args: &ServeArgs, output: &Output) -> Result<ExitCode> {
    let recording = open::recording(Some(&args.recording))?;
    let info = recording.info();
    let options = Options {
        listen: args.listen,
        allow_hosts: args.allow_host.clone(),
        clock: clock(args, &info)?,
        limits: Limits::default(),
        n_concurrent: std::thread::available_parallelism().map_or(4, |n| n.get().max(2) * 2),
    };
    let server = Server::start(recording, &options)?;
    if !args.listen.ip().is_loopback() {
        output.complain("others on the network can reach this server: it asks for no password");
    }
    announce(output, &info, &options.clock, server.address())?;
    server.run()?;
    Ok(ExitCode::SUCCESS)
}

fn clock(args: &ServeArgs, info: &RecordingInfo) -> Result<Clock> {
    let at = match &args.at {
        None => None,
        Some(text) => {
            let at = parse_seek(text, info.extent.start, info.extent);
            Some(at.map_err(|error| anyhow!(error)).context("--at")?)
        }
    };
    let Some(speed) = args.play else {
        return Ok(Clock::fixed(at.unwrap_or(info.extent.end)));
    };
    if !(speed.is_finite() && speed > 0.0) {
        bail!("--play is how many times as fast as the wall clock, above 0: {speed}");
    }
    Ok(Clock::playing(
        at.unwrap_or(info.extent.start),
        speed,
        info.extent.end,
    ))
}

fn announce(output: &Output, info: &RecordingInfo, clock: &Clock, address: SocketAddr) -> Result<()> {
    let url = format!("http://{}", reachable(address));
    let now = clock.now();
    let motion = match clock.speed() {
        Some(speed) => format!(
            "now is {now} and moves {speed} times as fast as the wall clock, up to {}",
            info.extent.end
        ),
        None => format!("now is {now}, always"),
    };
    output.line(&format!(
        "serving {} ({} to {}) on {url}\n{motion}\n\ntry:\n  \
         promtool query instant {url} 'count by (job) (up)'\n  \
         logcli query --addr={url} --limit=20 '{{job=~\".+\"}}'\n  \
         amtool alert query --alertmanager.url={url}\n\n\
         in Grafana: data sources Prometheus and Loki, both with the URL {url}, and a time range inside {}\n\
         stop with Ctrl-C",
        info.name,
        info.extent.start,
        info.extent.end,
        range_text(info.extent.start, now),
    ))
}

/// A server that listens everywhere is reached here under the loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new([127, 0, 0, 1].into(), address.port())
    } else {
        address
    }
}

fn range_text(start: Timestamp, end: Timestamp) -> String {
    let pattern = "%Y-%m-%d %H:%M:%S";
    format!("{} to {} UTC", start.format(pattern), end.format(pattern))
}
