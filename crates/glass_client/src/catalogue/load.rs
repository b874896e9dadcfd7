//! [`Catalogue`]: all entries, built in and the user's own.

use super::built_in::BUILT_IN;
use super::entry::{Entry, is_id, not_an_id};
use super::read::{LARGEST_FILE, Reader, Table};
use super::{CatalogueTrouble, Cloud, Origin, PaceSetting, TokenPlace, nearest};
use crate::http::{Http, is_loopback};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use url::Url;

/// All clouds that are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    clouds: Vec<Cloud>,
}

/// There is no cloud of that id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no cloud `{given}`{}; `glasshouse clouds` lists them all", hint(.nearest.as_deref()))]
pub struct UnknownCloud {
    /// What was asked for.
    pub given: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |id| format!("; did you mean `{id}`?"))
}

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is one already.
    #[error("{0} is there already; give another id, or write over it by force")]
    Exists(String),
    /// The id cannot be one.
    #[error("{0}")]
    NotAnId(String),
    /// What would be written could not be read again.
    #[error("this would be no catalogue file: {0}")]
    Wrong(CatalogueTrouble),
    /// The file cannot be written.
    #[error("cannot write {path}: {error}")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's words.
        error: std::io::Error,
    },
}

/// The user's configuration folder: `GLASSHOUSE_CONFIG`, or where the system keeps such things.
pub fn config_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("GLASSHOUSE_CONFIG").filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "glasshouse")?;
    Some(folders.config_dir().to_owned())
}

impl Catalogue {
    /// The built-in entries, extended and overridden by `clouds/*.toml` in the user's configuration folder. An entry
    /// in which anything is wrong is left out as a whole; a built-in one stays as it was.
    pub fn load(user_config_folder: Option<&Path>) -> (Self, Vec<CatalogueTrouble>) {
        Self::load_with(user_config_folder, &|name| std::env::var_os(name).is_some())
    }

    /// The same with another environment: whether a variable is set.
    pub(super) fn load_with(
        user_config_folder: Option<&Path>,
        is_set: &dyn Fn(&str) -> bool,
    ) -> (Self, Vec<CatalogueTrouble>) {
        let mut troubles = Vec::new();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let mut clouds: BTreeMap<String, Cloud> = BTreeMap::new();
        for (id, text) in BUILT_IN {
            let file = format!("config/clouds/{id}.toml");
            let source = File {
                id,
                file: &file,
                text,
                folder: None,
            };
            let (entry, cloud) = read(&source, &Origin::BuiltIn, None, &mut troubles);
            entries.extend(entry.map(|entry| ((*id).to_owned(), entry)));
            clouds.extend(cloud.map(|cloud| ((*id).to_owned(), cloud)));
        }
        let own = user_config_folder.map(|folder| files(&folder.join("clouds"), &mut troubles));
        for path in own.unwrap_or_default() {
            if let Some(cloud) = read_own(&path, &entries, &mut troubles) {
                clouds.insert(cloud.id.clone(), cloud);
            }
        }
        let mut clouds: Vec<Cloud> = clouds.into_values().collect();
        for cloud in &mut clouds {
            find_tokens(cloud, is_set);
        }
        clouds.sort_by(|a, b| (a.tier, &a.id).cmp(&(b.tier, &b.id)));
        (Self { clouds }, troubles)
    }

    /// All of them: by tier, then by id.
    pub fn clouds(&self) -> &[Cloud] {
        &self.clouds
    }

    /// The one of that id.
    ///
    /// # Errors
    /// When there is none; it names the nearest.
    pub fn cloud(&self, id: &str) -> Result<&Cloud, UnknownCloud> {
        let ids = || self.clouds.iter().map(|cloud| cloud.id.as_str());
        self.clouds
            .iter()
            .find(|cloud| cloud.id == id)
            .ok_or_else(|| UnknownCloud {
                given: id.to_owned(),
                nearest: nearest(id, ids()).map(str::to_owned),
            })
    }

    /// Tells the client how fast each host may be asked: where clouds differ about a host, the slowest counts.
    pub fn set_paces(&self, http: &Http) {
        let mut paces: BTreeMap<String, (&Url, PaceSetting)> = BTreeMap::new();
        for cloud in &self.clouds {
            let urls = cloud.sources.iter().filter_map(|source| source.url.as_ref());
            for url in urls.filter(|url| !is_loopback(url)) {
                let host = format!("{:?} {:?}", url.host_str(), url.port_or_known_default());
                let (_, pace) = paces.entry(host).or_insert((url, cloud.pace));
                pace.max_concurrency = pace.max_concurrency.min(cloud.pace.max_concurrency);
                pace.min_interval = pace.min_interval.max(cloud.pace.min_interval);
            }
        }
        for (url, pace) in paces.into_values() {
            http.set_pace(url, pace.max_concurrency, pace.min_interval);
        }
    }
}

/// Writes a user's entry, complete or not at all, and says where; over one that is there only by force.
///
/// # Errors
/// See [`WriteError`].
pub fn write_entry(folder: &Path, id: &str, text: &str, is_forced: bool) -> Result<PathBuf, WriteError> {
    if !is_id(id) {
        return Err(WriteError::NotAnId(not_an_id(id)));
    }
    let folder = folder.join("clouds");
    let path = folder.join(format!("{id}.toml"));
    let mut troubles = Vec::new();
    let shown = path.display().to_string();
    let file = File {
        id,
        file: &shown,
        text,
        folder: Some(&folder),
    };
    let _ = read(&file, &Origin::User(path.clone()), None, &mut troubles);
    if let Some(trouble) = troubles.into_iter().next() {
        return Err(WriteError::Wrong(trouble));
    }
    let failed = |error| WriteError::Io {
        path: shown.clone(),
        error,
    };
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let result = if is_forced {
        file.persist(&path)
    } else {
        file.persist_noclobber(&path)
    };
    match result {
        Ok(_) => Ok(path),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(WriteError::Exists(shown))
        }
        Err(error) => Err(failed(error.error)),
    }
}

struct File<'a> {
    id: &'a str,
    file: &'a str,
    text: &'a str,
    folder: Option<&'a Path>,
}

/// An entry and its cloud, over an entry that may be there; nothing if anything is wrong.
fn read(
    file: &File<'_>,
    origin: &Origin,
    under: Option<&Entry>,
    troubles: &mut Vec<CatalogueTrouble>,
) -> (Option<Entry>, Option<Cloud>) {
    let reader = Reader::new(file.file, file.text);
    let read = reader.parse().map(|root| {
        let table = Table::new(&reader, root.get_ref(), String::new(), root.span());
        let entry = Entry::read(&table, file.folder);
        table.close();
        entry
    });
    let made = read.map(|entry| {
        let entry = match under {
            Some(under) => entry.over(under.clone()),
            None => entry,
        };
        let cloud = entry.to_cloud(file.id, origin, &reader);
        (entry, cloud)
    });
    let found = reader.into_troubles();
    let is_good = found.is_empty();
    troubles.extend(found);
    match made {
        Some((entry, cloud)) if is_good => (Some(entry), Some(cloud)),
        _ => (None, None),
    }
}

fn read_own(
    path: &Path,
    built_in: &BTreeMap<String, Entry>,
    troubles: &mut Vec<CatalogueTrouble>,
) -> Option<Cloud> {
    let shown = path.display().to_string();
    let mut complain = |problem: String| {
        troubles.push(CatalogueTrouble {
            file: shown.clone(),
            line: 0,
            column: 0,
            key: String::new(),
            problem,
        });
    };
    let id = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    if !is_id(id) {
        complain(format!("the file's name is the cloud's id: {}", not_an_id(id)));
        return None;
    }
    let mut text = String::new();
    let result = fs::File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_string(&mut text));
    match result {
        Err(error) => {
            complain(format!("cannot be read: {error}"));
            return None;
        }
        Ok(n) if n as u64 > LARGEST_FILE => {
            complain(format!("larger than {LARGEST_FILE} bytes"));
            return None;
        }
        Ok(_) => {}
    }
    let under = built_in.get(id);
    let origin = match under {
        Some(_) => Origin::Changed(path.to_owned()),
        None => Origin::User(path.to_owned()),
    };
    let file = File {
        id,
        file: &shown,
        text: &text,
        folder: path.parent(),
    };
    read(&file, &origin, under, troubles).1
}

/// The user's files, by name.
fn files(folder: &Path, troubles: &mut Vec<CatalogueTrouble>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            troubles.push(CatalogueTrouble {
                file: folder.display().to_string(),
                line: 0,
                column: 0,
                key: String::new(),
                problem: format!("cannot be read: {error}"),
            });
            return Vec::new();
        }
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

/// Tokens the user gives without writing a file: `GLASSHOUSE_TOKEN_<CLOUD>_<SOURCE>`, else one for the host, such as
/// `GLASSHOUSE_TOKEN_GITHUB_COM`. A source that only wanted a token is asked then.
fn find_tokens(cloud: &mut Cloud, is_set: &dyn Fn(&str) -> bool) {
    for source in &mut cloud.sources {
        if source.token.is_some() {
            continue;
        }
        let host = source.url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let names = [token_variable(&cloud.id, &source.id), variable(host)];
        let Some(name) = names.into_iter().find(|name| is_set(name)) else {
            continue;
        };
        let only_wanted_that = source.why_off() == Some(super::WhyOff::NoToken);
        source.token = Some(TokenPlace::Environment(name));
        source.is_enabled |= only_wanted_that;
    }
}

/// The environment variable in which a token for a source may stand.
pub fn token_variable(cloud: &str, source: &str) -> String {
    variable(&format!("{cloud}_{source}"))
}

fn variable(name: &str) -> String {
    let good = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(good).collect();
    format!("GLASSHOUSE_TOKEN_{name}")
}
