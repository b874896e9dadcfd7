//! The command line: a service's name and `--name value` pairs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};

/// What a process was started with.
pub struct Arguments {
    /// The subcommand.
    pub service: String,
    values: BTreeMap<String, String>,
}

impl Arguments {
    /// Reads the arguments after the program's name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let service = words.next().context("a service's name is missing")?;
        let mut values = BTreeMap::new();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                bail!("expected --name, found {word}");
            };
            let value = words.next().with_context(|| format!("--{name} needs a value"))?;
            values.insert(name.to_owned(), value);
        }
        Ok(Self { service, values })
    }

    /// The value of `--name`, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The address after `--name`.
    pub fn address(&self, name: &str) -> anyhow::Result<SocketAddr> {
        let text = self.get(name).with_context(|| format!("--{name} is missing"))?;
        text.parse()
            .with_context(|| format!("--{name} is no address: {text}"))
    }

    /// The number after `--name`, or `default`.
    pub fn number(&self, name: &str, default: f64) -> anyhow::Result<f64> {
        match self.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .with_context(|| format!("--{name} is no number: {text}")),
        }
    }

    /// The path after `--name`, if given.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new)
    }

    /// The replica's name, `orders-1`; the service's own if none is given.
    pub fn instance(&self) -> &str {
        self.get("instance").unwrap_or(&self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Arguments> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn pairs_are_read() {
        let arguments = parse("orders --listen 127.0.0.1:80 --rate 2.5").unwrap();
        assert_eq!(arguments.service, "orders");
        assert_eq!(arguments.address("listen").unwrap().port(), 80);
        assert_eq!(arguments.number("rate", 1.0).unwrap(), 2.5);
        assert_eq!(arguments.number("burst", 1.0).unwrap(), 1.0);
        assert_eq!(arguments.instance(), "orders");
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["", "orders listen", "orders --listen"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
