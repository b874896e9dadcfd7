//! Runs scripts in the language of Prometheus' `promqltest`; see `glass_query::promqltest`.

use glass_query::promqltest::run;
use glass_query::scripts::run_files;
use std::process::ExitCode;

const HELP: &str = "\
Runs test scripts in the language of Prometheus' promqltest.

usage: promqltest FILE…

Prints each failure as `file:line: query: what differed`, then passed and failed for each file and for all.
The exit code is 0 if all passed, 1 if any failed, 2 if a file cannot be read.
";

fn main() -> ExitCode {
    run_files(HELP, run)
}
