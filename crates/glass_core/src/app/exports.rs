//! Pictures of what is shown: a name is asked for, the front-end draws, the runner writes. A file that is there
//! already is replaced only if its name is typed again.

use super::App;
use crate::export::{self, Export, PictureKind, PictureOf, WriteFault};
use crate::prompt::{ExportOf, Prompt, PromptKind};
use crate::{Effect, GraphView, Viewport, words};

/// What was asked for last.
#[derive(Clone, Debug, Default)]
pub(super) struct Exports {
    /// The graph as it was when its picture was asked for.
    graph: Option<Box<GraphView>>,
    /// Of what a picture is under way, and its path.
    under_way: Option<(ExportOf, String)>,
    /// The path of a file that is there already.
    taken: Option<String>,
}

impl App {
    /// Gives up what was asked for.
    pub(super) fn export_cancelled(&mut self) {
        self.exports = Exports::default();
    }

    /// Says whether the front-end can make pictures of pixels, or of shapes alone.
    pub fn set_draws_pixels(&mut self, draws_pixels: bool) {
        self.settings.draws_pixels = draws_pixels;
    }

    /// Asks for the path of a picture. Time stands still from then on, so that it is of the moment meant.
    pub(super) fn ask_for_path(&mut self, of: ExportOf) {
        self.exports = Exports::default();
        if of == ExportOf::Graph {
            match self.graph_to_export() {
                Ok(graph) => self.exports.graph = Some(graph),
                Err(why) => return self.say(&why),
            }
        }
        if self.time.is_playing() && !self.time.is_live() {
            self.time.toggle();
        }
        let kind = match self.settings.draws_pixels {
            true => PictureKind::Png,
            false => PictureKind::Svg,
        };
        let is_graph = of == ExportOf::Graph;
        let name = match of {
            ExportOf::Story => export::report_name(&self.info.name),
            _ => export::file_name(&self.info.name, self.screen, self.time.playhead(), is_graph, kind),
        };
        self.prompt = Some(Prompt::new(PromptKind::Export(of), &name));
    }

    fn graph_to_export(&self) -> Result<Box<GraphView>, String> {
        let viewport = Viewport {
            graph_columns: self.viewport.graph_columns.max(export::GRAPH_COLUMNS),
            ..self.viewport
        };
        let view = self.current().view(&self.context(), viewport);
        let Some(graph) = view.chosen_graph() else {
            return Err("no graph is chosen here; tab goes to one where there are several".to_owned());
        };
        if graph.lines.is_empty() {
            return Err(format!("there is nothing in the graph yet: {}", graph.state.text));
        }
        Ok(Box::new(graph.into_owned()))
    }

    /// Has a picture drawn, if its path can be one.
    pub(super) fn path_accepted(&mut self, of: ExportOf, text: &str) -> Vec<Effect> {
        let path = text.trim();
        if of == ExportOf::Story {
            return self.report_path_accepted(path);
        }
        let kind = match PictureKind::of_path(path) {
            Some(PictureKind::Png) if !self.settings.draws_pixels => {
                self.prompt_error(
                    "a terminal has no pixels: `glasshouse gui` writes .png, here the name ends in .svg"
                        .into(),
                );
                return Vec::new();
            }
            Some(kind) => kind,
            None => {
                self.prompt_error(match self.settings.draws_pixels {
                    true => "the name ends in .png or .svg, which decides what is written".into(),
                    false => "the name ends in .svg".into(),
                });
                return Vec::new();
            }
        };
        self.prompt = None;
        let of_what = match of {
            ExportOf::Screen | ExportOf::Story => PictureOf::Screen,
            ExportOf::Graph => match self.exports.graph.clone() {
                Some(graph) => PictureOf::Graph(graph),
                None => return Vec::new(),
            },
        };
        self.exports.under_way = Some((of, path.to_owned()));
        vec![Effect::Export(Box::new(Export {
            of: of_what,
            kind,
            caption: self.caption(),
            path: path.to_owned(),
        }))]
    }

    /// Has a report of the story made, if its path can be one.
    fn report_path_accepted(&mut self, path: &str) -> Vec<Effect> {
        if !path.to_ascii_lowercase().ends_with(".html") {
            self.prompt_error("the name ends in .html".into());
            return Vec::new();
        }
        self.prompt = None;
        self.exports.under_way = Some((ExportOf::Story, path.to_owned()));
        vec![Effect::ExportStory(path.to_owned())]
    }

    /// Of which recording or cloud something is, as of when.
    fn caption(&self) -> String {
        let at = words::date_time(self.time.playhead());
        format!("{} · as of {at}", words::visible(&self.info.name))
    }

    /// Has a picture written that was drawn.
    pub(super) fn drawn(&mut self, path: String, result: Result<Vec<u8>, String>) -> Vec<Effect> {
        match result {
            Ok(bytes) => {
                let replaces = self.exports.taken.as_deref() == Some(path.as_str());
                vec![Effect::Write {
                    path,
                    bytes: bytes.into(),
                    replaces,
                }]
            }
            Err(why) => {
                self.complain(&format!("there is no picture: {why}"));
                Vec::new()
            }
        }
    }

    /// Says what became of a file; one that would have replaced another is asked about.
    pub(super) fn written(&mut self, path: String, result: Result<String, WriteFault>) {
        let under_way = self.exports.under_way.take().filter(|(_, asked)| *asked == path);
        match result {
            Ok(place) => {
                self.exports = Exports::default();
                self.say(&format!("written to {place}"));
            }
            Err(WriteFault::Failed(why)) => self.complain(&format!("not written: {why}")),
            Err(WriteFault::Taken(free)) => match under_way {
                Some((of, _)) if self.prompt.is_none() => {
                    let mut prompt = Prompt::new(PromptKind::Export(of), &free);
                    prompt.error =
                        format!("{path} is there already: enter writes this one, the old name replaces it");
                    self.prompt = Some(prompt);
                    self.exports.taken = Some(path);
                }
                _ => self.complain(&format!("{path} is there already and stays; {free} is free")),
            },
        }
    }
}
