//! `glasshouse clouds`: the catalogue as a table, and a cloud in full.

mod add;
mod check;

use crate::args::{CloudsArgs, CloudsCommand};
use crate::output::Output;
use anyhow::Result;
use glass_client::catalogue::{
    Catalogue, CatalogueTrouble, Cloud, Origin, Signal, Source, Support, Word, config_folder,
};
use glass_core::visible;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Runs `glasshouse clouds …`.
pub(crate) fn run(args: &CloudsArgs, output: &Output) -> Result<ExitCode> {
    let (catalogue, troubles) = Catalogue::load(config_folder().as_deref());
    for trouble in &troubles {
        output.complain(&format!("left out: {trouble}"));
    }
    match &args.command {
        None if args.json => output.json(&json!({
            "clouds": catalogue.clouds().iter().map(as_json).collect::<Vec<_>>(),
            "troubles": troubles.iter().map(trouble_as_json).collect::<Vec<_>>(),
        }))?,
        None => list(&catalogue, output)?,
        Some(CloudsCommand::Show { id, json: true }) => output.json(&as_json(catalogue.cloud(id)?))?,
        Some(CloudsCommand::Show { id, json: false }) => show(catalogue.cloud(id)?, output)?,
        Some(CloudsCommand::Check { cloud, json }) => {
            return check::run(&catalogue, cloud.as_deref(), *json, output);
        }
        Some(CloudsCommand::Add {
            url,
            id,
            dry_run,
            force,
        }) => {
            let request = add::Request {
                url,
                id: id.as_deref(),
                is_dry_run: *dry_run,
                is_forced: *force,
            };
            return add::run(&catalogue, &request, output);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(catalogue: &Catalogue, output: &Output) -> Result<()> {
    let mut rows = vec![["id", "name", "tier", "state", "as of", "signals"].map(str::to_owned)];
    for cloud in catalogue.clouds() {
        rows.push([
            cloud.id.clone(),
            cut(&cloud.name, 44),
            cloud.tier.to_string(),
            cloud.state.to_string(),
            cloud.as_of.clone(),
            signals(cloud),
        ]);
    }
    table(&rows, output)?;
    output.line(
        "\n(in brackets: off, or not readable yet)  details: glasshouse clouds show ID  do they answer? glasshouse \
         clouds check [ID]",
    )
}

/// What is public; in brackets what is not asked or cannot be read.
fn signals(cloud: &Cloud) -> String {
    let mut words = Vec::new();
    for signal in Signal::ALL {
        let mut of_it = cloud
            .sources
            .iter()
            .filter(|source| source.signal == *signal)
            .peekable();
        if of_it.peek().is_none() {
            continue;
        }
        if of_it.any(|source| source.is_enabled && source.support() == Support::Readable) {
            words.push(signal.to_string());
        } else {
            words.push(format!("({signal})"));
        }
    }
    words.join(" ")
}

fn show(cloud: &Cloud, output: &Output) -> Result<()> {
    let origin = match &cloud.origin {
        Origin::BuiltIn => "comes with the program".to_owned(),
        Origin::User(path) => path.display().to_string(),
        Origin::Changed(path) => format!("comes with the program, changed by {}", path.display()),
    };
    let pace = &cloud.pace;
    let facts = [
        ("operator", cloud.operator.clone()),
        (
            "home",
            cloud.home.as_ref().map(ToString::to_string).unwrap_or_default(),
        ),
        ("tier", cloud.tier.to_string()),
        (
            "state",
            format!("{}, as of {} ({})", cloud.state, cloud.as_of, cloud.basis),
        ),
        (
            "pace",
            format!(
                "{} at a time, {} ms apart, each at most {} s",
                pace.max_concurrency,
                pace.min_interval.as_millis(),
                pace.timeout.as_secs()
            ),
        ),
        ("note", cloud.note.clone()),
        ("entry", origin),
    ];
    output.line(&visible(&cloud.name))?;
    for (key, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        output.line(&format!("  {key:<9} {}", visible(value)))?;
    }
    for site in &cloud.sites {
        let about = [&site.place, &site.role, &site.note];
        let about: Vec<&str> = about
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        output.line(&visible(
            format!("  site      {}  {}", site.id, about.join("; ")).trim_end(),
        ))?;
    }
    output.line("")?;
    let rows: Vec<_> = cloud.sources.iter().map(source_row).collect();
    table(&rows, output)
}

fn source_row(source: &Source) -> [String; 5] {
    let api = match source.inner.as_slice() {
        [] => source.api.to_string(),
        inner => format!(
            "{} > {}",
            source.api,
            inner.iter().map(|api| api.word()).collect::<Vec<_>>().join(" ")
        ),
    };
    let standing = match source.why_off() {
        Some(why) => why.to_string(),
        None if source.support() == Support::NotYet => "not readable yet".into(),
        None => source.auth.to_string(),
    };
    let url = source.url.as_ref().map(ToString::to_string).unwrap_or_default();
    [source.id.clone(), source.signal.to_string(), api, standing, url]
}

fn as_json(cloud: &Cloud) -> Value {
    let origin = match &cloud.origin {
        Origin::BuiltIn => Value::Null,
        Origin::User(path) | Origin::Changed(path) => json!(path.display().to_string()),
    };
    json!({
        "id": cloud.id,
        "name": cloud.name,
        "operator": cloud.operator,
        "home": cloud.home.as_ref().map(ToString::to_string),
        "tier": cloud.tier.word(),
        "state": cloud.state.word(),
        "as_of": cloud.as_of,
        "basis": cloud.basis,
        "note": cloud.note,
        "file": origin,
        "sites": cloud.sites.iter().map(|site| {
            json!({ "id": site.id, "place": site.place, "role": site.role, "note": site.note })
        }).collect::<Vec<_>>(),
        "sources": cloud.sources.iter().map(source_as_json).collect::<Vec<_>>(),
    })
}

fn source_as_json(source: &Source) -> Value {
    json!({
        "id": source.id,
        "signal": source.signal.word(),
        "api": source.api.word(),
        "inner": source.inner.iter().map(|api| api.word()).collect::<Vec<_>>(),
        "flavor": source.flavor,
        "url": source.url.as_ref().map(ToString::to_string),
        "uid": source.uid,
        "auth": source.auth.word(),
        "proof": source.proof.word(),
        "retention_secs": source.retention.map(|length| length.as_secs()),
        "enabled": source.is_enabled,
        "retired": source.is_retired,
        "readable": source.support() == Support::Readable,
        "has_token": source.token.is_some(),
        "note": source.note,
    })
}

fn trouble_as_json(trouble: &CatalogueTrouble) -> Value {
    json!({
        "file": trouble.file,
        "line": trouble.line,
        "column": trouble.column,
        "key": trouble.key,
        "problem": trouble.problem,
    })
}

/// Prints columns side by side.
fn table<const N: usize>(rows: &[[String; N]], output: &Output) -> Result<()> {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| visible(cell)))
        .collect();
    let width = |nth: usize| rows.iter().map(|row| row[nth].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        output.line(line.trim_end())?;
    }
    Ok(())
}

fn cut(text: &str, n: usize) -> String {
    match text.char_indices().nth(n) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
