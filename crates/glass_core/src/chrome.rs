//! What surrounds every screen: header, tabs, hints, help.

use crate::context::Context;
use crate::time_control::TimeControl;
use crate::{Command, DataStateKind, Header, Screen, Slot, Tab, words};
use glass_model::{AlertState, Ask};

/// The top line.
pub(crate) fn header(context: &Context<'_>) -> Header {
    let time = context.time;
    let mut motion = match time.is_playing() {
        _ if time.is_live() => live_motion(time),
        true => format!("▶ {}×", time.speed()),
        false if time.playhead() > time.extent().end => "■ afterwards".to_owned(),
        false if time.is_at_end() => "■ end".to_owned(),
        false => format!("⏸ paused {}×", time.speed()),
    };
    for (is_on, sign) in [(time.is_looping(), " ↻"), (context.skips_quiet, " ⇥")] {
        motion.push_str(if is_on && !time.is_live() { sign } else { "" });
    }
    let warnings = &context.info.warnings;
    let warning = match warnings.as_slice() {
        [] => String::new(),
        [only] => words::visible(only),
        [first, rest @ ..] => format!("{} (and {} more)", words::visible(first), rest.len()),
    };
    Header {
        name: words::visible(&context.info.name),
        cloud: words::visible(&context.info.cloud),
        badge: if time.is_live() { "LIVE" } else { "REPLAY" }.to_owned(),
        playhead: words::date_time(time.playhead()),
        motion,
        playing: time.is_playing() || time.is_following(),
        warning,
    }
}

/// How old what is shown is, and whether it goes on by itself.
fn live_motion(time: &TimeControl) -> String {
    let age = words::age(time.playhead(), time.extent().end);
    match time.is_following() {
        true if age == "now" => "● now".to_owned(),
        true => format!("● {age} old"),
        false => format!("⏸ {age} back"),
    }
}

/// The screens to choose from.
pub(crate) fn tabs(context: &Context<'_>, active: Screen) -> Vec<Tab> {
    let tab = |screen: Screen| Tab {
        key: context.keymap.first_key(Command::Show(screen), active),
        title: screen.title().to_owned(),
        screen,
        active: screen == active,
        badge: if screen == Screen::Alerts {
            firing(context)
        } else {
            String::new()
        },
    };
    Screen::ALL.into_iter().map(tab).collect()
}

fn firing(context: &Context<'_>) -> String {
    let known = context.held(Slot::Alerts, Ask::Alerts, "").state.kind != DataStateKind::Loading;
    let alerts = crate::screens::alerts::all(context);
    let n = alerts
        .iter()
        .filter(|alert| alert.state == AlertState::Firing)
        .count();
    if known && n > 0 {
        n.to_string()
    } else {
        String::new()
    }
}

/// The keys of most use on a screen.
pub(crate) fn hints(context: &Context<'_>, screen: Screen) -> Vec<(String, String)> {
    let play = match (context.time.is_live(), context.time.is_following()) {
        (true, true) => "hold",
        (true, false) => "now",
        (false, _) if context.time.is_playing() => "pause",
        (false, _) => "play",
    };
    let mut hints = vec![
        (Command::PlayPause, play),
        (Command::StepForward, "step"),
        (Command::NextAlert, "next alert"),
    ];
    hints.extend(match screen {
        Screen::Overview => vec![(Command::NextPane, "pane"), (Command::Open, "open")],
        Screen::Metrics => vec![
            (Command::Query, "query"),
            (Command::Filter, "filter"),
            (Command::ToggleRate, "per second"),
        ],
        Screen::Logs => vec![
            (Command::Query, "query"),
            (Command::Filter, "filter"),
            (Command::LogPatterns, "patterns"),
        ],
        Screen::Alerts => vec![(Command::PreviousAlert, "previous alert")],
        Screen::Changes => vec![
            (Command::Open, "read"),
            (Command::ToggleFiles, "files"),
            (Command::NextChange, "next change"),
        ],
        Screen::Incidents => vec![
            (Command::Open, "read"),
            (Command::NextTime, "times"),
            (Command::NextIncident, "next word"),
        ],
        Screen::Timeline => vec![
            (Command::Open, "open"),
            (Command::Filter, "filter"),
            (Command::SelectRange, "range"),
        ],
        Screen::Dashboards => vec![
            (Command::Open, "open"),
            (Command::ChooseVariable, "variables"),
            (Command::Filter, "filter"),
        ],
        Screen::Clouds => vec![
            (Command::Open, "enter"),
            (Command::Filter, "filter"),
            (Command::Refresh, "ask again"),
        ],
    });
    hints.extend([
        (Command::SeekTo, "time"),
        (Command::Palette, "commands"),
        (Command::Help, "help"),
        (Command::Quit, "quit"),
    ]);
    hints
        .into_iter()
        .map(|(command, word)| (context.keymap.first_key(command, screen), word.to_owned()))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}
