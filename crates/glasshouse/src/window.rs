//! The window, wired to a recording; or what to run to get one.

use crate::args::{ViewArgs, WindowArgs};
use crate::output::Output;
use anyhow::Result;
use std::process::ExitCode;

#[cfg(feature = "gui")]
mod more;

/// Runs until the window is closed.
#[cfg(feature = "gui")]
pub(crate) fn run(
    named: Option<&str>,
    view: &ViewArgs,
    arguments: WindowArgs,
    output: &Output,
) -> Result<ExitCode> {
    use crate::config::Config;
    use crate::home::Home;
    use crate::memory::MemoryFile;
    use crate::open;
    use glass_core::Memory;
    use glass_driver::Driver;
    use glass_gui::{Waker, Window, WindowOptions};
    use std::sync::{Arc, mpsc};

    let config = Config::load(output);
    let home = Home::new();
    let (opened, failure) = match home.open_named(named) {
        Ok(opened) => (opened, None),
        // The window says it, too: whoever opened a file with the mouse has no terminal to look at.
        Err(error) => {
            let failure = failure_of(named, &error);
            output.complain(&format!("{error:#}"));
            (home.open_named(None)?, Some(failure))
        }
    };
    let named = named.filter(|_| failure.is_none());
    let opened = open::with_dashboards(opened, view)?;
    let memory_file = MemoryFile::new();
    let memory = memory_file.read();
    let mut app = open::app_where_left(opened.info.clone(), named, view, memory.as_ref().ok())?;
    config.apply(&mut app);
    if failure.is_none()
        && named.is_none()
        && memory_file.is_kept()
        && memory.as_ref().is_ok_and(|memory| memory.is_new())
    {
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
    let memory = memory.unwrap_or_default();
    let kept_percent = memory.scale_percent;
    let configured_percent = config.scale.map_or(100, |scale| scale.percent);
    let percent = arguments
        .scale
        .map(|scale| scale.percent)
        .or(kept_percent)
        .unwrap_or(configured_percent)
        .clamp(20, 500);
    let looks = looks(view, &config)?;
    let more = more::opening(home, config, memory, waker.clone());
    let options = WindowOptions {
        title: format!("{name} – Glasshouse"),
        terminal_command: named
            .map_or_else(|| "glasshouse".to_owned(), |named| format!("glasshouse {named}")),
        renderer: arguments.renderer.to_window(),
        scale: f32::from(percent) / 100.0,
    };
    let (kept, result) = mpsc::channel();
    let farewell = Box::new(move |mut left: Memory| {
        // What was set for one start is not kept, nor what the configuration says anyway.
        left.scale_percent = match left.scale_percent {
            Some(same) if same == percent => kept_percent,
            changed => changed.filter(|percent| *percent != configured_percent),
        };
        drop(kept.send(memory_file.write(&left)));
    });
    let mut window = Window::new(app, Box::new(driver), events)
        .with_looks(looks)
        .with_opening(more)
        .with_farewell(farewell);
    let has_failed = failure.is_some();
    if let Some(failure) = failure {
        window = window.with_failure(failure);
    }
    if arguments.report_frames {
        let output = Output::new();
        window = window.with_watcher(Box::new(move |drawn| {
            let state = if drawn.is_settled { "settled" } else { "waiting" };
            // Who no longer reads it is no reason to end.
            drop(output.line(&format!("frame {} {state}", drawn.n_frames)));
        }));
    }
    glass_gui::run(window, &waker, &options)?;
    // A window that was ended from outside says no farewell.
    result.try_recv().unwrap_or(Ok(()))?;
    Ok(match has_failed {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// What the window says of something that cannot be opened.
#[cfg(feature = "gui")]
fn failure_of(named: Option<&str>, error: &anyhow::Error) -> glass_gui::Failure {
    let [behind, others @ ..] = crate::bundled::BUNDLED else {
        unreachable!("an incident comes with the program")
    };
    let others: Vec<_> = others.iter().map(|bundled| bundled.name).collect();
    let named = named.unwrap_or_default().to_owned();
    glass_gui::Failure {
        ways_on: vec![
            format!(
                "the incidents that come with the program: {} behind this, and {}",
                behind.name,
                others.join(", ")
            ),
            "clouds, live: 9 lists them".to_owned(),
            "another file: drag it onto this window".to_owned(),
            "glasshouse verify FILE says what is wrong, member by member".to_owned(),
        ],
        reason: format!("{error:#}"),
        named,
    }
}

/// The window's themes and the user's own, and the one to begin with.
#[cfg(feature = "gui")]
fn looks(view: &ViewArgs, config: &crate::config::Config) -> Result<glass_gui::Looks> {
    use anyhow::Context;
    use glass_gui::{Looks, OwnTheme};

    if let Some(name) = &view.theme {
        config
            .theme_of(name)
            .map_err(anyhow::Error::msg)
            .context("--theme")?;
    }
    let bytes = |(r, g, b): (u8, u8, u8)| [r, g, b];
    let own = config.themes.iter().map(|theme| OwnTheme {
        name: theme.name.clone(),
        about: theme.about.clone(),
        is_light: theme.palette.is_light(),
        colors: theme
            .palette
            .named()
            .into_iter()
            .map(|(name, rgb)| (name, bytes(rgb)))
            .collect(),
        series: theme.palette.series().map(bytes),
    });
    let first = view.theme.as_deref().or(config.theme_name.as_deref());
    Ok(Looks::new(first, &own.collect::<Vec<_>>()))
}

#[cfg(feature = "gui")]
impl crate::args::Renderer {
    fn to_window(self) -> glass_gui::Renderer {
        match self {
            Self::Glow => glass_gui::Renderer::Glow,
            Self::Wgpu => glass_gui::Renderer::Wgpu,
        }
    }
}

/// This build has no window.
#[cfg(not(feature = "gui"))]
pub(crate) fn run(_: Option<&str>, _: &ViewArgs, _: WindowArgs, _: &Output) -> Result<ExitCode> {
    anyhow::bail!("this build has no window; run: cargo run --release --features gui -- gui")
}
