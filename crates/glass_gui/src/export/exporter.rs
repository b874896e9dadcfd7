//! [`Exporter`]: makes the pictures that the core asks for. A graph is drawn at once; what is in sight is taken from
//! the next frame that begins, in which the line that asked for its name is gone.

use super::graph::{GraphPicture, WIDTH, size_for};
use super::pixels::{cropped, png_of};
use super::shapes::svg_of_shapes;
use crate::paint;
use crate::theme::Theme;
use egui::epaint::ClippedShape;
use egui::{ColorImage, Context, FullOutput, Rect};
use glass_core::{Event, Export, PictureKind, PictureOf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

/// What a picture of the window is for.
#[derive(Clone, Debug)]
enum Purpose {
    Svg(String),
    Png(String),
    Clipboard,
}

/// What came of a picture of the window.
enum Finished {
    File(String, Result<Vec<u8>, String>),
    Clipboard(ColorImage),
}

/// Makes pictures.
pub(crate) struct Exporter {
    /// Wanted of the next frame.
    asked: Vec<Purpose>,
    /// Paths of pictures that are made of the shapes of the frame under way.
    shapes_for: Vec<String>,
    sender: Sender<Finished>,
    finished: Receiver<Finished>,
}

impl Default for Exporter {
    fn default() -> Self {
        let (sender, finished) = mpsc::channel();
        Self {
            asked: Vec::new(),
            shapes_for: Vec::new(),
            sender,
            finished,
        }
    }
}

impl Exporter {
    /// To be called once, before the first frame.
    pub fn prepare(context: &Context) {
        context.add_plugin(Capture::default());
    }

    /// Makes a picture; of a graph it is here at once.
    pub fn export(&mut self, context: &Context, export: Export) -> Option<Event> {
        let Export {
            of,
            kind,
            caption,
            path,
        } = export;
        let PictureOf::Graph(graph) = of else {
            self.asked.push(match kind {
                PictureKind::Svg => Purpose::Svg(path),
                PictureKind::Png => Purpose::Png(path),
            });
            context.request_repaint();
            return None;
        };
        let theme = Theme::of_context(context);
        let result = size_for(&graph, theme, WIDTH).and_then(|size| {
            let picture = GraphPicture {
                graph: &graph,
                caption: &caption,
                size,
                theme,
            };
            match kind {
                PictureKind::Svg => picture.to_svg().map(String::into_bytes),
                PictureKind::Png => picture.to_png(),
            }
        });
        Some(Event::Drawn { path, result })
    }

    /// Puts a picture of what is in sight on the clipboard, soon.
    pub fn copy_image(&mut self, context: &Context) {
        self.asked.push(Purpose::Clipboard);
        context.request_repaint();
    }

    /// Tells what is finished, and begins with what was asked for since the last call; to be called before each frame.
    pub fn take(&mut self, context: &Context) -> Vec<Event> {
        let capture = context.plugin_or_default::<Capture>();
        let mut events = Vec::new();
        if let Some((shapes, area)) = capture.lock().taken.take() {
            let svg = svg_of_shapes(&shapes, area);
            events.extend(self.shapes_for.drain(..).map(|path| Event::Drawn {
                path,
                result: Ok(svg.clone().into_bytes()),
            }));
        }
        for finished in self.finished.try_iter() {
            match finished {
                Finished::File(path, result) => events.push(Event::Drawn { path, result }),
                Finished::Clipboard(image) => {
                    context.copy_image(image);
                    events.push(Event::Note("copied a picture of the window".to_owned()));
                }
            }
        }
        for purpose in std::mem::take(&mut self.asked) {
            self.begin(context, purpose);
        }
        events
    }

    fn begin(&mut self, context: &Context, purpose: Purpose) {
        let (sender, waker) = (self.sender.clone(), context.clone());
        match purpose {
            Purpose::Svg(path) => {
                self.shapes_for.push(path);
                context.plugin_or_default::<Capture>().lock().is_wanted = true;
                paint::keep_lines(context, true);
                context.request_repaint();
            }
            Purpose::Png(path) => context.request_screenshot(move |image| {
                // Packing takes longer than a frame may: it has a thread of its own.
                let work = move || {
                    // Without a window nobody listens any more.
                    let _ = sender.send(Finished::File(path, png_of(&image)));
                    waker.request_repaint();
                };
                drop(std::thread::Builder::new().name("picture".into()).spawn(work));
            }),
            Purpose::Clipboard => {
                let (place, scale) = (context.content_rect(), context.pixels_per_point());
                context.request_screenshot(move |image: Arc<ColorImage>| {
                    let _ = sender.send(Finished::Clipboard(cropped(&image, place, scale)));
                    waker.request_repaint();
                });
            }
        }
    }
}

/// Keeps the shapes of a frame when they are wanted.
#[derive(Default)]
struct Capture {
    is_wanted: bool,
    taken: Option<(Vec<ClippedShape>, Rect)>,
}

impl egui::Plugin for Capture {
    fn debug_name(&self) -> &'static str {
        "pictures"
    }

    fn output_hook(&mut self, context: &Context, output: &mut FullOutput) {
        if self.is_wanted && !output.shapes.is_empty() {
            self.is_wanted = false;
            paint::keep_lines(context, false);
            self.taken = Some((output.shapes.clone(), context.content_rect()));
            context.request_repaint();
        }
    }
}
