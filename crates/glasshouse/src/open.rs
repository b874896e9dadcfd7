//! Opening what a user named: a file, a folder, a bundled incident or an address.

use crate::args::ViewArgs;
use crate::bundled::{self, BUNDLED};
use crate::dashboards;
use anyhow::{Context, Result, anyhow, bail};
use glass_core::{Address, App, Memory, Screen, parse_seek};
use glass_driver::Opened;
use glass_formats::grafana::read_dashboards;
use glass_model::{Dashboard, RecordingInfo};
use glass_query::{Evaluator, Limits};
use glass_recording::Recording;
use std::fs::File;
use std::path::Path;
use url::Url;

/// Opens a recording; without a name the first bundled one.
pub(crate) fn recording(named: Option<&str>) -> Result<Recording> {
    let name = named.map_or_else(|| BUNDLED[0].name.to_owned(), name_of);
    if let Some(bundled) = bundled::find(&name) {
        return Ok(Recording::from_bytes(bundled.name, bundled.bytes)?);
    }
    let path = Path::new(&name);
    if !path.exists() {
        let names: Vec<_> = BUNDLED.iter().map(|bundled| bundled.name).collect();
        bail!(
            "no such file, and no bundled incident of that name (there are {}): {name}",
            names.join(", ")
        );
    }
    Ok(Recording::open(path)?)
}

/// Opens a recording with the query engines on top.
pub(crate) fn evaluator(named: Option<&str>) -> Result<Evaluator<Recording>> {
    Ok(Evaluator::new(recording(named)?, Limits::default()))
}

/// An address names a recording, and a `file:` URL a file: desktops hand files over so. Everything else is the name
/// itself.
pub(crate) fn name_of(named: &str) -> String {
    if let Ok(address) = Address::parse(named) {
        return address.recording;
    }
    let url = Url::parse(named).ok().filter(|url| url.scheme() == "file");
    let path = url.and_then(|url| url.to_file_path().ok());
    path.map_or_else(|| named.to_owned(), |path| path.display().to_string())
}

/// Adds the dashboards that the user named.
pub(crate) fn with_dashboards(opened: Opened, view: &ViewArgs) -> Result<Opened> {
    let mut all = Vec::new();
    for path in &view.dashboard {
        all.extend(dashboards_at(path).with_context(|| path.display().to_string())?);
    }
    let given = all.into_iter().enumerate().map(|(i, (mut dashboard, source))| {
        dashboard.summary.id = given_id(i);
        dashboard.summary.source = source;
        dashboard
    });
    Ok(glass_driver::with_dashboards(opened, given.collect()))
}

/// The dashboards of a file, or of all files below a folder such as a configuration repository's checkout; each with
/// where it stands. Of a folder, files that hold none are left out.
fn dashboards_at(path: &Path) -> Result<Vec<(Dashboard, String)>> {
    let mut files = Vec::new();
    dashboards::collect(path, &mut files)?;
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let read = File::open(&file).map_err(anyhow::Error::from);
        let found = read.and_then(|input| Ok(read_dashboards(input)?));
        let source = file
            .strip_prefix(path)
            .ok()
            .filter(|rest| !rest.as_os_str().is_empty());
        let source = source.unwrap_or(&file).display().to_string();
        match found {
            Ok(found) => all.extend(found.into_iter().map(|dashboard| (dashboard, source.clone()))),
            Err(error) if file == path => return Err(error),
            Err(_) => {}
        }
    }
    if all.is_empty() {
        bail!("there is no dashboard in it; `glasshouse dashboards check` says why, file by file");
    }
    Ok(all)
}

/// What the i-th dashboard that the user named is asked for by.
fn given_id(i: usize) -> String {
    format!("given-{i}")
}

/// The application over what was opened, where it was left; what was asked for outranks that.
pub(crate) fn app_where_left(
    info: RecordingInfo,
    named: Option<&str>,
    view: &ViewArgs,
    memory: Option<&Memory>,
) -> Result<App> {
    let mut app = app(info, named, view)?;
    if let Some(memory) = memory {
        app.recall(memory.clone());
    }
    let asks_for_a_place = named.is_some_and(|named| Address::parse(named).is_ok());
    if !view.fresh
        && !asks_for_a_place
        && view.at.is_none()
        && view.screen.is_none()
        && view.dashboard.is_empty()
    {
        app.resume();
    }
    Ok(app)
}

/// The application over what was opened, at the moment and on the screen that were asked for.
pub(crate) fn app(info: RecordingInfo, named: Option<&str>, view: &ViewArgs) -> Result<App> {
    let from = info.open_at.unwrap_or(info.extent.start);
    let extent = info.extent;
    let mut app = App::new(info);
    if let Some(at) = &view.at {
        let at = parse_seek(at, from, extent)
            .map_err(|error| anyhow!(error))
            .context("--at")?;
        app.start_at(at);
    }
    if let Some(address) = named.and_then(|named| Address::parse(named).ok()) {
        app.open_address(&address);
    }
    match view.dashboard.as_slice() {
        [] => {}
        // Of a folder one is chosen first.
        [only] if !only.is_dir() => app.start_on_dashboard(&given_id(0)),
        _ => app.start_on(Screen::Dashboards),
    }
    if let Some(screen) = &view.screen {
        let names: Vec<_> = Screen::ALL.iter().map(|screen| screen.slug()).collect();
        let screen = Screen::from_slug(&screen.to_ascii_lowercase());
        let screen = screen.with_context(|| format!("--screen is one of {}", names.join(", ")))?;
        app.start_on(screen);
    }
    Ok(app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_path_by_url_and_by_address() {
        assert_eq!(name_of("a b.glass"), "a b.glass");
        #[cfg(unix)]
        assert_eq!(name_of("file:///home/x/a%20b.glass"), "/home/x/a b.glass");
        assert_eq!(name_of("https://example.org/x"), "https://example.org/x");
        assert_eq!(name_of("glass://heron/logs?at=2026-11-22T03:41:00Z"), "heron");
    }
}
