//! [`Pages`]: the pages of a long list, each by the link of the one before, within limits.

use crate::http::{Door, Endpoint, FetchError, Fetched, Want};
use crate::issues::Visit;
use url::Url;

/// Asks for pages, counts them, and knows when to stop.
pub(crate) struct Pages<'a> {
    pub door: &'a Door,
    pub want: &'a Want,
    /// No more requests than these.
    pub n_allowed: u64,
    pub visit: Visit,
}

/// Where the next page is.
pub(crate) enum Next {
    First(Endpoint, Vec<String>, Vec<(&'static str, String)>),
    Link(Url),
}

impl Pages<'_> {
    /// One page, and where the next one is, if there is one.
    pub async fn get(&mut self, next: &Next) -> Result<(Fetched, Option<Next>), FetchError> {
        if self.visit.n_requests >= self.n_allowed {
            return Err(FetchError::Unsupported(format!(
                "stopped after {} requests, as many as one visit may take",
                self.visit.n_requests
            )));
        }
        self.visit.n_requests += 1;
        let result = match next {
            Next::First(endpoint, arguments, query) => {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, &**value)).collect();
                self.door.get(*endpoint, &arguments, &query, self.want).await
            }
            Next::Link(url) => self.door.follow(url, self.want).await,
        };
        let limits = self.door.limits();
        self.visit.n_left = limits.remaining;
        self.visit.resets_at = limits.resets_at;
        let fetched = result?;
        let link = fetched
            .header("link")
            .and_then(|link| next_link(link, &fetched.url));
        Ok((fetched, link.map(Next::Link)))
    }
}

/// The link of `rel="next"` in a `Link` header.
fn next_link(header: &str, base: &Url) -> Option<Url> {
    for part in header.split(',') {
        let (url, about) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = about
            .split(';')
            .any(|about| matches!(about.trim(), "rel=\"next\"" | "rel=next"));
        if is_next {
            return base.join(url).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_next_page() {
        let base = Url::parse("https://api.github.com/x").unwrap();
        let check = |header: &str, expected: Option<&str>| {
            let link = next_link(header, &base).map(String::from);
            assert_eq!(link.as_deref(), expected, "{header}");
        };
        check(
            r#"<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next""#,
            Some("https://api.github.com/x?page=3"),
        );
        check(
            r#"</x?page=2>; rel="next""#,
            Some("https://api.github.com/x?page=2"),
        );
        check(r#"<https://api.github.com/x?page=9>; rel="last""#, None);
        check("nonsense", None);
    }
}
