//! Receivers: the answer of Alertmanager's `/api/v2/receivers`, read and written.

use crate::FormatError;
use crate::json_out;
use crate::listed::{Listed, read_json};
use serde::Deserialize;
use std::io::{self, Read, Write};

const EXPECTED: &str = "an answer of /api/v2/receivers";

/// Reads the names of receivers.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or is something else.
pub fn read_receivers(input: impl Read) -> Result<Listed<String>, FormatError> {
    let wires: Vec<WireReceiver> = read_json(input, EXPECTED)?;
    Ok(Listed {
        items: wires.into_iter().map(|wire| wire.name).collect(),
        ..Listed::default()
    })
}

/// Writes the names of receivers.
///
/// # Errors
/// When writing fails.
pub fn write_receivers<'a, W: Write>(
    out: &mut W,
    names: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    json_out::list(out, names, |out, name| {
        out.write_all(b"{\"name\":")?;
        json_out::text(out, name)?;
        out.write_all(b"}")
    })
}

#[derive(Deserialize)]
struct WireReceiver {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        let check = |text: &str, expected: &str| {
            let listed = read_receivers(text.as_bytes()).unwrap();
            let mut again = Vec::new();
            write_receivers(&mut again, listed.items.iter().map(String::as_str)).unwrap();
            assert_eq!(String::from_utf8(again).unwrap(), expected);
        };
        check(
            r#"[{"labels":{"name":"a\""},"name":"a\""},{"name":"b"}]"#,
            r#"[{"name":"a\""},{"name":"b"}]"#,
        );
        check("[]", "[]");
    }
}
