//! Lists of files as web servers and object stores hand them out: [`read_listing`].
//!
//! nginx' autoindex as HTML and as JSON, Apache's and others' pages of links, the XML of S3 and Google Cloud Storage.

use crate::{FormatError, parse_http_date, parse_known_time};
use glass_model::Timestamp;
use serde::Deserialize;

/// So many entries are read of one list.
const MOST_ENTRIES: usize = 100_000;

/// What stands in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedFile {
    /// Its name; of HTML the link as it stands there, which may be any URL; of object stores the whole key.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Its size in bytes, if that is told exactly.
    pub n_bytes: Option<u64>,
    /// Until when it was changed at the latest.
    pub modified: Option<Timestamp>,
}

/// In which form a list came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingForm {
    /// A page of links.
    Html,
    /// nginx' `autoindex_format json`.
    Json,
    /// An object store's bucket.
    Bucket,
}

/// A list of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its form.
    pub form: ListingForm,
    /// What stands in it.
    pub files: Vec<ListedFile>,
    /// Whether more entries were left out here.
    pub is_cut: bool,
    /// By which parameter and value an object store gives the rest.
    pub next: Option<(&'static str, String)>,
}

/// Reads a list in any of the forms.
///
/// # Errors
/// When it is none of them.
pub fn read_listing(text: &str) -> Result<Listing, FormatError> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut listing = if text.starts_with('[') {
        read_json(text)?
    } else if text.contains("<ListBucketResult") {
        read_bucket(text)
    } else if text.starts_with('<') {
        read_html(text)
    } else {
        return Err(FormatError::Unsupported(
            "this is no list of files: neither HTML nor JSON nor a bucket's XML".into(),
        ));
    };
    listing.is_cut = listing.files.len() > MOST_ENTRIES;
    listing.files.truncate(MOST_ENTRIES);
    Ok(listing)
}

fn read_json(text: &str) -> Result<Listing, FormatError> {
    #[derive(Deserialize)]
    struct Wire {
        name: String,
        #[serde(default, rename = "type")]
        kind: String,
        #[serde(default)]
        mtime: String,
        size: Option<u64>,
    }
    let wire: Vec<Wire> = serde_json::from_str(text).map_err(|error| FormatError::Json {
        expected: "a list of files",
        reason: error.to_string(),
    })?;
    let file = |wire: Wire| ListedFile {
        is_folder: wire.kind == "directory",
        name: wire.name,
        n_bytes: wire.size,
        modified: parse_http_date(&wire.mtime),
    };
    Ok(listing(ListingForm::Json, wire.into_iter().map(file).collect()))
}

fn listing(form: ListingForm, files: Vec<ListedFile>) -> Listing {
    Listing {
        form,
        files,
        is_cut: false,
        next: None,
    }
}

fn read_bucket(text: &str) -> Listing {
    let mut files = Vec::new();
    for part in parts(text, "Contents").take(MOST_ENTRIES + 1) {
        let name = value(part, "Key").unwrap_or_default();
        files.push(ListedFile {
            // An empty object that stands for a folder.
            is_folder: name.ends_with('/'),
            name,
            n_bytes: value(part, "Size").and_then(|size| size.parse().ok()),
            modified: value(part, "LastModified")
                .and_then(|at| Timestamp::parse_rfc3339(&at).ok())
                // Some stores tell whole seconds only.
                .map(|at| at.plus_nanos(999_999_999)),
        });
    }
    for part in parts(text, "CommonPrefixes").take(MOST_ENTRIES) {
        files.push(ListedFile {
            name: value(part, "Prefix").unwrap_or_default(),
            is_folder: true,
            ..ListedFile::default()
        });
    }
    let is_truncated = value(text, "IsTruncated").is_some_and(|text| text == "true");
    let next = value(text, "NextContinuationToken")
        .map(|token| ("continuation-token", token))
        .or_else(|| value(text, "NextMarker").map(|marker| ("marker", marker)))
        .or_else(|| {
            let last = files.iter().rfind(|file| !file.is_folder)?;
            Some(("marker", last.name.clone()))
        });
    Listing {
        next: next.filter(|_| is_truncated),
        ..listing(ListingForm::Bucket, files)
    }
}

/// What stands between `<tag>` and `</tag>`, each time.
fn parts<'a>(text: &'a str, tag: &'a str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (inside, after) = after.split_once(&close)?;
        rest = after;
        Some(inside)
    })
}

fn value(text: &str, tag: &str) -> Option<String> {
    parts(text, tag).next().map(unescaped)
}

/// A text without the entities of XML and HTML; those that are not known stay.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = rest[1..].find(';').filter(|end| *end <= 8).and_then(|end| {
            let name = &rest[1..=end];
            Some((entity(name)?, end + 2))
        });
        let (c, len) = known.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[len..];
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// The links of a page, each with the date and the size behind it.
fn read_html(text: &str) -> Listing {
    let mut files = Vec::new();
    let mut rest = text;
    while let Some((href, after)) = next_link(rest) {
        let until = after.find("<a ").or_else(|| after.find("<A "));
        let about = &after[..until.unwrap_or(after.len())];
        rest = after;
        let name = unescaped(href);
        if name.is_empty() || name.starts_with(['?', '#']) {
            continue;
        }
        let (modified, n_bytes) = date_and_size(&without_tags(about));
        files.push(ListedFile {
            is_folder: name.ends_with('/'),
            name,
            n_bytes,
            modified,
        });
        if files.len() > MOST_ENTRIES {
            break;
        }
    }
    listing(ListingForm::Html, files)
}

/// The address of the next link, and what follows its opening tag.
fn next_link(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let start = rest.find("<a ").or_else(|| rest.find("<A "))?;
        rest = &rest[start + 3..];
        let (tag, after) = rest.split_once('>')?;
        let lower = tag.to_ascii_lowercase();
        if let Some(at) = lower.find("href=") {
            let value = &tag[at + 5..];
            let href = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
                _ => value.split_whitespace().next(),
            };
            return Some((href.unwrap_or(""), after));
        }
        rest = after;
    }
}

/// The text behind a link, the link's own words included.
fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for c in html.chars().take(2000) {
        match c {
            '<' => {
                is_tag = true;
                out.push(' ');
            }
            '>' => is_tag = false,
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out
}

/// `22-Nov-2026 03:41  1234` as nginx writes it, `2026-11-22 03:41  1.2K` as Apache does.
fn date_and_size(text: &str) -> (Option<Timestamp>, Option<u64>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let found = words.windows(2).enumerate().find_map(|(at, pair)| {
        let date = parse_date(pair[0], pair[1])?;
        Some((at + 2, date))
    });
    let Some((behind, modified)) = found else {
        return (None, None);
    };
    let size = words.get(behind).and_then(|size| size.parse().ok());
    (Some(modified), size)
}

/// Pages tell minutes at best: the minute's last moment is taken, because nothing says that it was earlier.
fn parse_date(date: &str, time: &str) -> Option<Timestamp> {
    let mut parts = date.split('-');
    let (first, middle, last) = (parts.next()?, parts.next()?, parts.next()?);
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let date = match months.iter().position(|month| *month == middle) {
        Some(month) => format!("{last}-{:02}-{first}", month + 1),
        None => date.to_owned(),
    };
    if !time.contains(':') {
        return None;
    }
    let known = parse_known_time(&format!("{date} {time}"))?;
    let slack = if time.len() > 5 {
        999_999_999
    } else {
        59_999_999_999
    };
    Some(known.at.plus_nanos(slack))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = match read_listing(text) {
            Ok(listing) => {
                let file = |file: &ListedFile| {
                    let kind = if file.is_folder { "folder" } else { "file" };
                    let size = file.n_bytes.map_or("?".into(), |n| n.to_string());
                    let at = file.modified.map_or("?".into(), |at| at.format("%F %T"));
                    format!("{kind} {} {size} {at}", file.name)
                };
                let files: Vec<String> = listing.files.iter().map(file).collect();
                format!("{:?} {:?}: {}", listing.form, listing.next, files.join("; "))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn lists_of_all_forms() {
        check(
            "<html>\r\n<head><title>Index of /</title></head>\r\n<h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\r\n\
             <a href=\"old/\">old/</a>                    22-Nov-2026 03:41                   -\r\n\
             <a href=\"a%20b&amp;c.log\">a b&amp;c.log</a>  22-Nov-2026 03:41                1234\r\n</pre>",
            "Html None: folder ../ ? ?; folder old/ ? 2026-11-22 03:41:59; file a%20b&c.log 1234 2026-11-22 03:41:59",
        );
        check(
            "<table><tr><th><a href=\"?C=N;O=D\">Name</a></th></tr><tr><td><a href='x.log.gz'>x.log.gz</a></td>\
             <td align=\"right\">2026-11-22 03:41  </td><td align=\"right\">1.2K</td></tr></table>",
            "Html None: file x.log.gz ? 2026-11-22 03:41:59",
        );
        check(
            r#"[{"name":"old","type":"directory","mtime":"Sun, 22 Nov 2026 03:41:00 GMT"},{"name":"a.log","type":"file","mtime":"Sun, 22 Nov 2026 03:41:00 GMT","size":7}]"#,
            "Json None: folder old ? 2026-11-22 03:41:00; file a.log 7 2026-11-22 03:41:00",
        );
        check(
            "<?xml version='1.0'?><ListBucketResult xmlns='x'><Name>b</Name><IsTruncated>true</IsTruncated>\
             <Contents><Key>a/b&#39;&lt;.txt</Key><LastModified>2026-11-22T03:41:00.123Z</LastModified><Size>5</Size>\
             </Contents><CommonPrefixes><Prefix>a/c/</Prefix></CommonPrefixes><NextMarker>a/d</NextMarker>\
             </ListBucketResult>",
            "Bucket Some((\"marker\", \"a/d\")): file a/b'<.txt 5 2026-11-22 03:41:01; folder a/c/ ? ?",
        );
        check("<html>nothing</html>", "Html None: ");
        check(
            "plain",
            "this is no list of files: neither HTML nor JSON nor a bucket's XML",
        );
        check(
            "[1]",
            "not a list of files: invalid type: integer `1`, expected struct Wire at line 1 column 2",
        );
    }
}
