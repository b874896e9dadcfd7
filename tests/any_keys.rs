//! Whatever is pressed, pointed at and resized, in any order: the core and the renderer do not panic, and every
//! screen is drawn. The steps are random, from fixed seeds.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use glass_core::{App, Chord, Event, Key, Point, PointAt, Screen, StoryEdit, Tile};
use glass_driver::{open_at_first_alert, settle};
use glass_recording::Recording;
use std::path::Path;

const N_STEPS: usize = 700;
const KEYS: [Key; 14] = [
    Key::Enter,
    Key::Esc,
    Key::Tab,
    Key::BackTab,
    Key::Backspace,
    Key::Delete,
    Key::Up,
    Key::Down,
    Key::Left,
    Key::Right,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
];
const SIZES: [(u16, u16); 8] = [
    (0, 0),
    (1, 1),
    (20, 5),
    (60, 16),
    (80, 24),
    (100, 30),
    (120, 40),
    (200, 60),
];

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn ascii(&mut self) -> char {
        char::from(b' ' + u8::try_from(self.below(95)).unwrap())
    }

    fn chord(&mut self) -> Chord {
        match self.below(8) {
            0 => Chord::key(KEYS[self.below(KEYS.len())]),
            1 => Chord::ctrl(char::from(b'a' + u8::try_from(self.below(26)).unwrap())),
            2 => Chord::char(char::from(b'1' + u8::try_from(self.below(9)).unwrap())),
            _ => Chord::char(self.ascii()),
        }
    }

    fn screen(&mut self) -> Screen {
        Screen::ALL[self.below(Screen::ALL.len())]
    }

    fn tiles(&mut self) -> Vec<Tile> {
        let mut tiles: Vec<Tile> = Vec::new();
        for _ in 0..self.below(4) {
            let screen = self.screen();
            if tiles.iter().all(|tile| tile.screen != screen) {
                let width = 20 + u16::try_from(self.below(200)).unwrap();
                let height = 5 + u16::try_from(self.below(60)).unwrap();
                let viewport = glass_tui::viewport_of(width, height);
                tiles.push(Tile { screen, viewport });
            }
        }
        tiles
    }

    fn event(&mut self) -> Event {
        match self.below(40) {
            0 => Event::Paste("sum by (job) (rate(up[5m]\n\u{1b}é".to_owned()),
            1 => Event::Scrub(self.below(100) as f64 / 50.0 - 0.5),
            2 | 3 => Event::Tick(i64::try_from(self.below(2_000_000_000)).unwrap()),
            4..8 => {
                let row = self.below(80);
                let at = match self.below(4) {
                    0 => PointAt::Beside,
                    1 => PointAt::Row(row),
                    2 => PointAt::Open(row),
                    _ => PointAt::Wheel(i64::try_from(row).unwrap() - 40),
                };
                let list = self.below(5);
                let screen = self.screen();
                Event::Point(Point { screen, list, at })
            }
            8 => Event::Select {
                from: self.below(100) as f64 / 50.0 - 0.5,
                to: self.below(100) as f64 / 50.0 - 0.5,
            },
            9 => Event::ScrubEnd,
            10 => Event::Story(match self.below(3) {
                0 => StoryEdit::Go(self.below(4)),
                1 => StoryEdit::Title("größe\u{1b}".to_owned()),
                _ => StoryEdit::Notes("*notes*\n\n- `x".to_owned()),
            }),
            // As a window shows them: some screens, each in a room of its own.
            11 => Event::Tiles(self.tiles()),
            _ => Event::Chord(self.chord()),
        }
    }
}

fn walk(incident: &str, seed: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/incidents");
    let recording = Recording::open(&folder.join(format!("{incident}.glass"))).unwrap();
    let mut info = recording.info();
    open_at_first_alert(&mut info, &recording);
    let mut app = App::new(info);
    let mut random = Random(seed);
    let options = glass_tui::Options::default();
    let mut size = (120, 40);
    let mut n_drawn = 0;
    for step in 0..N_STEPS {
        let event = if step % 10 == 0 {
            size = SIZES[random.below(SIZES.len())];
            Event::Resized(glass_tui::viewport_of(size.0, size.1))
        } else {
            random.event()
        };
        settle(&mut app, &recording, Some(&recording), event);
        // The screen may be of another size than the core was told last.
        let drawn = if step % 7 == 0 {
            SIZES[random.below(SIZES.len())]
        } else {
            size
        };
        let model = app.view(glass_tui::viewport_of(size.0, size.1));
        let text = glass_tui::render_to_text(&model, drawn.0, drawn.1, &options);
        n_drawn += usize::from(text.contains("incident") || text.contains(incident));
    }
    assert!(
        n_drawn > N_STEPS / 10,
        "hardly a screen says what is open: {n_drawn}"
    );
}

#[test]
fn any_keys_on_marten() {
    walk("marten", 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn any_keys_on_the_shop() {
    walk("incident-shop", 7);
}

#[test]
fn any_keys_on_heron() {
    walk("heron", 20261128);
}
