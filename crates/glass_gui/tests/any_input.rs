//! Whatever is pressed, pointed at, typed, dropped and resized, in any order: the window does not panic, draws, and comes
//! to rest when it is left alone. The steps are random, from fixed seeds.

mod support;

use egui::{
    DroppedFile, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, RawInput,
    Rect, TouchPhase, vec2,
};
use glass_gui::Window;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use support::invented::{Invented, app};

const N_STEPS: usize = 300;
/// A walk ends by then, however slow the machine is.
const PATIENCE: Duration = Duration::from_secs(4);
/// So many frames in a row may be asked for after the last input.
const MAX_FRAMES_TO_REST: usize = 60;

const SIZES: [(f32, f32); 9] = [
    (1280.0, 800.0),
    (0.0, 0.0),
    (1.0, 1.0),
    (33.0, 900.0),
    (900.0, 33.0),
    (320.0, 200.0),
    (800.0, 560.0),
    (1920.0, 1080.0),
    (7680.0, 4320.0),
];

const TEXTS: [&str; 8] = [
    "sum by (job) (rate(up[5m]))",
    "{service=\"cart\"} |= \"error\"",
    "\u{1b}[31m\u{202e}é",
    "glass://heron/logs?at=2026-11-22T03:41:00Z",
    "",
    "\n\n\t",
    "ﷺ👩‍👩‍👧‍👦",
    "2026-11-22T03:41:00Z",
];

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap_or_default()
    }

    fn one<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// A place, also outside the window.
    fn place(&mut self, size: egui::Vec2) -> Pos2 {
        let share = |random: &mut Self| random.below(140) as f32 / 100.0 - 0.2;
        let (x, y) = (share(self), share(self));
        Pos2::new(size.x * x, size.y * y)
    }

    fn modifiers(&mut self) -> Modifiers {
        match self.below(6) {
            0 => Modifiers::SHIFT,
            1 => Modifiers::COMMAND | Modifiers::CTRL,
            2 => Modifiers::ALT,
            _ => Modifiers::NONE,
        }
    }

    fn event(&mut self, size: egui::Vec2) -> Event {
        match self.below(14) {
            0 | 1 => Event::PointerMoved(self.place(size)),
            2 | 3 => Event::PointerButton {
                pos: self.place(size),
                button: self.one(&[
                    PointerButton::Primary,
                    PointerButton::Primary,
                    PointerButton::Secondary,
                ]),
                pressed: self.below(2) == 0,
                modifiers: self.modifiers(),
            },
            4 => Event::MouseWheel {
                unit: self.one(&[MouseWheelUnit::Point, MouseWheelUnit::Line, MouseWheelUnit::Page]),
                delta: vec2(self.below(400) as f32 - 200.0, self.below(4000) as f32 - 2000.0),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Unknown,
                modifiers: self.modifiers(),
            },
            5 => Event::Zoom(self.one(&[0.01, 0.5, 1.0, 1.7, 90.0])),
            6 => Event::PointerGone,
            7 => Event::Touch {
                device_id: egui::TouchDeviceId(1),
                id: egui::TouchId(self.below(3) as u64),
                phase: self.one(&[
                    TouchPhase::Start,
                    TouchPhase::Move,
                    TouchPhase::End,
                    TouchPhase::Cancel,
                ]),
                pos: self.place(size),
                force: None,
            },
            8 => Event::Paste(self.one(&TEXTS).to_owned()),
            9 => Event::WindowFocused(self.below(2) == 0),
            10 => Event::Text(self.one(&TEXTS).to_owned()),
            11 | 12 => {
                let c = char::from(b' ' + self.below(95) as u8);
                Event::Text(c.to_string())
            }
            _ => Event::Key {
                key: self.one(Key::ALL),
                physical_key: None,
                pressed: self.below(3) > 0,
                repeat: self.below(5) == 0,
                modifiers: self.modifiers(),
            },
        }
    }
}

/// A file that was dropped, of which only the name counts.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("there is none".to_owned())
    }
}

/// What is above the window, or was let fall on it.
#[derive(Clone, Copy)]
enum Carried {
    Nothing,
    Above,
    Dropped,
}

/// The window over an egui of its own, with a clock of its own.
struct Walk {
    context: egui::Context,
    window: Window,
    size: egui::Vec2,
    secs: f64,
}

impl Walk {
    fn new() -> Self {
        let (sender, events) = mpsc::channel();
        let context = egui::Context::default();
        context.enable_accesskit();
        Window::prepare(&context);
        Self {
            window: Window::new(app(), Box::new(Invented { sender }), events),
            context,
            size: vec2(SIZES[0].0, SIZES[0].1),
            secs: 0.0,
        }
    }

    /// Draws a frame; says how soon another is wanted.
    fn frame(&mut self, events: Vec<Event>, carried: Carried) -> Duration {
        self.secs += 0.02;
        let path = PathBuf::from("/tmp/no\u{1b}such\u{202e}file.glass");
        let above = egui::HoveredFile {
            path: Some(path.clone()),
            ..egui::HoveredFile::default()
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.secs),
            events,
            hovered_files: match carried {
                Carried::Above => vec![above],
                Carried::Nothing | Carried::Dropped => Vec::new(),
            },
            dropped_files: match carried {
                Carried::Dropped => vec![Arc::new(Dropped(path))],
                Carried::Nothing | Carried::Above => Vec::new(),
            },
            ..RawInput::default()
        };
        let window = &mut self.window;
        let mut output = self.context.run_ui(input, |ui| {
            window.take_events(ui.ctx());
            window.show(ui);
        });
        output.textures_delta.clear();
        self.context.tessellate(output.shapes, output.pixels_per_point);
        let delays = output.viewport_output.values();
        delays
            .map(|output| output.repaint_delay)
            .min()
            .unwrap_or(Duration::MAX)
    }
}

fn walk(seed: u64) {
    let mut random = Random(seed);
    let mut walk = Walk::new();
    let start = Instant::now();
    for step in 0..N_STEPS {
        if start.elapsed() > PATIENCE {
            break;
        }
        if step % 12 == 11 {
            let (width, height) = random.one(&SIZES);
            walk.size = vec2(width, height);
        }
        let n_events = random.below(4);
        let size = walk.size;
        let events = (0..n_events).map(|_| random.event(size)).collect();
        let carried = match random.below(30) {
            0 => Carried::Dropped,
            1 => Carried::Above,
            _ => Carried::Nothing,
        };
        walk.frame(events, carried);
    }
    // Let go, in a window of ordinary size, and stopped: nothing may ask for frames for ever.
    walk.size = vec2(SIZES[0].0, SIZES[0].1);
    let release = |button| Event::PointerButton {
        pos: Pos2::ZERO,
        button,
        pressed: false,
        modifiers: Modifiers::NONE,
    };
    let key = |key| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    walk.frame(
        vec![
            release(PointerButton::Primary),
            release(PointerButton::Secondary),
            Event::PointerGone,
        ],
        Carried::Nothing,
    );
    for _ in 0..6 {
        walk.frame(vec![key(Key::Escape)], Carried::Nothing);
    }
    // A step of time stops a replay.
    walk.frame(vec![Event::Text(".".into())], Carried::Nothing);
    let n_before = walk.window.n_frames();
    let rests = (0..MAX_FRAMES_TO_REST).any(|_| {
        // Staleness is shown after a while by the real clock.
        std::thread::sleep(Duration::from_millis(10));
        walk.frame(Vec::new(), Carried::Nothing) > Duration::from_secs(5)
    });
    assert!(rests, "seed {seed}: it asks for frames for ever");
    assert!(walk.window.n_frames() > n_before);
}

#[test]
fn any_input_is_taken_and_the_window_comes_to_rest() {
    for seed in [7, 20_261_128, 0x9e37_79b9_7f4a_7c15] {
        walk(seed);
    }
}
