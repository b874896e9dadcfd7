//! Asks what a real Loki 3.7.6 was asked during the sample incident, over the lines that it held, and compares the
//! answers. `docs/logql.md` says by which rules, and why what differs differs.
#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(
    clippy::print_stdout,
    reason = "the share of equal answers is the test's result"
)]

#[path = "loki_captures/compare.rs"]
mod compare;
#[path = "loki_captures/load.rs"]
mod load;
#[path = "loki_captures/requests.rs"]
mod requests;

use compare::{Verdict, compare};
use std::path::Path;

/// The share of answers that must be equal.
const MIN_SHARE: f64 = 0.95;

#[test]
fn answers_are_those_of_a_real_loki() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.is_dir() {
        println!("skipped: the captured answers are not here");
        return;
    }
    let store = load::lines(&data.join("incident-shop"));
    let (mut n_equal, mut n_compared, mut n_left_out) = (0, 0, 0);
    for request in requests::all(&data.join("captures")) {
        match compare(&store, &request) {
            Verdict::Equal => {
                n_equal += 1;
                n_compared += 1;
            }
            Verdict::Differs(how) => {
                n_compared += 1;
                println!("differs: {}/{}: {how}", request.phase, request.name);
            }
            Verdict::NotComparable => {
                n_left_out += 1;
                println!("not comparable: {}/{}", request.phase, request.name);
            }
        }
    }
    println!("{n_equal} of {n_compared} equal, {n_left_out} not comparable");
    assert!(n_compared > 100, "only {n_compared} answers");
    assert!(
        f64::from(n_equal) >= MIN_SHARE * f64::from(n_compared),
        "{n_equal} of {n_compared} equal"
    );
}
