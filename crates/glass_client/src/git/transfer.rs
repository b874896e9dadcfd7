//! The blocking half of a fetch: gix talks to the server and stores what it sends.

use super::meter::{Brakes, Meter};
use super::repository::{options, words};
use super::store::Depth;
use crate::http::{FetchError, USER_AGENT};
use gix::bstr::{BString, ByteSlice};
use gix::progress::Discard;
use gix::protocol::handshake::Ref;
use gix::protocol::transport::client::blocking_io::http;
use gix::protocol::transport::client::blocking_io::http::options::FollowRedirects;
use gix::refs::transaction::{Change as RefChange, LogChange, PreviousValue, RefEdit, RefLog};
use gix::refs::{FullName, Target};
use gix::remote::fetch::{Shallow, Tags};
use gix::remote::{Direction, ref_map};
use glass_model::Timestamp;
use reqwest::header::HeaderValue;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

/// All branches, whatever happened to them.
const BRANCHES: &str = "+refs/heads/*:refs/heads/*";

/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// One fetch.
pub(super) struct Transfer {
    pub url: Url,
    pub host: String,
    pub depth: Depth,
    pub brakes: Arc<Brakes>,
}

impl Transfer {
    /// Makes an empty bare repository and fetches into it.
    pub fn clone_into(&self, folder: &Path) -> Result<(), FetchError> {
        let create = gix::create::Options {
            destination_must_be_empty: Some(true),
            ..Default::default()
        };
        let made = gix::ThreadSafeRepository::init_opts(folder, gix::create::Kind::Bare, create, options());
        let repo = made.map_err(|error| self.failed(&error))?.to_thread_local();
        let shallow = match self.depth {
            Depth::All => Shallow::NoChange,
            Depth::Commits(n) => Shallow::DepthAtRemote(n),
            Depth::Since(at) => Shallow::Since {
                cutoff: gix::date::Time::new(at.secs(), 0),
            },
        };
        match (self.fetch(&repo, shallow), self.depth) {
            (Err(error), Depth::Since(since)) if matches!(error, FetchError::BrokeOff { .. }) => {
                self.newest_alone(&repo, since, error)
            }
            (result, _) => result,
        }
    }

    /// Servers break off where nothing is newer than what was asked for. Then the newest commit is its state; if that
    /// is newer after all, it broke off for another reason.
    fn newest_alone(
        &self,
        repo: &gix::Repository,
        since: Timestamp,
        error: FetchError,
    ) -> Result<(), FetchError> {
        let alone = self.fetch(repo, Shallow::DepthAtRemote(NonZeroU32::MIN));
        let newest = alone.ok().and_then(|()| repo.head_commit().ok()?.time().ok());
        match newest {
            Some(newest) if newest.seconds < since.secs() => Ok(()),
            _ => Err(error),
        }
    }

    /// Fetches what is new. A shallow clone keeps its end, but for a wish for the whole history.
    pub fn refresh(&self, folder: &Path) -> Result<(), FetchError> {
        let opened = options().open(folder);
        let repo = opened.map_err(|error| self.failed(&error))?.to_thread_local();
        let is_shallow = repo.is_shallow().unwrap_or(false);
        let shallow = match self.depth {
            Depth::All if is_shallow => Shallow::undo(),
            _ => Shallow::NoChange,
        };
        self.fetch(&repo, shallow)
    }

    fn fetch(&self, repo: &gix::Repository, shallow: Shallow) -> Result<(), FetchError> {
        let failed = |error: gix::Error| self.failed(&error);
        let spec = |spec: &str| BString::from(spec);
        let remote = repo
            .remote_at_without_url_rewrite(self.url.as_str())
            .map_err(failed)?
            .with_fetch_tags(Tags::None)
            .with_refspecs([spec(BRANCHES)], Direction::Fetch)
            .map_err(failed)?;
        let mut connection = remote.connect(Direction::Fetch).map_err(failed)?;
        // Nobody is asked for a password, and no helper program is run for one.
        connection.set_credentials(|_| Ok(None));
        connection.set_transport_options(Box::new(transport(&self.url)));
        let head = gix::refspec::parse(b"HEAD".as_bstr(), gix::refspec::parse::Operation::Fetch);
        let asked = ref_map::Options {
            extra_refspecs: head.iter().map(|spec| spec.to_owned()).collect(),
            ..Default::default()
        };
        let prepared = connection.prepare_fetch(Discard, asked).map_err(failed)?;
        let remote_refs = prepared.ref_map().remote_refs.clone();
        forget_old_branches(repo, &remote_refs).map_err(failed)?;
        if !remote_refs.iter().any(is_branch) {
            return Err(FetchError::Unsupported(format!(
                "no commits in the repository at {}",
                self.host
            )));
        }
        prepared
            .with_write_packed_refs_only(true)
            .with_shallow(shallow)
            .receive(Meter::new(self.brakes.clone()), &self.brakes.should_stop)
            .map_err(failed)?;
        point_head(repo, &remote_refs).map_err(failed)
    }

    fn failed(&self, error: &gix::Error) -> FetchError {
        if self.brakes.is_too_large.load(Ordering::Relaxed) {
            return FetchError::TooLarge {
                host: self.host.clone(),
                limit: self.brakes.max_bytes,
            };
        }
        FetchError::BrokeOff {
            host: self.host.clone(),
            reason: words(error),
        }
    }
}

/// How gix asks: as everyone else here does, and where the address that was tried before led, nowhere else.
fn transport(url: &Url) -> http::Options {
    // Fails if the process has a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let is_safe = url.scheme() == "https";
    let backend = http::reqwest::Options {
        configure_client: Some(Box::new(move |builder| {
            let builder = builder.timeout(SILENCE).referer(false);
            // Without TLS no certificates are needed, and a system without any still works.
            Ok(if is_safe {
                builder
            } else {
                builder.tls_certs_only([])
            })
        })),
        configure_request: Some(Box::new(|request| {
            request
                .headers_mut()
                .insert(reqwest::header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
            Ok(())
        })),
    };
    http::Options {
        follow_redirects: FollowRedirects::None,
        backend: Some(Arc::new(Mutex::new(backend))),
        ..Default::default()
    }
}

fn name_of(found: &Ref) -> &BString {
    match found {
        Ref::Peeled { full_ref_name, .. }
        | Ref::Direct { full_ref_name, .. }
        | Ref::Symbolic { full_ref_name, .. }
        | Ref::Unborn { full_ref_name, .. } => full_ref_name,
    }
}

fn is_branch(found: &Ref) -> bool {
    name_of(found).starts_with(b"refs/heads/")
}

/// Removes branches that the server has no more: their names may stand in the way of new ones.
fn forget_old_branches(repo: &gix::Repository, remote_refs: &[Ref]) -> Result<(), gix::Error> {
    let kept: BTreeSet<&BString> = remote_refs.iter().map(name_of).collect();
    let mut edits = Vec::new();
    for branch in repo.references()?.local_branches()?.flatten() {
        if !kept.contains(&branch.name().as_bstr().to_owned()) {
            edits.push(RefEdit {
                change: RefChange::Delete {
                    expected: PreviousValue::Any,
                    log: RefLog::AndReference,
                },
                name: branch.name().to_owned(),
                deref: false,
            });
        }
    }
    if !edits.is_empty() {
        repo.edit_references(edits)?;
    }
    Ok(())
}

/// Points `HEAD` to where the server's points.
fn point_head(repo: &gix::Repository, remote_refs: &[Ref]) -> Result<(), gix::Error> {
    let target = remote_refs.iter().find_map(|found| match found {
        Ref::Symbolic {
            full_ref_name,
            target,
            ..
        } if full_ref_name == "HEAD" && target.starts_with(b"refs/heads/") => Some(target.clone()),
        _ => None,
    });
    let names = (FullName::try_from("HEAD"), target.map(FullName::try_from));
    // A name that is none cannot be pointed to; then `main`, `master` or any branch is read.
    if let (Ok(name), Some(Ok(target))) = names {
        repo.edit_reference(RefEdit {
            change: RefChange::Update {
                log: LogChange::default(),
                expected: PreviousValue::Any,
                new: Target::Symbolic(target),
            },
            name,
            deref: false,
        })?;
    }
    Ok(())
}
