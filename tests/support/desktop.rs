//! A screen without a monitor, the built window on it, and what is to be seen there.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// So long anything is waited for: software draws, on machines that do other things as well.
const PATIENCE: Duration = Duration::from_secs(60);

const WIDTH: usize = 1280;
const HEIGHT: usize = 800;

/// The built program.
pub fn glasshouse() -> &'static str {
    env!("CARGO_BIN_EXE_glasshouse")
}

/// The file of an incident that comes with the program.
pub fn bundled(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/incidents");
    folder.join(format!("{name}.glass"))
}

/// Whether a program is installed; where it must be, a missing one is a failure.
pub fn is_there(program: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    let required = std::env::var_os("GLASSHOUSE_REQUIRE_SERVERS").is_some();
    assert!(found || !required, "{program} is missing");
    if !found {
        println!("left out: {program} is not installed");
    }
    found
}

/// A screen of 1280×800.
pub struct Desktop {
    xvfb: Child,
    display: String,
}

impl Desktop {
    /// A new one; `None` where the programs for it are missing.
    pub fn start() -> Option<Self> {
        if !["Xvfb", "xdotool", "import"].into_iter().all(is_there) {
            return None;
        }
        // It picks a number that is free, and tells it.
        let mut xvfb = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let mut told = BufReader::new(xvfb.stdout.take().unwrap());
        told.read_line(&mut number).unwrap();
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb did not start");
        Some(Self {
            display: format!(":{number}"),
            xvfb,
        })
    }

    /// Starts `glasshouse gui` and waits for its window. What is remembered is kept in `state`.
    pub fn open(&self, arguments: &[&str], state: &Path) -> Window<'_> {
        let child = Command::new(glasshouse())
            .arg("gui")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("GLASSHOUSE_STATE", state)
            .env("GLASSHOUSE_CONFIG", "")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut window = Window {
            desktop: self,
            child,
            id: String::new(),
            complaints: String::new(),
        };
        let start = Instant::now();
        while window.id.is_empty() {
            assert!(start.elapsed() < PATIENCE, "no window");
            if let Some(status) = window.child.try_wait().unwrap() {
                panic!("it ended with {status}: {}", window.complaints());
            }
            let found = self.xdotool(&["search", "--onlyvisible", "--class", "glasshouse"]);
            window.id = found.lines().next().unwrap_or_default().to_owned();
            std::thread::sleep(Duration::from_millis(50));
        }
        // There is no window manager that would give it the keys.
        self.xdotool(&["windowfocus", "--sync", &window.id]);
        window
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    fn picture(&self) -> Picture {
        let output = Command::new("import")
            .args(["-silent", "-window", "root", "-depth", "8", "rgb:-"])
            .env("DISPLAY", &self.display)
            .output()
            .unwrap();
        assert_eq!(
            output.stdout.len(),
            WIDTH * HEIGHT * 3,
            "no picture of the screen"
        );
        Picture(output.stdout)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.xvfb.kill().ok();
        self.xvfb.wait().ok();
    }
}

/// The running program and its window.
pub struct Window<'a> {
    desktop: &'a Desktop,
    child: Child,
    id: String,
    complaints: String,
}

impl Window<'_> {
    /// Presses a key, by the name that X has for it.
    pub fn press(&self, key: &str) {
        self.desktop.xdotool(&["key", "--clearmodifiers", key]);
    }

    /// Types a text.
    pub fn type_text(&self, text: &str) {
        self.desktop.xdotool(&["type", "--delay", "30", text]);
    }

    /// Gives the window another size.
    pub fn resize(&self, width: u32, height: u32) {
        let (width, height) = (width.to_string(), height.to_string());
        self.desktop.xdotool(&["windowsize", &self.id, &width, &height]);
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&Picture) -> bool) -> Picture {
        let start = Instant::now();
        loop {
            let picture = self.desktop.picture();
            if is_so(&picture) {
                return picture;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until nothing moves any more.
    pub fn wait_until_still(&self) -> Picture {
        let mut before = self.desktop.picture();
        let mut n_same = 0;
        let start = Instant::now();
        while n_same < 3 {
            assert!(start.elapsed() < PATIENCE, "it never comes to rest");
            std::thread::sleep(Duration::from_millis(150));
            let now = self.desktop.picture();
            n_same = if now.differs_from(&before) { 0 } else { n_same + 1 };
            before = now;
        }
        before
    }

    /// Waits until the program has ended, and returns its exit code.
    pub fn wait_for_end(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it wrote to standard error, once it has ended.
    pub fn complaints(&mut self) -> String {
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut self.complaints).ok();
        }
        self.complaints.clone()
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The screen's pixels: red, green, blue.
pub struct Picture(Vec<u8>);

impl Picture {
    fn pixels(&self) -> impl Iterator<Item = [u8; 3]> {
        self.0.chunks_exact(3).map(|bytes| [bytes[0], bytes[1], bytes[2]])
    }

    /// Whether there is more to be seen than a ground: many colours, as texts have them.
    pub fn is_painted(&self) -> bool {
        let mut colors: Vec<_> = self.pixels().collect();
        colors.sort_unstable();
        colors.dedup();
        colors.len() > 100
    }

    /// The share of pixels that are another colour.
    pub fn share_that_differs(&self, other: &Self) -> f64 {
        let n_others = self.pixels().zip(other.pixels()).filter(|(a, b)| a != b).count();
        n_others as f64 / (WIDTH * HEIGHT) as f64
    }

    /// Whether any pixel is another colour.
    pub fn differs_from(&self, other: &Self) -> bool {
        self.0 != other.0
    }

    /// How many pixels have this colour.
    pub fn count(&self, color: [u8; 3]) -> usize {
        self.pixels().filter(|pixel| *pixel == color).count()
    }

    /// The mean of all colours, 0 to 255.
    pub fn brightness(&self) -> f64 {
        self.0.iter().map(|byte| f64::from(*byte)).sum::<f64>() / self.0.len() as f64
    }

    /// Whether nothing is to be seen right of a column.
    pub fn is_black_right_of(&self, column: usize) -> bool {
        let mut rows = self.0.chunks_exact(WIDTH * 3);
        rows.all(|row| row[column * 3..].iter().all(|byte| *byte == 0))
    }
}
