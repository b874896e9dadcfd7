//! What the tests of this crate share. Every test binary uses a part of it.

#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod git_http;
pub mod github;
pub mod replay;

use std::path::PathBuf;

/// The folder of data beside the repository, or `None` with a message that the test is skipped.
#[expect(clippy::print_stdout, reason = "a test says what it skips")]
pub fn shared_data(what: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(what);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}
