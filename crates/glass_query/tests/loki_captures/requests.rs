//! The requests whose answers an engine gives, and the answers.

use glass_model::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;

/// A request and the real server's answer.
pub struct Request {
    pub phase: String,
    pub name: String,
    /// `query` or `query_range`.
    pub endpoint: String,
    pub parameters: BTreeMap<String, String>,
    pub status: u16,
    pub body: String,
    /// The second in which it was answered.
    pub answered: Timestamp,
}

/// Errors that the server finds in the parameters, before an engine is asked.
const OF_PARAMETERS: [&str; 4] = [
    "err_limit_too_big",
    "err_range_too_long",
    "err_bad_time",
    "err_end_before_start",
];

/// All of them, in the order they were made; of those made twice in a phase the later.
pub fn all(captures: &Path) -> Vec<Request> {
    let table = std::fs::read_to_string(captures.join("requests.tsv")).unwrap();
    let mut all: BTreeMap<(String, String), Request> = BTreeMap::new();
    for row in table.lines() {
        let cells: Vec<&str> = row.split('\t').collect();
        let [phase, "loki-3.7.6", name, "GET", url, _, status, ..] = cells.as_slice() else {
            continue;
        };
        let path_and_query = url
            .split_once("/loki/api/v1/")
            .and_then(|(_, rest)| rest.split_once('?'));
        let Some((endpoint @ ("query" | "query_range"), parameters)) = path_and_query else {
            continue;
        };
        if OF_PARAMETERS.contains(name) {
            continue;
        }
        let folder = captures
            .join("loki-3.7.6")
            .join(if *phase == "incident" { "." } else { phase });
        let extension = if name.starts_with("err_") { "txt" } else { "json" };
        let headers = std::fs::read_to_string(folder.join(format!("{name}.headers"))).unwrap();
        let request = Request {
            phase: (*phase).to_owned(),
            name: (*name).to_owned(),
            endpoint: endpoint.to_owned(),
            parameters: parameters
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), decoded(value)))
                .collect(),
            status: status.parse().unwrap(),
            body: std::fs::read_to_string(folder.join(format!("{name}.{extension}"))).unwrap(),
            answered: date(&headers),
        };
        all.insert((request.phase.clone(), request.name.clone()), request);
    }
    all.into_values().collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// `Date: Sun, 22 Nov 2026 03:36:23 GMT`; all of them are of that day.
fn date(headers: &str) -> Timestamp {
    let line = headers
        .lines()
        .find_map(|line| line.strip_prefix("Date: "))
        .unwrap();
    let time = line
        .strip_prefix("Sun, 22 Nov 2026 ")
        .and_then(|rest| rest.strip_suffix(" GMT"))
        .unwrap();
    Timestamp::parse_rfc3339(&format!("2026-11-22T{time}Z")).unwrap()
}
