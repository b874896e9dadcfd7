//! `glasshouse clone`: what is public about a cloud, on this machine.

use crate::args::CloneArgs;
use crate::output::Output;
use crate::record::{cloud, code_of, complain, duration, report_json, runtime, say_sources, stop_on_signals};
use anyhow::{Context, Result};
use glass_driver::record::{Recorder, Stop};
use glass_driver::{clone, now};
use serde_json::json;
use std::process::ExitCode;

/// Brings what is new.
pub(crate) fn run(args: &CloneArgs, output: &Output) -> Result<ExitCode> {
    let (cloud, http) = cloud(&args.cloud, output)?;
    let data = clone::data_folder().context("no folder for data is known; set GLASSHOUSE_DATA")?;
    let plan = clone::plan(cloud, duration("--depth", &args.depth)?, &data, now());
    let folder = plan.folder.clone();
    let stop = Stop::default();
    let report = runtime()?.block_on(async {
        stop_on_signals(&stop);
        let recorder = Recorder::open(plan, &http).await?;
        for note in recorder.notes() {
            output.aside(&glass_core::visible(&note));
        }
        let recorded = recorder
            .run(&mut |progress| output.progress(&progress), &stop)
            .await?;
        anyhow::Ok(recorded.keep())
    })?;
    complain(&report, output);
    if args.json {
        let mut value = report_json(&report);
        value["folder"] = json!(folder);
        output.json(&value)?;
    } else {
        say_sources(&report, output)?;
        output.line(&format!(
            "{}\nopen it with: glasshouse {}",
            folder.display(),
            folder.display()
        ))?;
    }
    Ok(code_of(&report))
}
