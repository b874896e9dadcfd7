//! Addresses and the next start bring back what a view is made of.

use super::{app, press};
use crate::{Address, App, Effect, Event};

/// The address of what is shown.
fn address(app: &mut App) -> Address {
    let copied = press(app, "Y").into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    Address::parse(&copied.unwrap()).unwrap()
}

#[test]
fn an_address_brings_back_filters_looks_and_the_range() {
    for (keys, expected) in [
        (
            "3/time out\nv!wJ",
            "filter=time%20out&level=warning&inverse=yes&fields=yes&wrap=yes",
        ),
        ("3/a\n", "filter=a"),
        (
            "2pup\n&vector(1)\nDv",
            "query=vector%281%29&drawing=stacked&values=yes&and=up",
        ),
        ("4R/down\n", "filter=down&rules=yes"),
        ("5F", "files=yes"),
        ("5d", "diff=unified"),
        (
            "7/firing\nxt-100s\nx",
            "range=1970-01-01T00:03:20Z..1970-01-01T00:05:00Z&filter=firing",
        ),
    ] {
        let mut first = app();
        press(&mut first, keys);
        let shown = address(&mut first);
        assert!(shown.to_string().ends_with(expected), "{keys:?}: {shown}");
        let mut second = app();
        press(&mut second, "3/something else\nvv2");
        second.update(Event::Paste(shown.to_string()));
        let again = address(&mut second);
        assert_eq!(shown.to_string(), again.to_string(), "{keys:?}");
        let mut third = app();
        third.recall(first.memory());
        third.resume();
        if shown.range.is_none() {
            assert_eq!(address(&mut third).to_string(), shown.to_string(), "{keys:?}");
        }
    }
}
