//! Variables in texts: `$name`, `${name}`, `${name:format}`, `[[name]]`. Several values stand in a query as the
//! alternatives of a regular expression.

use std::collections::BTreeMap;

/// The longest text that comes out, in bytes: values may be many and stand in many places.
const LONGEST: usize = 64 << 10;

/// The values of all variables, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Values {
    values: BTreeMap<String, Vec<String>>,
}

impl Values {
    /// Sets a variable's values.
    pub fn set(&mut self, name: &str, values: Vec<String>) {
        self.values.insert(name.to_owned(), values);
    }

    /// A variable's values.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// A query with its variables filled in.
    pub fn in_query(&self, text: &str) -> String {
        self.filled(text, "")
    }

    /// A title with its variables filled in: several values stand one beside another.
    pub fn in_title(&self, text: &str) -> String {
        self.filled(text, "text")
    }

    fn filled(&self, text: &str, usual: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let Some((length, name, format)) = reference(rest) else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            };
            let (whole, after) = rest.split_at(length);
            match self.get(name) {
                Some(values) => {
                    out.push_str(&written(values, if format.is_empty() { usual } else { format }))
                }
                // Not a variable of this dashboard: it stays as it is, and whoever evaluates it says so.
                None => out.push_str(whole),
            }
            rest = after;
            if out.len() > LONGEST {
                break;
            }
        }
        out
    }
}

/// A reference to a variable at the beginning of a text: its length in bytes, the name and the format.
fn reference(text: &str) -> Option<(usize, &str, &str)> {
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}')?;
        let (name, format) = inner[..end].split_once(':').unwrap_or((&inner[..end], ""));
        // `${name.field}` names a part of a value; the value itself is the best there is.
        let name = name.split('.').next().unwrap_or(name);
        return is_name(name).then_some((end + 3, name, format));
    }
    if let Some(inner) = text.strip_prefix("[[") {
        let end = inner.find("]]")?;
        let (name, format) = inner[..end].split_once(':').unwrap_or((&inner[..end], ""));
        return is_name(name).then_some((end + 4, name, format));
    }
    let inner = text.strip_prefix('$')?;
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = inner.find(|c: char| !is_of_name(c)).unwrap_or(inner.len());
    is_name(&inner[..length]).then_some((length + 1, &inner[..length], ""))
}

fn is_name(name: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(is_of_name) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Values in one of Grafana's formats; without one as a query wants them.
fn written(values: &[String], format: &str) -> String {
    let joined = |by: &str| values.join(by);
    let each = |around: &dyn Fn(&str) -> String, by: &str| {
        values
            .iter()
            .map(|value| around(value))
            .collect::<Vec<_>>()
            .join(by)
    };
    match format {
        "csv" | "raw" => joined(","),
        "text" => joined(" + "),
        "pipe" => joined("|"),
        "glob" if values.len() > 1 => format!("{{{}}}", joined(",")),
        "doublequote" => each(&|value| format!("\"{value}\""), ","),
        "singlequote" | "sqlstring" => each(&|value| format!("'{value}'"), ","),
        "distributed" | "glob" => joined(","),
        _ => match values {
            // A single value is compared as it is, also by `=`.
            [only] if format.is_empty() => only.clone(),
            [only] => regex_quoted(only),
            _ => format!("({})", each(&regex_quoted, "|")),
        },
    }
}

/// A value whose signs mean themselves in a regular expression inside a PromQL string.
fn regex_quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if r"\^$*+?.()|[]{}".contains(c) {
            out.push_str(r"\\");
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.set("job", vec!["shop".into()]);
        values.set("host", vec!["a.b:1".into(), "c".into()]);
        values.set("__rate_interval", vec!["1m".into()]);
        values
    }

    #[test]
    fn variables_in_queries_and_titles() {
        let check = |text: &str, expected: &str| assert_eq!(values().in_query(text), expected, "{text}");
        check("up{job=\"$job\"}", "up{job=\"shop\"}");
        check("up{job=\"[[job]]\"}", "up{job=\"shop\"}");
        check("rate(a[$__rate_interval])", "rate(a[1m])");
        check("up{h=~\"$host\"}", "up{h=~\"(a\\\\.b:1|c)\"}");
        check("${host:pipe} ${host:csv} ${job:regex}", "a.b:1|c a.b:1,c shop");
        check(
            "$unknown ${nope} [[odd]] $ $$ ${ [[",
            "$unknown ${nope} [[odd]] $ $$ ${ [[",
        );
        check("a=~\"x$\"", "a=~\"x$\"");
        assert_eq!(
            values().in_title("Load of $host ($job)"),
            "Load of a.b:1 + c (shop)"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_filled_without_a_crash(text in "[$\\[\\]{}a-zß:_ ]{0,60}") {
            values().in_query(&text);
        }
    }
}
