//! Comma-separated values, as RFC 4180 has them, but with a line feed alone at the end of a row.

use std::io::{self, Write};

/// Writes rows.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    n_rows: u64,
}

impl<W: Write> Writer<W> {
    /// Writes to `out`, which should be buffered, and begins with the columns' names.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(out: W, columns: &[&str]) -> io::Result<Self> {
        let mut writer = Self { out, n_rows: 0 };
        writer.row(columns)?;
        writer.n_rows = 0;
        Ok(writer)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When writing fails.
    pub fn row<T: AsRef<str>>(&mut self, fields: &[T]) -> io::Result<()> {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.out.write_all(b",")?;
            }
            write_field(&mut self.out, field.as_ref())?;
        }
        self.n_rows += 1;
        self.out.write_all(b"\n")
    }

    /// How many rows were written, the columns' names not counted.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.n_rows)
    }
}

fn write_field<W: Write>(out: &mut W, field: &str) -> io::Result<()> {
    // White space at the ends is quoted too: some readers trim it.
    if !field.contains([',', '"', '\n', '\r']) && field.trim() == field {
        return out.write_all(field.as_bytes());
    }
    out.write_all(b"\"")?;
    out.write_all(field.replace('"', "\"\"").as_bytes())?;
    out.write_all(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must() {
        let mut text = Vec::new();
        let mut writer = Writer::new(&mut text, &["at", "line"]).unwrap();
        writer.row(&["1", "a,b"]).unwrap();
        writer.row(&["2", "say \"hi\"\n"]).unwrap();
        writer.row(&["", " x"]).unwrap();
        assert_eq!(writer.finish().unwrap(), 3);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "at,line\n1,\"a,b\"\n2,\"say \"\"hi\"\"\n\"\n,\" x\"\n"
        );
    }
}
