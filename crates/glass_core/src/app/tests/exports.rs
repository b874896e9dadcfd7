//! Pictures: their names are asked for, and no file is lost.

use super::*;
use crate::{Command, Export, PictureKind, PictureOf, WriteFault};

fn prompt(app: &App) -> crate::PromptView {
    match app.view(app.viewport).overlay {
        Some(Overlay::Prompt(prompt)) => prompt,
        other => panic!("{other:?}"),
    }
}

fn message(app: &App) -> String {
    app.message.iter().map(|span| span.text.as_str()).collect()
}

fn hint(app: &App) -> String {
    prompt(app).hint.iter().map(|span| span.text.as_str()).collect()
}

/// Asks for a picture of the screen under the name that is offered.
fn export(app: &mut App) -> Export {
    app.set_draws_pixels(true);
    app.update(Event::Command(Command::ExportScreen));
    match press(app, "\n").pop() {
        Some(Effect::Export(export)) => *export,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_is_offered_and_its_ending_decides() {
    let mut app = app();
    press(&mut app, "3 ");
    assert!(app.is_playing());
    let asked = export(&mut app);
    assert!(!app.is_playing(), "time stands still for the picture");
    assert_eq!(asked.path, "glasshouse-test-logs-000500.png");
    assert_eq!((asked.of, asked.kind), (PictureOf::Screen, PictureKind::Png));
    assert_eq!(asked.caption, "test · as of 1970-01-01 00:05:00 UTC");
    app.update(Event::Command(Command::ExportScreen));
    assert_eq!(press(&mut app, "x\n"), []);
    assert!(hint(&app).contains(".png or .svg"), "{}", hint(&app));
}

#[test]
fn a_terminal_is_offered_what_it_can_draw() {
    let mut app = app();
    app.update(Event::Command(Command::ExportScreen));
    assert_eq!(prompt(&app).text, "glasshouse-test-overview-000500.svg");
    app.update(Event::Chord(Chord::ctrl('u')));
    assert_eq!(press(&mut app, "a.png\n"), []);
    assert!(hint(&app).contains("glasshouse gui"), "{}", hint(&app));
}

#[test]
fn a_file_that_is_there_is_replaced_only_if_its_name_is_typed_again() {
    let mut app = app();
    let path = export(&mut app).path;
    let written = |app: &mut App, path: &str| {
        let event = Event::Drawn {
            path: path.to_owned(),
            result: Ok(vec![1]),
        };
        match app.update(event).pop() {
            Some(Effect::Write { replaces, .. }) => replaces,
            other => panic!("{other:?}"),
        }
    };
    let taken = |app: &mut App, path: &str| {
        app.update(Event::Written {
            path: path.to_owned(),
            result: Err(WriteFault::Taken("free.png".into())),
        });
    };
    assert!(!written(&mut app, &path));
    taken(&mut app, &path);
    assert_eq!(prompt(&app).text, "free.png", "another name is offered");
    assert!(hint(&app).contains("is there already"), "{}", hint(&app));
    press(&mut app, "\n");
    assert!(!written(&mut app, "free.png"));
    taken(&mut app, "free.png");
    app.update(Event::Chord(Chord::ctrl('u')));
    press(&mut app, "free.png\n");
    assert!(written(&mut app, "free.png"), "asked, and said so");
    app.update(Event::Written {
        path: "free.png".into(),
        result: Ok("/home/me/free.png".into()),
    });
    assert_eq!(message(&app), "written to /home/me/free.png");
    assert!(!written(&mut app, "free.png"), "that was for once");
}

#[test]
fn giving_up_replaces_nothing_later() {
    let mut app = app();
    let path = export(&mut app).path;
    app.update(Event::Written {
        path: path.clone(),
        result: Err(WriteFault::Taken("free.png".into())),
    });
    app.update(Event::Chord(Chord::key(Key::Esc)));
    let effects = app.update(Event::Drawn {
        path,
        result: Ok(Vec::new()),
    });
    assert!(
        matches!(effects.first(), Some(Effect::Write { replaces: false, .. })),
        "{effects:?}"
    );
}

#[test]
fn what_cannot_be_written_or_drawn_becomes_a_message() {
    let mut app = app();
    let path = export(&mut app).path;
    app.update(Event::Written {
        path: path.clone(),
        result: Err(WriteFault::Failed("no such folder: /nowhere\u{1b}[2J".into())),
    });
    assert_eq!(message(&app), "not written: no such folder: /nowhere␛[2J");
    app.update(Event::Drawn {
        path,
        result: Err("the window is closed".into()),
    });
    assert_eq!(message(&app), "there is no picture: the window is closed");
}

#[test]
fn a_screen_without_a_graph_says_so() {
    let mut app = app();
    press(&mut app, "3");
    assert_eq!(app.update(Event::Command(Command::ExportGraph)), []);
    assert!(app.overlay().is_none());
    assert!(message(&app).contains("no graph is chosen"), "{}", message(&app));
}
