//! [`Walk`]: a story walked through step by step, to be written as one HTML file. Each step is shown for as long as its
//! answers take; then its picture is drawn, and the next one follows.

use crate::export::html::{Report, ReportPage, ReportPicture, report_html};
use crate::export::shapes::svg_of_session;
use egui::{Context, vec2};
use glass_core::{App, Event, StoryView, ViewModel, Viewport, date_time};
use std::time::{Duration, Instant};

/// The size of a page's picture.
const SIZE: (f32, f32) = (1280.0, 800.0);
/// A step whose answers take longer is drawn as far as it has come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A story being walked through.
pub(crate) struct Walk {
    path: String,
    addresses: Vec<String>,
    pages: Vec<ReportPage>,
    /// What was looked at before.
    before: String,
    /// Since when the present step is shown.
    since: Option<Instant>,
}

/// What a walk does next.
pub(crate) enum Next {
    /// Nothing until more answers have come.
    Wait,
    /// The application is to take an event.
    Tell(Event),
    /// It is over: the file, and the way back.
    Over([Event; 2]),
}

impl Walk {
    /// Of the story of what is open, to be written to a path.
    pub fn new(app: &App, path: String) -> Self {
        Self {
            path,
            addresses: app
                .story()
                .steps
                .iter()
                .map(|step| step.address.clone())
                .collect(),
            pages: Vec::new(),
            before: app.address_here(),
            since: None,
        }
    }

    /// The way back, given up.
    pub fn give_up(self) -> [Event; 2] {
        [
            Event::Bring(self.before),
            Event::Note("the report was given up".to_owned()),
        ]
    }

    /// Goes on.
    pub fn next(&mut self, app: &App, context: &Context) -> Next {
        let nth = self.pages.len();
        let Some(address) = self.addresses.get(nth) else {
            return Next::Over([
                Event::Bring(std::mem::take(&mut self.before)),
                Event::Drawn {
                    path: std::mem::take(&mut self.path),
                    result: Ok(self.html(app).into_bytes()),
                },
            ]);
        };
        let Some(since) = self.since else {
            self.since = Some(Instant::now());
            return Next::Tell(Event::Bring(address.clone()));
        };
        if !app.is_settled() && since.elapsed() < PATIENCE {
            return Next::Wait;
        }
        self.since = None;
        self.pages.push(page(app, nth, context));
        Next::Tell(Event::Note(format!(
            "report: page {} of {}; esc gives it up",
            nth + 1,
            self.addresses.len()
        )))
    }

    fn html(&mut self, app: &App) -> String {
        let info = app.info();
        let title = app.story().title.as_str();
        let [start, end] = [info.extent.start, info.extent.end].map(date_time);
        report_html(&Report {
            title: match title {
                "" => info.name.clone(),
                title => title.to_owned(),
            },
            about: vec![
                format!("{} · {}", info.name, info.cloud),
                format!("recorded from {start} to {end}"),
                "made with Glasshouse".to_owned(),
            ],
            pages: std::mem::take(&mut self.pages),
        })
    }
}

/// What is shown, as a page.
fn page(app: &App, nth: usize, context: &Context) -> ReportPage {
    let step = app.story().steps.get(nth).cloned().unwrap_or_default();
    let size = vec2(SIZE.0, SIZE.1);
    let model = app.view_alone(viewport());
    ReportPage {
        title: step.title,
        time: model.header.playhead.clone(),
        notes: step.notes,
        picture: Some(ReportPicture::Svg(svg_of_session(
            &without_words(model),
            size,
            context.theme(),
        ))),
        tables: Vec::new(),
    }
}

/// How much fits into a page's picture.
fn viewport() -> Viewport {
    crate::layout::viewport(crate::paint::rect(0.0, 0.0, SIZE.0, SIZE.1))
}

/// A picture tells of what is open, not of what was pressed.
fn without_words(mut model: ViewModel) -> ViewModel {
    model.status.message.clear();
    model.status.hints.clear();
    model.overlay = None;
    model.tour = None;
    model.story = None::<Box<StoryView>>;
    model
}
