//! Scripts of keys against the logs screen, with lines in memory behind it.

use crate::{
    Answered, App, Chord, DataStateKind, Effect, Event, Key, LogRow, LogsView, Point, PointAt, Role, Screen,
    ScreenView, Viewport,
};
use glass_model::{
    Answer, AnswerValue, Ask, Entry, Labels, Level, LinePattern, LogFilter, LogHistogram, LogLine,
    LogLinesAsk, LogPage, PatternMiner, Provenance, QueryError, Question, RecordingInfo, TimeRange,
    Timestamp,
};

const VIEWPORT: Viewport = Viewport {
    list_rows: 10,
    short_rows: 5,
    n_panels: 2,
    graph_columns: 120,
    bar_columns: 60,
    text_columns: 120,
    grid_rows: 20,
    grid_panels: 2,
};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn line(secs: i64, pod: &str, level: Level, text: &str) -> LogLine {
    LogLine {
        labels: Labels::new([("job", "shop"), ("pod", pod)]),
        entry: Entry {
            at: at(secs),
            line: text.to_owned(),
            metadata: Labels::empty(),
        },
        level,
    }
}

/// Lines in memory, and the application in front of them.
struct Session {
    app: App,
    lines: Vec<LogLine>,
    n_asked: usize,
}

impl Session {
    fn new(lines: Vec<LogLine>) -> Self {
        let info = RecordingInfo {
            is_live: false,
            name: "test".into(),
            summary: String::new(),
            cloud: String::new(),
            extent: TimeRange::new(at(0), at(10_000)),
            known_until: at(10_000),
            open_at: Some(at(9_000)),
            panels: Vec::new(),
            story: glass_model::Story::default(),
            warnings: Vec::new(),
        };
        let mut session = Self {
            app: App::new(info),
            lines,
            n_asked: 0,
        };
        session.send(Event::Resized(VIEWPORT));
        session.press("3");
        session
    }

    /// A thousand lines of two pods, every tenth a warning and every hundredth an error; ten lines a second.
    fn thousand() -> Self {
        let lines = (0..1000).map(|i| {
            let pod = if i % 2 == 0 { "a" } else { "b" };
            match i {
                i if i % 100 == 50 => line(i / 10, pod, Level::Error, &format!("pool is empty, order {i}")),
                i if i % 10 == 0 => line(i / 10, pod, Level::Warning, "slow"),
                _ => line(i / 10, pod, Level::Info, &format!("GET /cart/{i} 200")),
            }
        });
        Self::new(lines.collect())
    }

    fn send(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for effect in self.app.update(event) {
                if let Effect::Ask {
                    slot,
                    version,
                    question,
                } = effect
                {
                    self.n_asked += usize::from(matches!(question.ask, Ask::LogLines(_)));
                    let result = self.answer(&question);
                    events.push(Event::Answered(Box::new(Answered {
                        slot,
                        version,
                        question,
                        result,
                    })));
                }
            }
        }
    }

    fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.send(Event::Chord(match c {
                '\n' => Chord::key(Key::Enter),
                '\t' => Chord::key(Key::Tab),
                '\u{1b}' => Chord::key(Key::Esc),
                '\u{15}' => Chord::ctrl('u'),
                '\u{4}' => Chord::ctrl('d'),
                c => Chord::char(c),
            }));
        }
    }

    fn scroll(&mut self, nth: usize) {
        self.send(Event::Point(Point {
            screen: Screen::Logs,
            list: 0,
            at: PointAt::Scroll(nth),
        }));
    }

    fn kept(&self, filter: &LogFilter, as_of: Timestamp) -> Vec<&LogLine> {
        let holds = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
        let keeps = |line: &&LogLine| {
            line.entry.at <= as_of
                && filter.streams.matches(&line.labels)
                && (filter.contains.is_empty() || holds(&line.entry.line, &filter.contains) != filter.inverse)
                && holds(&line.entry.line, &filter.search)
                && (filter.pattern.is_empty() || LinePattern::new(&filter.pattern).matches(&line.entry.line))
                && line.level >= filter.min_level
        };
        self.lines.iter().filter(keeps).collect()
    }

    fn page(&self, ask: &LogLinesAsk, as_of: Timestamp) -> LogPage {
        let kept = self.kept(&ask.filter, as_of);
        let at_anchor = kept.partition_point(|line| line.entry.at <= ask.anchor);
        let middle = at_anchor
            .saturating_add_signed(isize::try_from(ask.offset).unwrap())
            .min(kept.len());
        let first = middle.saturating_sub(ask.n_before);
        let end = (middle + ask.n_after).min(kept.len());
        LogPage {
            lines: kept[first..end].iter().map(|line| (*line).clone()).collect(),
            n_before: first as u64,
            n_after: (kept.len() - end) as u64,
            n_until_anchor: at_anchor as u64,
            matches: Vec::new(),
        }
    }

    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let as_of = question.as_of;
        let value = match &question.ask {
            Ask::LogLines(ask) => AnswerValue::LogLines(self.page(ask, as_of)),
            Ask::LogPatterns(ask) => {
                let mut miner = PatternMiner::new(ask.window, ask.n_buckets);
                for line in self.kept(&ask.filter, as_of) {
                    miner.add(line.entry.at, line.level, &line.entry.line);
                }
                AnswerValue::LogPatterns(miner.finish(ask.max))
            }
            Ask::LogHistogram(ask) => {
                let mut buckets = vec![[0; 6]; ask.n_buckets];
                let kept = self.kept(&ask.filter, as_of);
                for line in &kept {
                    let bucket = ask.window.ratio(line.entry.at) * ask.n_buckets as f64;
                    buckets[(bucket as usize).min(ask.n_buckets - 1)][line.level as usize] += 1;
                }
                AnswerValue::LogHistogram(LogHistogram {
                    window: ask.window,
                    buckets,
                    total: kept.len() as u64,
                })
            }
            _ => return Err(QueryError::Unsupported("not asked here".into())),
        };
        Ok(Answer {
            as_of,
            value,
            provenance: Provenance::complete("memory", TimeRange::ALL),
        })
    }

    fn view(&self) -> LogsView {
        match self.app.view(VIEWPORT).tile().view.clone() {
            ScreenView::Logs(view) => view,
            other => panic!("{other:?}"),
        }
    }

    fn chosen(&self) -> String {
        let rows = self.view().rows;
        let chosen: Vec<_> = rows.iter().filter(|row| row.selected).map(text).collect();
        assert_eq!(chosen.len(), 1, "one row is chosen");
        chosen.into_iter().next().unwrap()
    }

    fn words(&self) -> String {
        self.view().filter.into_iter().map(|span| span.text).collect()
    }

    fn message(&self) -> String {
        let message = self.app.view(VIEWPORT).status.message;
        message.into_iter().map(|span| span.text).collect()
    }
}

fn text(row: &LogRow) -> String {
    row.text.iter().map(|span| span.text.as_str()).collect()
}

#[test]
fn the_newest_is_followed_until_one_moves_up() {
    let mut session = Session::thousand();
    assert_eq!(session.view().count, "1,000 lines, following");
    assert_eq!(session.chosen(), "GET /cart/999 200");
    session.press("kk");
    assert_eq!(session.chosen(), "GET /cart/997 200");
    assert_eq!(session.view().count, "1,000 lines, held, 2 newer: G follows");
    session.lines.push(line(9_100, "a", Level::Info, "later"));
    session.press("t+200s\n");
    assert_eq!(session.chosen(), "GET /cart/997 200", "held while time goes on");
    session.press("G");
    assert_eq!(session.chosen(), "later");
    session.press("kj");
    assert_eq!(
        session.view().count,
        "1,001 lines, following",
        "the last line is followed"
    );
}

#[test]
fn every_line_is_reached_row_by_row_and_few_pages_are_asked_for() {
    let mut session = Session::thousand();
    session.press("g");
    let n_before = session.n_asked;
    for i in 0..999 {
        let expected = text_of(&session, i);
        assert_eq!(session.chosen(), expected, "row {i}");
        session.press("j");
    }
    assert!(
        session.n_asked - n_before <= 20,
        "{} pages",
        session.n_asked - n_before
    );
    for i in (500..999).rev() {
        session.press("k");
        assert_eq!(session.chosen(), text_of(&session, i), "row {i} on the way up");
    }
    session.press("\u{15}\u{15}\u{4}");
    assert_eq!(session.chosen(), text_of(&session, 495));
}

#[test]
fn a_scrollbar_reaches_every_line_by_its_number() {
    let mut session = Session::thousand();
    let view = session.view();
    assert_eq!((view.first, view.total), (990, 1000));
    for nth in [500, 0, 998, 123, 400, 401] {
        session.scroll(nth);
        assert_eq!(session.chosen(), text_of(&session, nth));
        let view = session.view();
        let chosen = view.rows.iter().position(|row| row.selected).unwrap();
        assert_eq!(view.first + chosen as u64, nth as u64);
        assert_eq!(view.total, 1000);
    }
    session.press("j");
    assert_eq!(session.chosen(), text_of(&session, 402));
    session.scroll(5000);
    assert_eq!(session.view().count, "1,000 lines, following");
    session.press("x");
    session.press("x");
    session.scroll(3);
    assert_eq!(session.view().total, 0, "the place in a range is not known");
}

#[test]
fn the_bar_under_the_cursor_is_told_in_words() {
    let lines = (0..60).map(|i| line(8990 + i / 6, "a", Level::Error, "out"));
    let mut session = Session::new(lines.collect());
    assert_eq!(session.view().histogram.about, "", "no cursor, no bar");
    session.press("kk");
    let about = session.view().histogram.about;
    assert!(
        about.contains(" to 02:30:00: ") && about.contains(" errors, 0 warnings"),
        "{about}"
    );
}

fn text_of(session: &Session, i: usize) -> String {
    session.lines[i].entry.line.clone()
}

#[test]
fn a_burst_of_equal_moments_is_no_trap() {
    let lines = (0..700).map(|i| line(5, "a", Level::Info, &format!("line {i}")));
    let mut session = Session::new(lines.collect());
    for i in (0..699).rev() {
        session.press("k");
        assert_eq!(session.chosen(), format!("line {i}"));
    }
    for i in 1..699 {
        session.press("j");
        assert_eq!(session.chosen(), format!("line {i}"));
    }
}

#[test]
fn context_shows_what_the_filter_hides_and_goes_back() {
    let mut session = Session::thousand();
    session.press("/pool\nkk");
    assert_eq!(session.chosen(), "pool is empty, order 750");
    session.press("o");
    assert_eq!(session.chosen(), "pool is empty, order 750");
    assert!(
        session.words() == "around 00:01:15.000 in shop",
        "{}",
        session.words()
    );
    let view = session.view();
    let place = view.rows.iter().position(|row| row.selected).unwrap();
    assert!(view.rows[place].is_origin);
    assert_eq!(
        text(&view.rows[place - 1]),
        "GET /cart/748 200",
        "the line before in its stream"
    );
    session.press("O");
    let view = session.view();
    let place = view.rows.iter().position(|row| row.is_origin).unwrap();
    assert_eq!(
        text(&view.rows[place - 1]),
        "GET /cart/749 200",
        "the line before in all"
    );
    session.press("jjjO");
    assert_eq!(
        (session.chosen(), session.words()),
        ("pool is empty, order 750".into(), "with pool ".into())
    );
    session.press("o\u{1b}");
    assert_eq!(session.chosen(), "pool is empty, order 750");
}

#[test]
fn a_search_marks_and_jumps_without_filtering() {
    let mut session = Session::thousand();
    session.press("sPOOL\n");
    assert_eq!(
        session.chosen(),
        "pool is empty, order 950",
        "the nearest hit is before the newest line"
    );
    assert_eq!(session.words(), "all lines   search POOL hit 10 of 10");
    session.press("NN");
    assert_eq!(session.chosen(), "pool is empty, order 750");
    session.press("n");
    assert_eq!(session.chosen(), "pool is empty, order 850");
    let row = session.view().rows.into_iter().find(|row| row.selected).unwrap();
    assert_eq!((row.text[0].text.as_str(), row.text[0].role), ("pool", Role::Hit));
    session.press("nn");
    assert_eq!(session.message(), "no later hit");
    session.press("g");
    session.press("n");
    assert_eq!(session.chosen(), "pool is empty, order 50");
    session.press("\u{1b}\u{1b}n");
    assert!(
        session.message().starts_with("nothing is searched for"),
        "{}",
        session.message()
    );
}

#[test]
fn what_is_typed_as_a_filter_can_be_searched_for_instead() {
    let mut session = Session::thousand();
    session.press("/slow");
    assert_eq!(session.view().count, "90 lines, following");
    session.press("\t");
    assert_eq!(session.view().count, "1,000 lines, following");
    session.press("\n");
    assert_eq!(
        (session.chosen(), session.words()),
        ("slow".into(), "all lines   search slow hit 90 of 90".into())
    );
}

#[test]
fn equal_hits_of_one_moment_do_not_hold_the_search() {
    let mut lines: Vec<_> = (0..50).map(|_| line(5, "a", Level::Info, "same")).collect();
    lines.push(line(6, "a", Level::Info, "other same"));
    lines.insert(0, line(4, "a", Level::Info, "first same"));
    let mut session = Session::new(lines);
    session.press("gssame\n");
    let mut seen = vec![session.chosen()];
    for _ in 0..3 {
        session.press("n");
        seen.push(session.chosen());
    }
    assert!(seen.contains(&"other same".to_owned()), "{seen:?}");
}

#[test]
fn the_histogram_takes_the_keys_and_leads_to_its_lines() {
    let mut session = Session::thousand();
    session.press("+++++++");
    session.press("t00:01:30\n\t");
    assert!(session.view().histogram.focused);
    session.press("hhhhhh");
    let view = session.view();
    assert!(view.histogram.cursor.is_some());
    assert!(view.count.contains("enter goes there"), "{}", view.count);
    session.press("\n");
    let view = session.view();
    assert!(!view.histogram.focused);
    let row = view.rows.into_iter().find(|row| row.selected).unwrap();
    let cursor = view.histogram.cursor.unwrap();
    assert!(
        cursor > 0.0 && ("00:01:00".."00:01:30").contains(&row.time.as_str()),
        "{}",
        row.time
    );
}

#[test]
fn patterns_are_listed_new_ones_first_and_lead_to_their_lines() {
    let mut session = Session::thousand();
    session
        .lines
        .push(line(105, "a", Level::Error, "disk is full on node seven"));
    session.press("P");
    let patterns = session.view().patterns.unwrap();
    let row = |i: usize| {
        let row = &patterns.rows[i];
        let text: String = row.text.iter().map(|span| span.text.as_str()).collect();
        (text, row.count.clone(), row.is_new)
    };
    assert_eq!(row(0), ("disk is full on node seven".into(), "1".into(), true));
    assert_eq!(row(1), ("GET /cart/<_> <_>".into(), "900".into(), false));
    session.press("jjj\n");
    assert_eq!(session.words(), "of the form pool is empty, order <_>");
    assert_eq!(session.view().count, "10 lines, following");
    session.press("P\u{1b}");
    assert_eq!(
        session.view().count,
        "10 lines, following",
        "a look at the patterns changes no filter"
    );
    session.press("\u{1b}");
    assert_eq!(session.words(), "all lines");
}

#[test]
fn patterns_of_json_begin_with_their_message() {
    let json =
        |i: i64| format!(r#"{{"time":"{i}","level":"info","status":{i},"msg":"handled","path":"/a"}}"#);
    let lines = (0..9).map(|i| line(i, "a", Level::Info, &json(i)));
    let mut session = Session::new(lines.collect());
    session.press("P");
    let row = session.view().patterns.unwrap().rows.remove(0);
    let text: String = row.text.into_iter().map(|span| span.text).collect();
    assert_eq!(
        (text.as_str(), row.count.as_str()),
        ("handled  status=<_>  path=/a", "9")
    );
}

#[test]
fn fields_are_folded_out_and_become_columns() {
    let lines = vec![
        line(
            1,
            "a",
            Level::Info,
            r#"{"level":"info","user":"anna","took":12,"msg":"order placed"}"#,
        ),
        line(
            2,
            "a",
            Level::Info,
            "level=warn msg=\"pool is full\" user=bob took=3ms",
        ),
        line(3, "a", Level::Info, "plain text"),
    ];
    let mut session = Session::new(lines);
    let texts = |session: &Session| session.view().rows.iter().map(text).collect::<Vec<_>>();
    session.press("J");
    assert_eq!(
        texts(&session),
        [
            "order placed  user=anna  took=12",
            "pool is full  user=bob  took=3ms",
            "plain text"
        ]
    );
    session.press("z");
    let chooser = session.view().chooser.unwrap();
    let names: Vec<_> = chooser.rows.iter().map(|row| row.cells[1].text.clone()).collect();
    assert_eq!(names, ["job", "level", "msg", "pod", "took"]);
    assert_eq!(chooser.total, 6);
    session.press("jjjjj\nz");
    let view = session.view();
    assert_eq!((view.columns, view.chooser), (vec!["user".to_owned()], None));
    let values: Vec<_> = view.rows.iter().map(|row| row.columns.clone()).collect();
    assert_eq!(values, [["anna"], ["bob"], [""]]);
    assert_eq!(
        text(&view.rows[0]),
        "order placed  took=12",
        "a column does not come again"
    );
    session.press("J\n");
    let details: String = session
        .view()
        .details
        .unwrap()
        .into_iter()
        .flatten()
        .map(|span| span.text)
        .collect();
    assert!(details.contains("plain text"));
    session.press("kk");
    let details: String = session
        .view()
        .details
        .unwrap()
        .into_iter()
        .flatten()
        .map(|span| span.text)
        .collect();
    assert!(details.contains("took         12"), "{details}");
    session.press("w");
    assert!(session.view().wraps);
}

#[test]
fn filter_and_search_are_marked_apart() {
    let mut session = Session::thousand();
    session.press("/empty\nsorder\n");
    let row = session.view().rows.into_iter().find(|row| row.selected).unwrap();
    let marked: Vec<_> = row
        .text
        .iter()
        .map(|span| (span.text.as_str(), span.role))
        .collect();
    assert_eq!(
        marked,
        [
            ("pool is ", Role::Normal),
            ("empty", Role::Accent),
            (", ", Role::Normal),
            ("order", Role::Hit),
            (" 950", Role::Normal)
        ]
    );
}

#[test]
fn odd_lines_are_made_safe_and_nothing_is_said_of_what_is_not_there() {
    let odd = "\u{1b}[31mred\u{1b}[0m\tשלום 日本 👩‍👩‍👧 \u{202e}x\nnext";
    let mut session = Session::new(vec![line(1, "a", Level::Unknown, odd)]);
    let shown = session.chosen();
    assert!(
        !shown.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{shown:?}"
    );
    assert!(shown.contains("שלום 日本"), "{shown}");
    session.press("/nothing like it\n");
    assert_eq!(session.view().state.kind, DataStateKind::Empty);
    session.press("oOnNzPJw\njkgG");
    assert_eq!(session.app.screen(), Screen::Logs);
}
