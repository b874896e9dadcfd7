//! [`GitStore`]: the folder of fetched repositories.

use super::GitError;
use super::meter::{Brakes, FetchProgress};
use super::repository::Repository;
use super::transfer::Transfer;
use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Fetched, Http, Want, now};
use glass_model::{Completeness, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use url::Url;

/// Where a Git server says what it has: asked first, so that what is no repository is told in plain words, and
/// redirects, limits and pace are those of everything else.
const INFO_REFS: Endpoint = Endpoint::get("/info/refs");

/// Where it says what it is: in the cached repository.
const ABOUT: &str = "glasshouse.json";

/// How much of a history is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// All of it.
    #[default]
    All,
    /// So many commits.
    Commits(NonZeroU32),
    /// What was committed since then; at least one commit.
    Since(Timestamp),
}

/// What to fetch.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// The repository's web address, such as `https://github.com/operate-first/apps`.
    pub url: Url,
    /// The name it gets in changes.
    pub name: String,
    /// How much of its history.
    pub depth: Depth,
    /// No more than so many bytes, packed.
    pub max_bytes: u64,
    /// How long it may take.
    pub timeout: Duration,
    /// How far it is.
    pub progress: Arc<FetchProgress>,
}

impl FetchRequest {
    /// All of a repository, of at most 4 GiB, within an hour; it is named by its address.
    pub fn of(url: &Url) -> Self {
        let path = url.path().trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = glass_formats::issue::slug(last.strip_suffix(".git").unwrap_or(last));
        Self {
            url: url.clone(),
            name: if name.is_empty() {
                "repository".into()
            } else {
                name
            },
            depth: Depth::All,
            max_bytes: 4 << 30,
            timeout: Duration::from_secs(3600),
            progress: Arc::default(),
        }
    }
}

/// What is kept with a repository.
#[derive(Debug, Deserialize, Serialize)]
struct About {
    url: String,
    fetched_at_nanos: i64,
}

/// The folder of fetched repositories, one folder each.
#[derive(Clone, Debug)]
pub struct GitStore {
    folder: PathBuf,
    http: Http,
}

impl GitStore {
    /// Keeps repositories in a folder, which is made when it is needed.
    pub fn open(folder: &Path, http: &Http) -> Self {
        Self {
            folder: folder.to_owned(),
            http: http.clone(),
        }
    }

    /// A repository as it was fetched last, without asking anyone. Blocks.
    pub fn cached(&self, request: &FetchRequest) -> Option<Repository> {
        let path = self.path_of(&request.url);
        let about: About = serde_json::from_slice(&fs::read(path.join(ABOUT)).ok()?).ok()?;
        let at = Timestamp::from_nanos(about.fetched_at_nanos);
        Repository::fetched(&path, &request.name, Some(at)).ok()
    }

    /// Clones a repository, or fetches what is new in it. Where the server cannot be asked and there is a clone, the
    /// clone is the answer, and says so. Dropping the future stops it; a clone is complete or absent.
    ///
    /// # Errors
    /// See [`FetchError`]; also when nothing at that address is a repository, or another program is fetching it.
    pub async fn fetch(&self, request: &FetchRequest) -> Result<Told<Repository>, FetchError> {
        let asked_at = now();
        let result = self.fetch_now(request).await;
        let (repository, trouble) = match result {
            Ok(repository) => (repository, None),
            Err(error) => {
                let (store, wanted) = (self.clone(), request.clone());
                let cached = blocking(move || Ok(store.cached(&wanted))).await.ok().flatten();
                (cached.ok_or_else(|| error.clone())?, Some(error))
            }
        };
        let mut told = Told {
            value: repository,
            asked_at,
            completeness: Completeness::Complete,
            warnings: Vec::new(),
            n_redacted: 0,
        };
        if let Some(error) = trouble {
            let at = told.value.fetched_at().unwrap_or(asked_at);
            told.completeness = Completeness::Partial(format!("as it was fetched at {at}: {error}"));
            told.warn(format!("not fetched now, this is of {at}: {error}"));
        }
        Ok(told)
    }

    async fn fetch_now(&self, request: &FetchRequest) -> Result<Repository, FetchError> {
        let url = self.find(&request.url).await?;
        let brakes = Arc::new(Brakes {
            progress: request.progress.clone(),
            max_bytes: request.max_bytes,
            should_stop: AtomicBool::new(false),
            is_too_large: AtomicBool::new(false),
        });
        let _guard = StopOnDrop(brakes.clone());
        let host = crate::http::host_of(&request.url);
        let transfer = Transfer {
            url,
            host: host.clone(),
            depth: request.depth,
            brakes,
        };
        let (store, wanted) = (self.clone(), request.clone());
        let work = blocking(move || store.transfer(&wanted, &transfer));
        tokio::time::timeout(request.timeout, work)
            .await
            .map_err(|_| FetchError::Timeout {
                host,
                secs: request.timeout.as_secs(),
            })?
    }

    /// Asks whether there is a repository, and where it is now.
    async fn find(&self, url: &Url) -> Result<Url, FetchError> {
        let door = Door::new(&self.http, url, &[INFO_REFS])?;
        let want = Want::any()
            .patient()
            .at_most(64 << 20)
            .within(Duration::from_secs(60))
            .header("git-protocol", "version=2");
        let query = [("service", "git-upload-pack")];
        let answer = door.get(INFO_REFS, &[], &query, &want).await;
        let answer = answer.map_err(in_words_of_git)?;
        check_answer(&answer, &door.host())?;
        let mut found = answer.url;
        found.set_query(None);
        let path = found.path().trim_end_matches("/info/refs").to_owned();
        found.set_path(&path);
        Ok(found)
    }

    /// Clones or refreshes. Blocks.
    fn transfer(&self, request: &FetchRequest, transfer: &Transfer) -> Result<Repository, FetchError> {
        fs::create_dir_all(&self.folder).map_err(GitError::io(&self.folder))?;
        let path = self.path_of(&request.url);
        let _lock = lock(&path.with_extension("lock"), request)?;
        if path.join(ABOUT).exists() {
            transfer.refresh(&path)?;
            write_about(&path, request)?;
        } else {
            let partial = path.with_extension("partial");
            // What a killed program left behind; nobody else has the lock.
            for rest in [&partial, &path] {
                if rest.exists() {
                    fs::remove_dir_all(rest).map_err(GitError::io(rest))?;
                }
            }
            let cloned = transfer.clone_into(&partial);
            let cloned = cloned.and_then(|()| write_about(&partial, request));
            if cloned.is_err() {
                let _ = fs::remove_dir_all(&partial);
            }
            cloned?;
            fs::rename(&partial, &path).map_err(GitError::io(&path))?;
        }
        let repository = Repository::fetched(&path, &request.name, Some(now()))?;
        Ok(repository)
    }

    /// A folder's name that a person finds and no address can escape from: its letters, and a hash of it all.
    fn path_of(&self, url: &Url) -> PathBuf {
        let address = format!(
            "{}{}",
            crate::http::host_of(url),
            url.path().trim_end_matches('/')
        );
        let sum = Sha256::digest(format!("{}:{address}", url.scheme()).as_bytes());
        let sum: String = sum.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let name: String = glass_formats::issue::slug(&address).chars().take(80).collect();
        self.folder.join(format!("{name}-{sum}.git"))
    }
}

/// Stops the transfer that nobody waits for any more.
struct StopOnDrop(Arc<Brakes>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.should_stop.store(true, Ordering::Relaxed);
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FetchError> + Send + 'static,
) -> Result<T, FetchError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(FetchError::Unsupported(format!("reading git failed: {error}"))),
    }
}

fn write_about(path: &Path, request: &FetchRequest) -> Result<(), FetchError> {
    let about = About {
        url: request.url.to_string(),
        fetched_at_nanos: now().nanos(),
    };
    let text = serde_json::to_vec(&about).unwrap_or_default();
    let file = path.join(ABOUT);
    fs::write(&file, text).map_err(GitError::io(&file))?;
    Ok(())
}

fn lock(path: &Path, request: &FetchRequest) -> Result<File, FetchError> {
    let file = File::create(path).map_err(GitError::io(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FetchError::Unsupported(format!(
            "{} is being fetched already",
            request.name
        ))),
        Err(TryLockError::Error(error)) => Err(GitError::io(path)(error).into()),
    }
}

/// What servers of Git mean by their refusals: they do not tell a private repository from none.
fn in_words_of_git(error: FetchError) -> FetchError {
    match error {
        FetchError::Status {
            host, status, body, ..
        } if matches!(status, 401 | 403 | 404 | 410) && body.len() <= 64 << 10 => FetchError::Status {
            text: "no public git repository at this address".into(),
            host,
            status,
            body,
        },
        other => other,
    }
}

fn check_answer(answer: &Fetched, host: &str) -> Result<(), FetchError> {
    let kind = answer.header("content-type").unwrap_or_default();
    let body = answer.body.trim_ascii_start();
    if kind.starts_with("application/x-git-upload-pack-advertisement")
        && (body.starts_with(b"001e# service=git-upload-pack") || body.starts_with(b"000eversion 2"))
    {
        return Ok(());
    }
    let host = host.to_owned();
    if kind.starts_with("text/html") || body.starts_with(b"<") {
        return Err(FetchError::WebPage { host });
    }
    let kind: String = kind.chars().take(60).collect();
    Err(FetchError::Unreadable {
        host,
        reason: format!("no git repository that can be asked for changes, but `{kind}`"),
    })
}
