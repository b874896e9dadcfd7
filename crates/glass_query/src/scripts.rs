//! What the test scripts of both languages share: [`Outcome`], and [`run_files`], the whole of their runners.

use std::io::Write;
use std::process::ExitCode;

/// An evaluation that did not yield what the script expects, or a line that is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where in the script, from 1.
    pub line: usize,
    /// The query, or the line that is not understood.
    pub query: String,
    /// What differed.
    pub reason: String,
}

/// What came of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Cases that passed.
    pub n_passed: usize,
    /// Cases that failed, in the script's order.
    pub failures: Vec<Failure>,
}

/// Runs the scripts that the command line names and prints what came of them: each failure in one line, then the
/// counts of each file and of all. The exit code is 0 if all passed, 1 if any failed, 2 if a file cannot be read.
pub fn run_files(help: &str, run: impl Fn(&str) -> Outcome) -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    if files.is_empty() || files.iter().any(|file| matches!(file.as_str(), "-h" | "--help")) {
        let is_asked = !files.is_empty();
        let _ = out.write_all(help.as_bytes());
        return ExitCode::from(if is_asked { 0 } else { 2 });
    }
    match run_all(&files, &mut out, run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn run_all(files: &[String], out: &mut impl Write, run: impl Fn(&str) -> Outcome) -> std::io::Result<bool> {
    let mut table = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| {
            std::io::Error::new(error.kind(), format!("cannot read a script: {error}: {file}"))
        })?;
        let outcome = run(&text);
        for failure in &outcome.failures {
            let reason = failure.reason.replace('\n', " ");
            writeln!(out, "{file}:{}: {}: {reason}", failure.line, failure.query)?;
        }
        table.push((file.as_str(), outcome));
    }
    summary(&table, out)
}

fn summary(table: &[(&str, Outcome)], out: &mut impl Write) -> std::io::Result<bool> {
    let (mut n_passed, mut n_failed) = (0, 0);
    for (file, outcome) in table {
        writeln!(
            out,
            "{:>5} passed {:>5} failed  {file}",
            outcome.n_passed,
            outcome.failures.len()
        )?;
        n_passed += outcome.n_passed;
        n_failed += outcome.failures.len();
    }
    let share = 100.0 * n_passed as f64 / (n_passed + n_failed).max(1) as f64;
    writeln!(
        out,
        "{n_passed:>5} passed {n_failed:>5} failed  in all, {share:.1} % passed"
    )?;
    Ok(n_failed == 0)
}
