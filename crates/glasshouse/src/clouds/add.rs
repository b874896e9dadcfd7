//! `glasshouse clouds add`: finds out what answers at an address, and writes the entry.

use crate::output::Output;
use anyhow::{Context, Result, anyhow, bail};
use glass_client::catalogue::{Catalogue, Origin, config_folder, entry_text, is_id, write_entry};
use glass_client::discover::{Tried, cloud_id_of, discover};
use glass_client::http::{Http, HttpOptions};
use glass_core::visible;
use glass_model::Timestamp;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// What is asked for.
pub(super) struct Request<'a> {
    pub url: &'a str,
    pub id: Option<&'a str>,
    pub is_dry_run: bool,
    pub is_forced: bool,
}

/// Adds what answers at an address.
pub(super) fn run(catalogue: &Catalogue, request: &Request<'_>, output: &Output) -> Result<ExitCode> {
    let url = address(request.url)?;
    let id = request.id.map_or_else(|| cloud_id_of(&url), str::to_owned);
    if !is_id(&id) {
        bail!("an id has small letters, digits and `-`: {id}");
    }
    let known = catalogue.cloud(&id).ok();
    if let Some(cloud) = known.filter(|_| !request.is_forced && !request.is_dry_run) {
        let whose = match &cloud.origin {
            Origin::BuiltIn => "comes with the program; --force puts the sources into it".to_owned(),
            Origin::User(path) | Origin::Changed(path) => {
                format!("is in {}; --force writes over that file", path.display())
            }
        };
        bail!("there is a cloud `{id}` already, which {whose}; or give another id with --id");
    }
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    catalogue.set_paces(&http);
    let tell = |tried: Tried| {
        let (mark, words) = match &tried.answer {
            Ok(said) => ("yes", said),
            Err(reason) => ("no ", reason),
        };
        output.aside(&visible(&format!(
            "{mark}  {:<12} {}  {words}",
            tried.api, tried.url
        )));
    };
    let sources = runtime()?.block_on(discover(&http, &url, tell))?;
    if sources.is_empty() {
        bail!(
            "nothing that can be read answers at {url}; is it the address of a server, and may everyone read it? See \
             config/clouds/README.md for entries by hand"
        );
    }
    let today = today();
    let name = url.host_str().unwrap_or(&id);
    let name = if request.is_forced {
        known.map_or(name, |cloud| cloud.name.as_str())
    } else {
        name
    };
    let text = entry_text(name, &today, "answered glasshouse clouds add", &sources);
    output.line(text.trim_end())?;
    if request.is_dry_run {
        output.aside("\nnothing was written (--dry-run)");
        return Ok(ExitCode::SUCCESS);
    }
    let folder = config_folder().ok_or_else(|| {
        anyhow!("no configuration folder is known; name one in the environment variable GLASSHOUSE_CONFIG")
    })?;
    let path = write_entry(&folder, &id, &text, request.is_forced)?;
    output.aside(&format!(
        "\nwritten to {}; ask it with: glasshouse clouds check {id}",
        path.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// What async work runs on.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start threads")
}

/// An address as people write it: `https` unless it is this machine or says otherwise.
fn address(given: &str) -> Result<Url> {
    let given = given.trim();
    let with_scheme = if given.contains("://") {
        given.to_owned()
    } else if ["localhost", "127.", "[::1]"]
        .iter()
        .any(|own| given.starts_with(own))
    {
        format!("http://{given}")
    } else {
        format!("https://{given}")
    };
    let url = Url::parse(&with_scheme).with_context(|| format!("not a web address: {given}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("not a web address, such as https://prometheus.example.org: {given}");
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!(
            "no name and password in an address: put the token into a variable, see `glasshouse clouds --help`"
        );
    }
    Ok(url)
}

fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_secs(i64::try_from(since.as_secs()).unwrap_or(0));
    now.format("%Y-%m-%d")
}
