//! The window, wired to a recording; or what to run to get one.

use crate::args::ViewArgs;
use anyhow::Result;
use std::process::ExitCode;

/// Runs until the window is closed.
#[cfg(feature = "gui")]
pub(crate) fn run(named: Option<&str>, view: &ViewArgs) -> Result<ExitCode> {
    use crate::args::Theme;
    use crate::open;
    use glass_driver::Driver;
    use glass_gui::{Appearance, Waker, Window, WindowOptions};
    use std::sync::{Arc, mpsc};

    let evaluator = Arc::new(open::evaluator(named)?);
    let app = open::app(evaluator.source(), named, view)?;
    let (sender, events) = mpsc::channel();
    let waker = Waker::default();
    let wakes = waker.clone();
    let deliver = Arc::new(move |event| {
        // The receiver is gone only when the program ends.
        drop(sender.send(event));
        wakes.wake();
    });
    let driver = Driver::new(evaluator.clone(), Some(evaluator.clone()), deliver)?;
    let name = evaluator.source().info().name;
    let options = WindowOptions {
        title: format!("{name} – Glasshouse"),
        terminal_command: named
            .map_or_else(|| "glasshouse".to_owned(), |named| format!("glasshouse {named}")),
        appearance: match view.theme {
            Theme::Auto => Appearance::System,
            Theme::Dark => Appearance::Dark,
            Theme::Light => Appearance::Light,
        },
    };
    glass_gui::run(Window::new(app, Box::new(driver), events), &waker, &options)?;
    Ok(ExitCode::SUCCESS)
}

/// This build has no window.
#[cfg(not(feature = "gui"))]
pub(crate) fn run(_: Option<&str>, _: &ViewArgs) -> Result<ExitCode> {
    anyhow::bail!("this build has no window; run: cargo run --release --features gui -- gui")
}
