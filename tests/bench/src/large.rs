//! How the program opens R2, 100 M samples and 10 M lines, and how much memory it takes.

use crate::generate::{self, R2};
use crate::{measure, memory, row, say};
use anyhow::Result;
use std::path::Path;

/// Writes R2 to `file` if there is nothing yet.
pub fn provide(file: &Path) -> Result<()> {
    if !file.exists() {
        say(&format!(
            "writing R2 to {}, which takes a while\n",
            file.display()
        ))?;
        generate::generate(R2, &file.with_extension("part"), file)?;
    }
    Ok(())
}

/// Measures and prints a table.
pub fn run(file: &Path) -> Result<()> {
    provide(file)?;
    say("| what | bar | measured |\n| --- | --- | --- |")?;
    row(
        "bytes a sample, R2",
        "2.5",
        &format!("{:.2}", measure::bytes_a_sample(file)?),
    )?;
    let open = measure::open_to_first_answer(file)?;
    let measured = format!(
        "median {:.0} ms, worst {:.0} ms",
        open.percentile(50),
        open.percentile(100)
    );
    row("open R2 to first panel", "1 s", &measured)?;
    let (before, after) = memory(file)?;
    let measured = format!("base {} MB, then {} MB", before / 1_000_000, after / 1_000_000);
    row("memory after every screen of R2", "1 GB", &measured)
}
