//! `glasshouse clouds check`: how sources stand, told as they answer.

use crate::output::Output;
use anyhow::{Result, bail};
use glass_client::catalogue::{Catalogue, Cloud};
use glass_client::check::{Check, check};
use glass_client::http::{Http, HttpOptions};
use glass_core::visible;
use glass_model::SourceState;
use glass_recording::Progress;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Instant;

/// Asks one cloud, or all.
pub(super) fn run(
    catalogue: &Catalogue,
    id: Option<&str>,
    as_json: bool,
    output: &Output,
) -> Result<ExitCode> {
    let clouds = match id {
        Some(id) => std::slice::from_ref(catalogue.cloud(id)?),
        None => catalogue.clouds(),
    };
    let n_asked = n_asked(clouds);
    if n_asked == 0 && !as_json {
        output.complain("there is nothing to ask: all sources are off, retired or not readable yet");
    }
    let mut report = Report::new(clouds, id.is_some(), as_json, output);
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    catalogue.set_paces(&http);
    let runtime = super::add::runtime()?;
    runtime.block_on(check(&http, clouds, |check| report.take(&check)));
    let n_answered = report.finish()?;
    Ok(if n_answered > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn n_asked(clouds: &[Cloud]) -> usize {
    let sources = clouds
        .iter()
        .flat_map(|cloud| cloud.sources.iter().map(move |source| (cloud, source)));
    sources
        .filter(|(cloud, source)| Check::without_asking(cloud, source).is_none())
        .count()
}

struct Report<'a> {
    output: &'a Output,
    as_json: bool,
    /// Whether sources that are not asked are told, too.
    tells_all: bool,
    width: usize,
    begun: Instant,
    n_to_ask: usize,
    counts: [usize; 5],
    failed: Result<()>,
}

impl<'a> Report<'a> {
    fn new(clouds: &[Cloud], tells_all: bool, as_json: bool, output: &'a Output) -> Self {
        let names = clouds.iter().flat_map(|cloud| {
            let length = |id: &str| cloud.id.chars().count() + 1 + id.chars().count();
            cloud.sources.iter().map(move |source| length(&source.id))
        });
        Self {
            output,
            as_json,
            tells_all,
            width: names.max().unwrap_or(0),
            begun: Instant::now(),
            n_to_ask: n_asked(clouds),
            counts: [0; 5],
            failed: Ok(()),
        }
    }

    fn take(&mut self, check: &Check) {
        let nth = match check.state {
            SourceState::Answered => 0,
            SourceState::Refused => 1,
            SourceState::Failed => 2,
            SourceState::NotReadable => 3,
            _ => 4,
        };
        self.counts[nth] += 1;
        if self.failed.is_ok() && (nth < 3 || self.tells_all || self.as_json) {
            self.failed = self.print(check);
        }
        let done = self.counts[..3].iter().sum::<usize>();
        self.output.progress(&Progress {
            what: format!("asking, {done} of {} sources", self.n_to_ask),
            done: done as u64,
            total: self.n_to_ask as u64,
        });
    }

    fn print(&self, check: &Check) -> Result<()> {
        if self.as_json {
            return self.output.line(&as_json(check).to_string());
        }
        let name = format!("{}/{}", check.cloud, check.source);
        let took = check
            .took
            .map(|took| format!("{} ms", took.as_millis()))
            .unwrap_or_default();
        let (name, state, width) = (visible(&name), word(check.state), self.width);
        let said = [&check.detail, &check.allows].map(|text| visible(text));
        let said: Vec<&str> = said
            .iter()
            .map(|text| &**text)
            .filter(|text| !text.is_empty())
            .collect();
        let line = format!("{name:<width$}  {state:<16}  {took:>8}  {}", said.join("; "));
        self.output.line(line.trim_end())?;
        if !check.advice.is_empty() {
            self.output
                .line(&format!("{:width$}  -> {}", "", visible(&check.advice)))?;
        }
        Ok(())
    }

    /// How many answered.
    fn finish(self) -> Result<usize> {
        self.failed?;
        let [answered, refused, failed, not_readable, off] = self.counts;
        if !self.as_json {
            self.output.line(&format!(
                "\n{answered} answered, {refused} refused, {failed} failed in {:.1} s; not asked: {not_readable} not \
                 readable yet, {off} off or retired",
                self.begun.elapsed().as_secs_f64()
            ))?;
        }
        if answered + refused + failed != self.n_to_ask {
            bail!("not all sources were asked; please report this");
        }
        Ok(answered)
    }
}

fn word(state: SourceState) -> &'static str {
    match state {
        SourceState::Answered => "answered",
        SourceState::Refused => "refused",
        SourceState::Failed => "failed",
        SourceState::NotReadable => "not readable yet",
        SourceState::Retired => "retired",
        SourceState::Disabled => "off",
        SourceState::NotAsked | SourceState::Asking => "not asked",
    }
}

fn as_json(check: &Check) -> Value {
    json!({
        "cloud": check.cloud,
        "source": check.source,
        "state": word(check.state),
        "asked_at": check.asked_at.map(|at| at.to_string()),
        "took_ms": check.took.map(|took| took.as_millis() as u64),
        "detail": check.detail,
        "advice": check.advice,
        "allows": check.allows,
        "firing": check.firing,
        "open_incidents": check.open_incidents,
        "data_at": check.data_at.map(|at| at.to_string()),
    })
}
