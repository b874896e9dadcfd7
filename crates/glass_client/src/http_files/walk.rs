//! Finding the files: listing folders within bounds.

use super::{FILES, HttpFiles, Work};
use crate::http::{FetchError, Fetched, Form, Want};
use glass_formats::file_listing::{ListedFile, Listing, ListingForm, read_listing};
use std::collections::VecDeque;
use url::Url;

/// Pages of an object store's list that are asked for, of up to a thousand files each.
const MOST_PAGES: usize = 20;

/// Names that end so hold no lines that could be read here.
const NOT_READ: [&str; 17] = [
    ".7z", ".bz2", ".gif", ".ico", ".jpeg", ".jpg", ".parquet", ".pdf", ".png", ".svg", ".tar", ".tar.gz",
    ".tgz", ".webp", ".xz", ".zip", ".zst",
];

impl HttpFiles {
    pub(super) async fn walk(
        &self,
        folder: &str,
        pattern: &str,
        work: &mut Work,
    ) -> Result<Vec<ListedFile>, FetchError> {
        let first = with_slash(folder);
        let mut folders = VecDeque::from([(first.clone(), 0)]);
        let mut files: Vec<ListedFile> = Vec::new();
        let mut n_unreadable = 0;
        let mut n_listed = 0;
        let mut is_bucket = false;
        while let Some((folder, depth)) = folders.pop_front() {
            if n_listed >= self.limits.n_folders {
                work.gap(format!(
                    "folders that were not looked into: {}",
                    folders.len() + 1
                ));
                break;
            }
            n_listed += 1;
            let found = match self.list_folder(&folder, is_bucket, work).await {
                Ok((found, form)) => {
                    is_bucket = form == ListingForm::Bucket;
                    found
                }
                Err(error) if folder == first => return Err(error),
                Err(error) => {
                    work.gap(format!("the folder {folder} could not be listed: {error}"));
                    continue;
                }
            };
            for file in found {
                if file.is_folder {
                    if depth < self.limits.depth && file.name.len() > folder.len() {
                        folders.push_back((file.name, depth + 1));
                    }
                } else if !fits(pattern, &file.name) {
                } else if NOT_READ.iter().any(|end| file.name.ends_with(end)) {
                    n_unreadable += 1;
                } else {
                    files.push(file);
                }
            }
        }
        if n_unreadable > 0 {
            work.warnings
                .push(format!("files of kinds that are not read here: {n_unreadable}"));
        }
        files.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        files.dedup_by(|a, b| a.name == b.name);
        if files.len() > self.limits.n_files {
            // The latest are the ones that are wanted most.
            let n_left_out = files.len() - self.limits.n_files;
            files.drain(..n_left_out);
            work.gap(format!("older files that were left out: {n_left_out}"));
        }
        Ok(files)
    }

    /// What stands in a folder, by path from the source's address.
    async fn list_folder(
        &self,
        folder: &str,
        is_bucket: bool,
        work: &mut Work,
    ) -> Result<(Vec<ListedFile>, ListingForm), FetchError> {
        if is_bucket {
            return Ok((self.list_bucket(folder, work).await?, ListingForm::Bucket));
        }
        let fetched = match self.fetch_list(folder, &[], work).await {
            Err(FetchError::Status { status: 404, .. }) if !folder.is_empty() => {
                // A bucket has no folders, only names that begin alike.
                return Ok((self.list_bucket(folder, work).await?, ListingForm::Bucket));
            }
            fetched => fetched?,
        };
        let listing = self.parse(&fetched)?;
        if listing.form == ListingForm::Bucket {
            return Ok((self.list_bucket(folder, work).await?, ListingForm::Bucket));
        }
        if listing.is_cut {
            work.gap(format!("the list of {folder} is too long, its end was left out"));
        }
        let form = listing.form;
        let base = self.door.url(FILES, &[""], &[])?;
        let files = listing.files.into_iter();
        let found = files.filter_map(|file| match form {
            ListingForm::Json => Some(named(file, folder)),
            _ => linked(file, &base, &fetched.url),
        });
        Ok((found.collect(), form))
    }

    async fn list_bucket(&self, prefix: &str, work: &mut Work) -> Result<Vec<ListedFile>, FetchError> {
        let mut files = Vec::new();
        let mut next: Option<(&'static str, String)> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("prefix", prefix), ("delimiter", "/")];
            if let Some((name, value)) = &next {
                query.push((name, value));
                if *name == "continuation-token" {
                    query.push(("list-type", "2"));
                }
            }
            let fetched = self.fetch_list("", &query, work).await?;
            let listing = self.parse(&fetched)?;
            files.extend(listing.files);
            next = listing.next;
            if next.is_none() {
                return Ok(files);
            }
        }
        work.gap(format!("the list of {prefix} is too long, its end was left out"));
        Ok(files)
    }

    async fn fetch_list(
        &self,
        folder: &str,
        query: &[(&str, &str)],
        work: &mut Work,
    ) -> Result<Fetched, FetchError> {
        let want = Want {
            form: Form::Any,
            max_bytes: self.want.max_bytes,
            ..self.want.clone()
        };
        work.n_requests += 1;
        let fetched = self.door.get(FILES, &[folder], query, &want).await?;
        work.heed(&fetched);
        Ok(fetched)
    }

    fn parse(&self, fetched: &Fetched) -> Result<Listing, FetchError> {
        read_listing(&fetched.text()).map_err(|error| FetchError::Unreadable {
            host: self.door.host(),
            reason: error.to_string(),
        })
    }
}

fn with_slash(folder: &str) -> String {
    let folder = folder.trim_start_matches('/');
    if folder.is_empty() || folder.ends_with('/') {
        folder.to_owned()
    } else {
        format!("{folder}/")
    }
}

/// An entry of a list of names.
fn named(file: ListedFile, folder: &str) -> ListedFile {
    let slash = if file.is_folder { "/" } else { "" };
    ListedFile {
        name: format!("{folder}{}{slash}", file.name),
        ..file
    }
}

/// An entry of a page of links, if it leads below the folder it stands in.
fn linked(file: ListedFile, base: &Url, page: &Url) -> Option<ListedFile> {
    let target = page.join(&file.name).ok()?;
    if target.origin() != page.origin() || target.query().is_some() {
        return None;
    }
    let below = target.path().strip_prefix(page.path())?;
    let path = target.path().strip_prefix(base.path())?;
    let name = percent_decoded(path)?;
    let is_inside = !below.is_empty() && !name.split('/').any(|part| matches!(part, "." | ".."));
    is_inside.then_some(ListedFile { name, ..file })
}

/// The text that percent signs stand for; `None` if it is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let hex = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Whether a path fits a pattern of `*`, `**` and `?`.
fn fits(pattern: &str, path: &str) -> bool {
    if pattern.is_empty() {
        return true;
    }
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    // For each place in the pattern, whether the path so far fits up to it: no pattern takes long.
    let mut places = closed(pattern, vec![0]);
    for byte in path {
        let mut next = Vec::new();
        for place in places {
            match pattern.get(place) {
                Some(b'*') if *byte != b'/' || is_double(pattern, place) => next.push(place),
                Some(b'?') if *byte != b'/' => next.push(place + 1),
                Some(known) if known == byte && *known != b'*' => next.push(place + 1),
                _ => {}
            }
        }
        places = closed(pattern, next);
    }
    places.contains(&pattern.len())
}

fn is_double(pattern: &[u8], place: usize) -> bool {
    pattern.get(place + 1) == Some(&b'*')
}

/// Stars may also stand for nothing; `**/` for no folder.
fn closed(pattern: &[u8], mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    let mut at = 0;
    while at < places.len() {
        let place = places[at];
        at += 1;
        if pattern.get(place) == Some(&b'*') {
            let behind = if is_double(pattern, place) {
                let slash = pattern.get(place + 2) == Some(&b'/');
                place + 2 + usize::from(slash)
            } else {
                place + 1
            };
            if !places.contains(&behind) {
                places.push(behind);
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |pattern: &str, path: &str, expected| {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        };
        check("", "a/b.log", true);
        check("*.log", "b.log", true);
        check("*.log", "a/b.log", false);
        check("**/*.log", "a/c/b.log", true);
        check("**/*.log", "b.log", true);
        check("a/**", "a/b/c", true);
        check("*.log*", "b.log.1.gz", true);
        check("b?log", "b.log", true);
        check("b?log", "b/log", false);
        check("*a*a*a*a*a*b", &"a".repeat(5000), false);
    }

    #[test]
    fn links_lead_below_their_page() {
        let base = Url::parse("http://host/logs/").unwrap();
        let page = Url::parse("http://host/logs/old/").unwrap();
        let check = |href: &str, expected: Option<&str>| {
            let file = ListedFile {
                name: href.into(),
                ..ListedFile::default()
            };
            let found = linked(file, &base, &page).map(|file| file.name);
            assert_eq!(found.as_deref(), expected, "{href}");
        };
        check("a%20b.log", Some("old/a b.log"));
        check("/logs/old/x/", Some("old/x/"));
        for outside in [
            "../",
            "/",
            "/etc/",
            "http://elsewhere/logs/old/a",
            "?C=N",
            "%2e%2e/x",
            "x/..%2f..%2fy",
            "",
        ] {
            check(outside, None);
        }
    }
}
