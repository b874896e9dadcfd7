//! `glasshouse dashboards check`: tells per panel of dashboards in files whether it can be drawn, and if not why.

use crate::args::{DashboardsArgs, DashboardsCommand};
use crate::output::Output;
use anyhow::{Context, Result};
use glass_formats::grafana::read_dashboards;
use glass_model::{Dashboard, DashboardPanel};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files that are looked at; a folder may hold a whole disk.
const MOST_FILES: usize = 10_000;
/// Folders inside folders.
const MOST_DEPTH: usize = 16;
/// What ends the names of files that may hold dashboards.
const ENDS: [&str; 3] = ["json", "yaml", "yml"];

/// Runs a command on dashboards.
pub(crate) fn run(args: &DashboardsArgs, output: &Output) -> Result<ExitCode> {
    let DashboardsCommand::Check { paths, json } = &args.command;
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files).with_context(|| path.display().to_string())?;
    }
    files.sort();
    let checked: Vec<Checked> = files.into_iter().map(Checked::of).collect();
    match json {
        true => output.json(&json!(checked.iter().map(Checked::to_json).collect::<Vec<_>>()))?,
        false => checked.iter().try_for_each(|one| one.tell(output))?,
    }
    if !json {
        output.line(&summary(&checked))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The file, or the files below a folder that may hold dashboards; links are not followed.
pub(crate) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    collect_below(path, MOST_DEPTH, files)
}

fn collect_below(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        if kind.is_dir() && depth > 0 {
            collect_below(&path, depth - 1, files)?;
        } else if kind.is_file() && ENDS.contains(&end) && files.len() < MOST_FILES {
            files.push(path);
        }
    }
    Ok(())
}

/// A file and what is in it.
struct Checked {
    file: PathBuf,
    found: Result<Vec<Dashboard>, String>,
}

impl Checked {
    fn of(file: PathBuf) -> Self {
        let opened = std::fs::File::open(&file).map_err(|error| error.to_string());
        let found = opened.and_then(|input| read_dashboards(input).map_err(|error| error.to_string()));
        Self { file, found }
    }

    fn tell(&self, output: &Output) -> Result<()> {
        let visible = |text: &str| glass_core::visible(text);
        let file = visible(&self.file.display().to_string());
        let dashboards = match &self.found {
            Ok(dashboards) => dashboards,
            Err(error) => return output.line(&format!("{file}\n  no dashboard: {}\n", visible(error))),
        };
        for dashboard in dashboards {
            output.line(&format!("{file}\n  {}", visible(&dashboard.summary.title)))?;
            for note in &dashboard.notes {
                output.line(&format!("  note: {}", visible(note)))?;
            }
            for panel in dashboard.panels() {
                let said = panel.trouble().unwrap_or_else(|| panel.notes.join("; "));
                let line = format!(
                    "  {:<9} {:<15} {:<40} {}",
                    if panel.trouble().is_none() {
                        "readable"
                    } else {
                        "not drawn"
                    },
                    visible(panel.kind.name()),
                    visible(&panel.title),
                    visible(&said)
                );
                output.line(line.trim_end())?;
            }
            output.line("")?;
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let file = self.file.display().to_string();
        match &self.found {
            Err(error) => json!({ "file": file, "error": error }),
            Ok(dashboards) => {
                let dashboards: Vec<_> = dashboards.iter().map(dashboard_json).collect();
                json!({ "file": file, "dashboards": dashboards })
            }
        }
    }
}

fn dashboard_json(dashboard: &Dashboard) -> Value {
    let panels: Vec<_> = dashboard.panels().map(panel_json).collect();
    let summary = &dashboard.summary;
    json!({ "title": summary.title, "uid": summary.uid, "notes": dashboard.notes, "panels": panels })
}

fn panel_json(panel: &DashboardPanel) -> Value {
    let trouble = panel.trouble();
    json!({
        "title": panel.title,
        "plugin": panel.plugin,
        "kind": panel.kind.name(),
        "is_readable": trouble.is_none(),
        "why": trouble,
        "notes": panel.notes,
        "queries": panel.targets.iter().map(|target| &target.expr).collect::<Vec<_>>(),
    })
}

fn summary(checked: &[Checked]) -> String {
    let dashboards = || checked.iter().filter_map(|one| one.found.as_ref().ok()).flatten();
    let panels = || dashboards().flat_map(Dashboard::panels);
    let n_readable = panels().filter(|panel| panel.trouble().is_none()).count();
    format!(
        "{} files, {} without a dashboard; {} dashboards, {n_readable} of {} panels readable",
        checked.len(),
        checked.iter().filter(|one| one.found.is_err()).count(),
        dashboards().count(),
        panels().count()
    )
}
