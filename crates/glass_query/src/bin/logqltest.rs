//! Runs test scripts for LogQL; see `glass_query::logqltest`.

use glass_query::logqltest::run;
use std::io::Write;
use std::process::ExitCode;

const HELP: &str = "\
Runs test scripts for LogQL.

usage: logqltest FILE…

Prints each failure as `file:line: query: what differed`, then passed and failed for each file and for all.
The exit code is 0 if all passed, 1 if any failed, 2 if a file cannot be read.
";

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    if files.is_empty() || files.iter().any(|file| matches!(file.as_str(), "-h" | "--help")) {
        let is_asked = !files.is_empty();
        let _ = out.write_all(HELP.as_bytes());
        return ExitCode::from(if is_asked { 0 } else { 2 });
    }
    match run_all(&files, &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn run_all(files: &[String], out: &mut impl Write) -> std::io::Result<bool> {
    let (mut n_passed, mut n_failed) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| {
            std::io::Error::new(error.kind(), format!("cannot read a script: {error}: {file}"))
        })?;
        let outcome = run(&text);
        for failure in &outcome.failures {
            let reason = failure.reason.replace('\n', " ");
            writeln!(out, "{file}:{}: {}: {reason}", failure.line, failure.query)?;
        }
        writeln!(
            out,
            "{:>5} passed {:>5} failed  {file}",
            outcome.n_passed,
            outcome.failures.len()
        )?;
        n_passed += outcome.n_passed;
        n_failed += outcome.failures.len();
    }
    writeln!(out, "{n_passed:>5} passed {n_failed:>5} failed  in all")?;
    Ok(n_failed == 0)
}
