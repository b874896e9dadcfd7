//! Opens the window, and says what is missing where it cannot.

use crate::{Waker, Window};
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// There is no screen, or it cannot be reached.
    #[error("no screen to open a window on: {reason}; use the terminal program instead: {terminal_command}")]
    NoScreen {
        /// What the window system says.
        reason: String,
        /// What to run instead.
        terminal_command: String,
    },
    /// A library that is loaded at run time is missing.
    #[error(
        "a library for windows is missing: {reason}; on Debian: apt install libx11-6 libx11-xcb1 libxcursor1 \
         libxi6 libxkbcommon-x11-0 libgl1; or use the terminal program instead: {terminal_command}"
    )]
    MissingLibrary {
        /// What was looked for.
        reason: String,
        /// What to run instead.
        terminal_command: String,
    },
    /// The screen cannot draw by OpenGL.
    #[error(
        "the screen has no OpenGL to draw with: {reason}; on Debian: apt install libgl1 libegl1; or use the \
         terminal program instead: {terminal_command}"
    )]
    NoGraphics {
        /// What the graphics system says.
        reason: String,
        /// What to run instead.
        terminal_command: String,
    },
    /// This build has one renderer.
    #[error(
        "this build draws by OpenGL alone; run: cargo run --release --features wgpu -- gui --renderer wgpu"
    )]
    OpenGlAlone,
    /// wgpu finds nothing to draw with.
    #[error(
        "no Vulkan, Metal or DirectX to draw with: {reason}; run it without --renderer wgpu, or use the terminal \
         program instead: {terminal_command}"
    )]
    NoAdapter {
        /// What wgpu says.
        reason: String,
        /// What to run instead.
        terminal_command: String,
    },
}

/// By what the window is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renderer {
    /// OpenGL.
    #[default]
    Glow,
    /// Vulkan, Metal or DirectX, whichever the machine has; only in builds with the feature `wgpu`.
    Wgpu,
}

/// How the window is opened.
#[derive(Clone, Debug)]
pub struct WindowOptions {
    /// What stands in its title bar.
    pub title: String,
    /// The command that opens the same in the terminal program, such as `glasshouse incident.glass`: for errors.
    pub terminal_command: String,
    /// By what it is drawn.
    pub renderer: Renderer,
    /// How large everything is; 1 is as the desktop has it.
    pub scale: f32,
}

/// Opens the window and returns when it is closed.
///
/// `waker` is to be called by whoever sends events, after each.
///
/// # Errors
/// When no window can be opened; the text says what to install or to run instead.
pub fn run(window: Window, waker: &Waker, options: &WindowOptions) -> Result<(), GuiError> {
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title(&options.title)
            .with_app_id("glasshouse")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([800.0, 560.0])
            .with_icon(crate::icon::icon()),
        renderer: renderer_of(options.renderer)?,
        ..eframe::NativeOptions::default()
    };
    let scale = options.scale;
    let start = || {
        eframe::run_native(
            "glasshouse",
            native,
            Box::new(move |creation| {
                creation.egui_ctx.set_zoom_factor(scale);
                Window::prepare(&creation.egui_ctx);
                waker.attach(&creation.egui_ctx);
                Ok(Box::new(window))
            }),
        )
    };
    match without_noise_about_libraries(start) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error_of(&error, &options.terminal_command)),
        Err(payload) => match missing_library(payload.as_ref()) {
            Some(reason) => Err(GuiError::MissingLibrary {
                reason: tidy(&reason),
                terminal_command: options.terminal_command.clone(),
            }),
            None => panic::resume_unwind(payload),
        },
    }
}

fn renderer_of(renderer: Renderer) -> Result<eframe::Renderer, GuiError> {
    match renderer {
        Renderer::Glow => Ok(eframe::Renderer::Glow),
        #[cfg(feature = "wgpu")]
        Renderer::Wgpu => Ok(eframe::Renderer::Wgpu),
        #[cfg(not(feature = "wgpu"))]
        Renderer::Wgpu => Err(GuiError::OpenGlAlone),
    }
}

/// Runs `start` and catches a panic. winit panics where libxkbcommon is missing; that one becomes an error of
/// ours, so its own message is not printed. All other panics are printed as ever.
fn without_noise_about_libraries<T>(start: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let before = Arc::new(panic::take_hook());
    let inner = before.clone();
    panic::set_hook(Box::new(move |info| {
        if missing_library(info.payload()).is_none() {
            inner(info);
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(start));
    // Once ours is dropped, the hook from before has no other owner and can be put back as it was.
    drop(panic::take_hook());
    if let Ok(before) = Arc::try_unwrap(before) {
        panic::set_hook(before);
    }
    result
}

/// The message of a panic, if it is about a library that could not be loaded.
fn missing_library(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())?;
    text.contains("xkbcommon").then(|| text.to_owned())
}

fn error_of(error: &eframe::Error, terminal_command: &str) -> GuiError {
    let reason = tidy(&error.to_string());
    let terminal_command = terminal_command.to_owned();
    match error {
        #[cfg(feature = "wgpu")]
        eframe::Error::Wgpu(_) => GuiError::NoAdapter {
            reason,
            terminal_command,
        },
        eframe::Error::Glutin(_) | eframe::Error::NoGlutinConfigs(..) | eframe::Error::OpenGL(_) => {
            GuiError::NoGraphics {
                reason,
                terminal_command,
            }
        }
        _ if reason.contains("xlib") || reason.contains("library") || reason.contains("libraries") => {
            GuiError::MissingLibrary {
                reason,
                terminal_command,
            }
        }
        _ => GuiError::NoScreen {
            reason,
            terminal_command,
        },
    }
}

/// One line as our errors are written: no capital letter, no full stop, without the place in the other side's
/// source (`os error at …/mod.rs:765: `) and without the list of all that was asked of OpenGL.
fn tidy(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let after_place = text
        .split_once(".rs:")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(text.as_str(), |(_, reason)| reason);
    let short = after_place
        .split(" matching the template")
        .next()
        .unwrap_or(after_place);
    let short = short.trim_end_matches(['.', ' ']);
    let mut chars = short.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(short.chars().skip(1)).collect()
        }
        _ => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_told_from_a_mistake_of_ours() {
        let missing: Box<dyn Any + Send> = Box::new("Library libxkbcommon-x11.so could not be loaded.");
        assert!(missing_library(missing.as_ref()).is_some());
        let mistake: Box<dyn Any + Send> = Box::new(String::from("index out of bounds"));
        assert!(missing_library(mistake.as_ref()).is_none());
    }

    #[test]
    fn reasons_are_short() {
        let text =
            "winit EventLoopError: os error at /home/x/winit-0.30/src/linux/mod.rs:765: no DISPLAY is set.";
        assert_eq!(tidy(text), "no DISPLAY is set");
        assert_eq!(
            tidy("Found no glutin configs matching the template: X {}. Error: y"),
            "found no glutin configs"
        );
        assert_eq!(tidy("GLX is missing."), "GLX is missing");
    }

    #[test]
    fn the_hook_from_before_is_put_back() {
        let result = without_noise_about_libraries(|| -> () { panic!("libxkbcommon.so is not here") });
        assert!(result.is_err());
        assert!(without_noise_about_libraries(|| 1).is_ok());
    }
}
