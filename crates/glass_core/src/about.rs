//! What is open, in the place of details while nothing is chosen: what it is, from when to when, and what can be done
//! with it. Of what is to come it tells no more than the ends of the timeline do.

use crate::context::Context;
use crate::screens::alerts::field;
use crate::{Command, DetailsView, Line, Role, Screen, Span, words};

/// About a recording or a cloud, with the keys of most use.
pub(crate) fn details(context: &Context<'_>, screen: Screen, has_story: bool) -> DetailsView {
    let info = context.info;
    let extent = context.time.extent();
    let mut lines = vec![vec![Span::new(words::visible(&info.name), Role::Strong)]];
    lines.extend((!info.summary.is_empty()).then(|| plain(&info.summary)));
    lines.push(Line::new());
    lines.extend((!info.cloud.is_empty()).then(|| field("cloud", &words::visible(&info.cloud))));
    if info.is_live {
        lines.push(field("since", &words::date_time(extent.start)));
    } else {
        lines.push(field("from", &words::date_time(extent.start)));
        lines.push(field("to", &words::date_time(extent.end)));
        lines.push(field("length", &words::duration(extent.nanos())));
    }
    lines.extend(info.warnings.iter().map(|text| {
        vec![Span::new(
            format!("damaged or missing: {}", words::visible(text)),
            Role::Warning,
        )]
    }));
    lines.push(Line::new());
    lines.extend(hints(context, screen, has_story));
    DetailsView {
        title: if info.is_live { "Cloud" } else { "Recording" }.to_owned(),
        lines,
    }
}

/// What stands below it where something can be chosen.
pub(crate) fn how_to_choose() -> [Line; 2] {
    let text = "Choose a row, and all that is known of it stands here.";
    [Line::new(), vec![Span::new(text, Role::Muted)]]
}

fn hints(context: &Context<'_>, screen: Screen, has_story: bool) -> Vec<Line> {
    let all = [
        (Command::NextStep, "tells what happened, step by step"),
        (Command::NextAlert, "goes to the next alert"),
        (Command::Palette, "finds anything by its name"),
        (Command::Tour, "shows what is where"),
    ];
    let line = |(command, text): (Command, &str)| {
        let key = context.keymap.first_key(command, screen);
        let spans = vec![
            Span::new(key.as_str(), Role::Accent),
            Span::new(format!("  {text}"), Role::Normal),
        ];
        (!key.is_empty()).then_some(spans)
    };
    let is_of_use = |(command, _): &(Command, &str)| has_story || *command != Command::NextStep;
    all.into_iter().filter(is_of_use).filter_map(line).collect()
}

fn plain(text: &str) -> Line {
    vec![Span::new(words::visible(text), Role::Normal)]
}
