//! [`Entry`]: a catalogue file as it was read, every field given or not; entries lie over one another and become a
//! [`Cloud`].

use super::read::{Placed, Reader, Table, address, length};
use super::{
    Api, Auth, Cloud, CloudState, Origin, PaceSetting, Proof, Selection, Signal, Site, Source, Support, Tier,
    TokenPlace,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// Headers that would carry a secret, or break a request.
const REFUSED_HEADERS: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "private-token",
    "job-token",
    "x-api-key",
    "x-auth-token",
    "host",
    "content-length",
    "transfer-encoding",
];

const INSTEAD_OF_SECRET: &str = "a secret must not stand in this file; put it into an environment variable or a file of its own and name that \
     with token_env or token_file";

/// What a file says of a cloud.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    name: Option<String>,
    operator: Option<String>,
    home: Option<Url>,
    tier: Option<Tier>,
    state: Option<CloudState>,
    as_of: Option<String>,
    basis: Option<String>,
    note: Option<String>,
    sites: Option<Vec<Site>>,
    pace: PaceEntry,
    sources: Vec<SourceEntry>,
}

#[derive(Clone, Copy, Debug, Default)]
struct PaceEntry {
    max_concurrency: Option<u64>,
    min_interval_ms: Option<u64>,
    timeout_secs: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct SourceEntry {
    at: Range<usize>,
    id: String,
    signal: Option<Signal>,
    api: Option<Api>,
    flavor: Option<String>,
    url: Option<Url>,
    inner: Option<Vec<Api>>,
    uid: Option<String>,
    path: Option<String>,
    labels: Option<Vec<String>>,
    title_prefix: Option<String>,
    front_matter: Option<String>,
    index: Option<Url>,
    form: Option<Vec<String>>,
    headers: Option<BTreeMap<String, String>>,
    auth: Option<Auth>,
    token: Option<TokenPlace>,
    token_user: Option<String>,
    proof: Option<Proof>,
    retention: Option<Duration>,
    is_enabled: Option<bool>,
    is_retired: Option<bool>,
    note: Option<String>,
}

macro_rules! fill {
    ($over:expr, $under:expr, $($field:ident),*) => {
        $($over.$field = $over.$field.take().or($under.$field);)*
    };
}

impl Entry {
    /// Reads a file; what is wrong goes to the reader. `folder` is where relative paths in it begin.
    pub fn read(root: &Table<'_, '_>, folder: Option<&Path>) -> Self {
        root.refuse("id", "the file's name is the id; take this line out");
        root.refuse("token", INSTEAD_OF_SECRET);
        root.refuse("password", INSTEAD_OF_SECRET);
        let sources: Vec<SourceEntry> = root
            .tables("sources")
            .unwrap_or_default()
            .into_iter()
            .filter_map(|table| SourceEntry::read(table, folder))
            .collect();
        for (i, source) in sources.iter().enumerate() {
            if sources[..i].iter().any(|earlier| earlier.id == source.id) {
                let problem = format!("a second source `{}`; ids are unique in a cloud", source.id);
                root.trouble(source.at.clone(), "sources", problem);
            }
        }
        Self {
            name: root.text("name").map(Placed::into),
            operator: root.text("operator").map(Placed::into),
            home: root.get("home", address).map(Placed::into),
            tier: root.word("tier"),
            state: root.word("state"),
            as_of: as_of(root),
            basis: root.text("basis").map(Placed::into),
            note: root.text("note").map(Placed::into),
            sites: root
                .tables("sites")
                .map(|tables| tables.into_iter().map(site).collect()),
            pace: root.table("pace").map(pace).unwrap_or_default(),
            sources,
        }
    }

    /// This entry over another: what is given here counts; sources are merged by id.
    #[must_use]
    pub fn over(mut self, under: Self) -> Self {
        let mut sources = under.sources;
        for source in self.sources {
            match sources.iter_mut().find(|known| known.id == source.id) {
                Some(known) => *known = source.over(std::mem::take(known)),
                None => sources.push(source),
            }
        }
        fill!(
            self, under, name, operator, home, tier, state, as_of, basis, note, sites
        );
        fill!(
            self.pace,
            under.pace,
            max_concurrency,
            min_interval_ms,
            timeout_secs
        );
        self.sources = sources;
        self
    }

    /// The cloud, or what is missing, said to the reader of the uppermost file.
    pub fn to_cloud(&self, id: &str, origin: &Origin, reader: &Reader<'_>) -> Cloud {
        let is_own = *origin != Origin::BuiltIn;
        let sources: Vec<Source> = self
            .sources
            .iter()
            .filter_map(|source| source.to_source(is_own, reader))
            .collect();
        if self.sources.is_empty() {
            reader.trouble(0..0, "sources", "expected at least one source under [[sources]]");
        }
        let pace = PaceSetting::default();
        let number = |n: Option<u64>, other: u64| n.unwrap_or(other);
        Cloud {
            id: id.to_owned(),
            name: self.name.clone().unwrap_or_else(|| id.to_owned()),
            operator: self.operator.clone().unwrap_or_default(),
            home: self.home.clone(),
            tier: self.tier.unwrap_or_else(|| tier_of(&sources)),
            state: self.state.unwrap_or(CloudState::Live),
            as_of: self.as_of.clone().unwrap_or_default(),
            basis: self.basis.clone().unwrap_or_default(),
            note: self.note.clone().unwrap_or_default(),
            sites: self.sites.clone().unwrap_or_default(),
            pace: PaceSetting {
                max_concurrency: usize::try_from(number(self.pace.max_concurrency, 1)).unwrap_or(1),
                min_interval: self
                    .pace
                    .min_interval_ms
                    .map_or(pace.min_interval, Duration::from_millis),
                timeout: self.pace.timeout_secs.map_or(pace.timeout, Duration::from_secs),
            },
            sources,
            origin: origin.clone(),
        }
    }
}

impl SourceEntry {
    fn read(mut table: Table<'_, '_>, folder: Option<&Path>) -> Option<Self> {
        let id = table.text("id");
        if let Some(id) = &id {
            let above = table.key("");
            let above = above.split('[').next().unwrap_or_default();
            table.set_path(format!("{above}.{}", id.value));
        }
        for key in ["token", "password", "secret"] {
            table.refuse(key, INSTEAD_OF_SECRET);
        }
        let entry = Self {
            at: table.at(),
            id: String::new(),
            signal: table.word("signal"),
            api: table.word("api"),
            flavor: table.text("flavor").map(Placed::into),
            url: table.get("url", address).map(Placed::into),
            inner: table.words("inner"),
            uid: table.text("uid").map(Placed::into),
            path: table.text("path").map(Placed::into),
            labels: table.texts("labels"),
            title_prefix: table.text("title_prefix").map(Placed::into),
            front_matter: table.text("front_matter").map(Placed::into),
            index: table.get("index", address).map(Placed::into),
            form: table.texts("form"),
            headers: headers(&table),
            auth: table.word("auth"),
            token: token(&table, folder),
            token_user: table.text("token_user").map(Placed::into),
            proof: table.word("proof"),
            retention: table.get("retention", length).map(Placed::into),
            is_enabled: table.bool("enabled"),
            is_retired: table.bool("retired"),
            note: table.text("note").map(Placed::into),
        };
        let checked = match id {
            None => {
                table.trouble(table.at(), "id", "expected an id, such as id = \"prometheus\"");
                None
            }
            Some(id) if !is_id(&id.value) => {
                table.trouble(id.at, "id", not_an_id(&id.value));
                None
            }
            Some(id) => Some(Self {
                id: id.value,
                ..entry
            }),
        };
        table.close();
        checked
    }

    fn over(mut self, under: Self) -> Self {
        fill!(
            self,
            under,
            signal,
            api,
            flavor,
            url,
            inner,
            uid,
            path,
            labels,
            title_prefix,
            front_matter,
            index,
            form,
            headers,
            auth,
            token,
            token_user,
            proof,
            retention,
            is_enabled,
            is_retired,
            note
        );
        self
    }

    fn to_source(&self, is_own: bool, reader: &Reader<'_>) -> Option<Source> {
        let missing = |key: &str, what: &str| {
            let key = format!("sources.{}.{key}", self.id);
            if !reader.has_trouble(&key) {
                reader.trouble(self.at.clone(), &key, what);
            }
        };
        if self.signal.is_none() {
            missing("signal", "expected a signal, such as signal = \"metrics\"");
        }
        if self.api.is_none() {
            missing("api", "expected an api, such as api = \"prometheus\"");
        }
        let (signal, api) = (self.signal?, self.api?);
        if self.url.is_none() && api.support() == Support::Readable {
            missing(
                "url",
                "expected an address, such as url = \"https://prometheus.example.org\"",
            );
        }
        let auth = self.auth.unwrap_or(Auth::Anonymous);
        let proof = self
            .proof
            .unwrap_or(if is_own { Proof::User } else { Proof::Unverified });
        let is_retired = self.is_retired.unwrap_or(false);
        let is_readable = auth == Auth::Anonymous || self.token.is_some();
        let by_default = !is_retired && proof != Proof::Unverified && is_readable;
        Some(Source {
            id: self.id.clone(),
            signal,
            api,
            flavor: self.flavor.clone().unwrap_or_default(),
            url: self.url.clone(),
            inner: self.inner.clone().unwrap_or_default(),
            uid: self.uid.clone().unwrap_or_default(),
            select: Selection {
                path: self.path.clone().unwrap_or_default(),
                labels: self.labels.clone().unwrap_or_default(),
                title_prefix: self.title_prefix.clone().unwrap_or_default(),
                front_matter: self.front_matter.clone().unwrap_or_default(),
                index: self.index.clone(),
                form: self.form.clone().unwrap_or_default(),
            },
            headers: self.headers.clone().unwrap_or_default(),
            auth,
            token: self.token.clone(),
            token_user: self.token_user.clone().unwrap_or_default(),
            proof,
            retention: self.retention,
            is_enabled: self.is_enabled.unwrap_or(by_default),
            is_retired,
            note: self.note.clone().unwrap_or_default(),
        })
    }
}

/// Whether a text is good as an id: it stands in addresses, file names and names of environment variables.
pub fn is_id(text: &str) -> bool {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 64 && text.chars().all(is_good) && !text.starts_with('-')
}

pub(super) fn not_an_id(text: &str) -> String {
    format!("expected an id of small letters, digits and `-`, found `{text}`")
}

fn as_of(root: &Table<'_, '_>) -> Option<String> {
    let day = root.text("as_of")?;
    let parts: Vec<&str> = day.value.split('-').collect();
    let is_part = |part: &&str, n| part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = parts.len() <= 3 && is_part(&parts[0], 4) && parts[1..].iter().all(|part| is_part(part, 2));
    if !is_day {
        let problem = format!(
            "expected a day such as \"2026-08-19\", or its month or year, found \"{}\"",
            day.value
        );
        root.trouble(day.at, "as_of", problem);
    }
    Some(day.value)
}

fn site(table: Table<'_, '_>) -> Site {
    let text = |key| table.text(key).map(Placed::into).unwrap_or_default();
    let site = Site {
        id: text("id"),
        place: text("place"),
        role: text("role"),
        note: text("note"),
    };
    if site.id.is_empty() {
        table.trouble(
            table.at(),
            "id",
            "expected a site's name, such as id = \"fsn-de\"",
        );
    }
    table.close();
    site
}

fn pace(table: Table<'_, '_>) -> PaceEntry {
    let pace = PaceEntry {
        max_concurrency: table.number("max_concurrency", 1..17),
        min_interval_ms: table.number("min_interval_ms", 0..3_600_001),
        timeout_secs: table.number("timeout_secs", 1..3601),
    };
    table.close();
    pace
}

fn headers(table: &Table<'_, '_>) -> Option<BTreeMap<String, String>> {
    let given = table.text_map("headers")?;
    let mut headers = BTreeMap::new();
    for (name, value) in given {
        let key = format!("headers.{name}");
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if REFUSED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            table.trouble(
                value.at,
                &key,
                format!("this header is not set here; {INSTEAD_OF_SECRET}"),
            );
        } else if !is_name || value.value.chars().any(char::is_control) {
            table.trouble(
                value.at,
                &key,
                "expected a header such as X-Scope-OrgID = \"tenant\"",
            );
        } else {
            headers.insert(name, value.value);
        }
    }
    Some(headers)
}

fn token(table: &Table<'_, '_>, folder: Option<&Path>) -> Option<TokenPlace> {
    let variable = table.text("token_env");
    let file = table.text("token_file");
    match (variable, file) {
        (Some(_), Some(file)) => {
            table.trouble(
                file.at,
                "token_file",
                "expected token_env or token_file, found both",
            );
            None
        }
        (Some(variable), None) => {
            let is_good = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if variable.value.is_empty() || !variable.value.chars().all(is_good) {
                // What stands here may be the secret itself: it is not repeated.
                let what = "expected the name of an environment variable, such as token_env = \"MY_TOKEN\"; not the \
                            token itself";
                table.trouble(variable.at, "token_env", what);
                return None;
            }
            Some(TokenPlace::Environment(variable.value))
        }
        (None, Some(file)) => Some(TokenPlace::File(place(&file.value, folder))),
        (None, None) => None,
    }
}

/// The path of a file: `~/` is the user's home, a relative path begins where the entry is.
fn place(path: &str, folder: Option<&Path>) -> PathBuf {
    if let (Some(rest), Some(home)) = (path.strip_prefix("~/"), directories::BaseDirs::new()) {
        return home.home_dir().join(rest);
    }
    folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
}

/// How open a cloud is whose entry does not say so.
fn tier_of(sources: &[Source]) -> Tier {
    let mut signals: Vec<Signal> = sources
        .iter()
        .filter(|source| source.auth == Auth::Anonymous)
        .map(|source| source.signal)
        .collect();
    signals.sort_unstable();
    signals.dedup();
    match signals.len() {
        0 => Tier::C,
        1 | 2 => Tier::B,
        _ => Tier::A,
    }
}
