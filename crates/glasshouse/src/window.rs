//! The window, wired to a recording; or what to run to get one.

use crate::args::ViewArgs;
use crate::output::Output;
use anyhow::Result;
use std::process::ExitCode;

#[cfg(feature = "gui")]
mod more;

/// Runs until the window is closed.
#[cfg(feature = "gui")]
pub(crate) fn run(named: Option<&str>, view: &ViewArgs, output: &Output) -> Result<ExitCode> {
    use crate::config::Config;
    use crate::home::Home;
    use crate::memory::MemoryFile;
    use crate::open;
    use glass_driver::Driver;
    use glass_gui::{Appearance, Waker, Window, WindowOptions};
    use std::sync::{Arc, mpsc};

    let config = Config::load(output);
    let home = Home::new();
    let opened = open::with_dashboards(home.open_named(named)?, view)?;
    let memory_file = MemoryFile::new();
    let memory = memory_file.read();
    let mut app = open::app_where_left(opened.info.clone(), named, view, memory.as_ref().ok())?;
    config.apply(&mut app);
    if memory_file.is_kept() && memory.as_ref().is_ok_and(|memory| memory.is_new()) && named.is_none() {
        app.start_tour();
    }
    let (sender, events) = mpsc::channel();
    let waker = Waker::default();
    let wakes = waker.clone();
    let deliver = Arc::new(move |event| {
        // The receiver is gone only when the program ends.
        drop(sender.send(event));
        wakes.wake();
    });
    let name = opened.info.name.clone();
    let home = Arc::new(home);
    let driver = Driver::new(opened, Some(home.clone()), deliver)?;
    let theme = view.theme.clone().or(config.theme_name.clone());
    let more = more::opening(home, config, memory.unwrap_or_default(), waker.clone());
    let options = WindowOptions {
        title: format!("{name} – Glasshouse"),
        terminal_command: named
            .map_or_else(|| "glasshouse".to_owned(), |named| format!("glasshouse {named}")),
        // A window has no more than these two.
        appearance: match theme.as_deref() {
            Some("dark" | "safe" | "contrast") => Appearance::Dark,
            Some("light" | "paper") => Appearance::Light,
            _ => Appearance::System,
        },
    };
    let (kept, result) = mpsc::channel();
    let farewell = Box::new(move |left: glass_core::Memory| drop(kept.send(memory_file.write(&left))));
    let window = Window::new(app, Box::new(driver), events)
        .with_opening(more)
        .with_farewell(farewell);
    glass_gui::run(window, &waker, &options)?;
    // A window that was ended from outside says no farewell.
    result.try_recv().unwrap_or(Ok(()))?;
    Ok(ExitCode::SUCCESS)
}

/// This build has no window.
#[cfg(not(feature = "gui"))]
pub(crate) fn run(_: Option<&str>, _: &ViewArgs, _: &Output) -> Result<ExitCode> {
    anyhow::bail!("this build has no window; run: cargo run --release --features gui -- gui")
}
