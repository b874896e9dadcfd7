//! Damaged and hostile texts: whatever comes in, readers end with items, counts or an error, and never panic.

use glass_formats::{
    LineItems, LineParser, ReadReport, alertmanager, issue, log_level, loki, markdown, openmetrics,
};
use glass_formats::{parse_known_time, promtool_dump};
use proptest::prelude::*;
use std::io::BufRead;

const EXCERPTS: [&str; 8] = [
    include_str!("data/dump-2.42.txt"),
    include_str!("data/dump-3.12.txt"),
    include_str!("data/logcli.jsonl"),
    include_str!("data/prometheus-3.5.openmetrics.txt"),
    r#"{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[{"stream":{"a":"b"},"values":[["5","x",{"structuredMetadata":{"t":"1"}}]]}]}}"#,
    r#"{"received":1795318439.5,"body":{"receiver":"r","alerts":[{"status":"firing","labels":{"alertname":"Down"},"startsAt":"2026-11-22T03:33:54Z","endsAt":"0001-01-01T00:00:00Z"}]}}"#,
    r#"{"issue":{"number":7,"title":"Carts lost","created_at":"2026-11-22T03:42:00Z","labels":[1]},"comments":[{"created_at":"2026-11-22","body":"x"}]}"#,
    "---\npublished: 2026-11-24\ntitle: \"x\"\n---\n# Heading\n\ntext\n",
];

fn drain<R: BufRead, P: LineParser>(mut items: LineItems<R, P>) -> Option<ReadReport> {
    let n_read = items.by_ref().filter(Result::is_ok).count() as u64;
    let report = items.finish().ok()?;
    assert_eq!(report.n_items, n_read);
    assert!(report.n_damaged <= report.n_lines && report.first_damaged.len() <= 5);
    Some(report)
}

fn read_as_everything(bytes: &[u8]) {
    drain(openmetrics::reader(bytes, openmetrics::TimeUnit::BySize));
    drain(promtool_dump::reader(bytes));
    drain(loki::line_reader(bytes));
    if let Ok(mut pages) = loki::PageReader::new(bytes) {
        while let Ok(Some(_)) = pages.next_page() {}
    }
    let _ = alertmanager::read(bytes);
    let _ = issue::read(bytes);
    let _ = markdown::read(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = log_level::level_of_line(&text);
    let _ = parse_known_time(&text);
    let _ = issue::slug(&text);
}

proptest! {
    #[test]
    fn damaged_excerpts(
        which in 0..EXCERPTS.len(),
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = EXCERPTS[which].as_bytes().to_vec();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        read_as_everything(&bytes);
    }

    #[test]
    fn any_text(text in "[{}\\[\\]\"\\\\:,=#+ \n0-9a-zN.e-]{0,80}|\\PC{0,40}") {
        read_as_everything(text.as_bytes());
        read_as_everything(format!("{{__name__=\"x\"}} {{count:1, {text}}} 5").as_bytes());
        read_as_everything(format!("up{{a=\"{text}\"}} {text}").as_bytes());
    }
}
