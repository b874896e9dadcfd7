//! [`Endpoint`]: a place that an adapter may ask. What is not one is out of reach.

use super::FetchError;
use url::Url;

/// How an endpoint is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A read by the protocol itself.
    Get,
    /// For the few APIs that read by POST only.
    Post,
}

/// A place below a source's URL: a path whose `*` each stand for one segment, and a last `**` for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    method: Method,
    path: &'static str,
}

impl Endpoint {
    /// An endpoint that is read by GET, such as `/api/v1/label/*/values`.
    pub const fn get(path: &'static str) -> Self {
        Self {
            method: Method::Get,
            path,
        }
    }

    /// An endpoint that reads although it is asked by POST.
    pub const fn post(path: &'static str) -> Self {
        Self {
            method: Method::Post,
            path,
        }
    }

    /// How it is asked.
    pub fn method(self) -> Method {
        self.method
    }

    /// Its path, with stars.
    pub fn path(self) -> &'static str {
        self.path
    }

    /// The URL below `base` with `arguments` in the place of the stars.
    ///
    /// # Errors
    /// When the arguments are not as many as the stars, or one would leave its place.
    pub(super) fn url(self, base: &Url, arguments: &[&str]) -> Result<Url, FetchError> {
        let not_allowed = |what: &str| FetchError::NotAllowed(format!("{what}: {}", self.path));
        let mut url = base.clone();
        let mut rest = arguments.iter();
        {
            let mut segments = url
                .path_segments_mut()
                .map_err(|()| not_allowed("not a web address"))?;
            segments.pop_if_empty();
            for segment in self.path.split('/').filter(|segment| !segment.is_empty()) {
                if !segment.starts_with('*') {
                    segments.push(segment);
                    continue;
                }
                let argument = *rest.next().ok_or_else(|| not_allowed("an argument is missing"))?;
                let parts: Vec<&str> = match segment {
                    "**" => argument.split('/').collect(),
                    _ => vec![argument],
                };
                if parts.iter().any(|part| matches!(*part, "." | "..")) {
                    return Err(not_allowed("a path that leaves its folder"));
                }
                segments.extend(parts);
            }
        }
        match rest.next() {
            None => Ok(url),
            Some(_) => Err(not_allowed("too many arguments")),
        }
    }

    /// Whether a path ends as this endpoint does: where a redirect may lead.
    pub(super) fn is_end_of(self, path: &str) -> bool {
        let wanted: Vec<&str> = self
            .path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let given: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        if wanted.last() == Some(&"**") {
            let head = &wanted[..wanted.len() - 1];
            return head.is_empty() || given.windows(head.len()).any(|part| fits(head, part));
        }
        given.len() >= wanted.len() && fits(&wanted, &given[given.len() - wanted.len()..])
    }
}

fn fits(wanted: &[&str], given: &[&str]) -> bool {
    let mut pairs = wanted.iter().zip(given);
    pairs.all(|(wanted, given)| *wanted == "*" || wanted == given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stay_in_their_place() {
        let base = Url::parse("https://host/prometheus/").unwrap();
        let url = |path, arguments: &[&str]| Endpoint::get(path).url(&base, arguments).map(String::from);
        let check = |path, arguments: &[&str], expected: &str| {
            assert_eq!(url(path, arguments).unwrap(), expected, "{path} {arguments:?}");
        };
        check("/api/v1/query", &[], "https://host/prometheus/api/v1/query");
        check(
            "/api/v1/label/*/values",
            &["a/../b?c#d"],
            "https://host/prometheus/api/v1/label/a%2F..%2Fb%3Fc%23d/values",
        );
        check(
            "/logs/**",
            &["a b/c.log"],
            "https://host/prometheus/logs/a%20b/c.log",
        );
        for (path, arguments) in [
            ("/logs/**", &["a/../../x"][..]),
            ("/x/*", &[".."]),
            ("/x/*", &[]),
            ("/x", &["y"]),
        ] {
            assert!(url(path, arguments).is_err(), "{path} {arguments:?}");
        }
    }

    #[test]
    fn where_a_redirect_may_lead() {
        let check = |path, given: &str, expected| {
            assert_eq!(Endpoint::get(path).is_end_of(given), expected, "{path} {given}");
        };
        check("/api/v1/query", "/api/v1/query", true);
        check("/api/v1/query", "/moved/api/v1/query", true);
        check("/api/v1/query", "/api/v1/admin/tsdb/delete_series", false);
        check("/api/v1/query", "/-/reload", false);
        check("/repos/*/*/issues", "/repos/a/b/issues", true);
        check("/**", "/anything", true);
        check("/logs/**", "/x/logs/y", true);
        check("/logs/**", "/x/y", false);
    }
}
