//! A service's settings: the files of its ConfigMap, as Kubernetes would mount them into its folder.
//!
//! `defaults.yaml` is read first, then every other `*.yaml` in the order of names; later files win key by key. Of
//! YAML only what the lab's repository uses is understood: nested maps of plain scalars, and comments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

/// Settings by dotted key: `database.pool.max_size`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// Reads a mounted ConfigMap; no folder means no settings.
    pub fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut settings = Self::default();
        let Some(folder) = folder else {
            return Ok(settings);
        };
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| name.ends_with(".yaml"));
        names.sort_by_key(|name| (name != "defaults.yaml", name.clone()));
        for name in names {
            let path = folder.join(&name);
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            settings
                .merge(&text)
                .with_context(|| format!("in {}", path.display()))?;
        }
        Ok(settings)
    }

    /// Adds the keys of one file.
    pub fn merge(&mut self, text: &str) -> anyhow::Result<()> {
        let mut parents: Vec<(usize, String)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split(" #").next().unwrap_or_default().trim_end();
            let content = line.trim_start();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let indent = line.len() - content.len();
            let Some((key, value)) = content.split_once(':') else {
                bail!("line {} is not `key: value`", number + 1);
            };
            parents.retain(|(parent, _)| *parent < indent);
            let mut path: Vec<&str> = parents.iter().map(|(_, key)| key.as_str()).collect();
            path.push(key);
            let value = value.trim().trim_matches('"');
            if value.is_empty() {
                parents.push((indent, key.to_owned()));
            } else {
                self.values.insert(path.join("."), value.to_owned());
            }
        }
        Ok(())
    }

    /// The text of a key.
    pub fn text(&self, key: &str, default: &str) -> String {
        self.values.get(key).map_or(default, String::as_str).to_owned()
    }

    /// A count of things.
    pub fn count(&self, key: &str, default: usize) -> anyhow::Result<usize> {
        match self.values.get(key) {
            None => Ok(default),
            Some(text) => text.parse().with_context(|| format!("{key} is no count: {text}")),
        }
    }

    /// A length of time such as `250ms`, `2.5s` or `10m`.
    pub fn duration(&self, key: &str, default: Duration) -> anyhow::Result<Duration> {
        match self.values.get(key) {
            None => Ok(default),
            Some(text) => parse_duration(text).with_context(|| format!("{key} is no length of time: {text}")),
        }
    }

    /// A switch.
    pub fn flag(&self, key: &str, default: bool) -> anyhow::Result<bool> {
        match self.values.get(key).map(String::as_str) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(text) => bail!("{key} is neither true nor false: {text}"),
        }
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (number, seconds) = if let Some(number) = text.strip_suffix("ms") {
        (number, 0.001)
    } else if let Some(number) = text.strip_suffix('s') {
        (number, 1.0)
    } else {
        (text.strip_suffix('m')?, 60.0)
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_files_win_key_by_key() {
        let mut settings = Settings::default();
        settings
            .merge("# defaults\nworkers: 16\ndatabase:\n  pool:\n    max_size: 8\n    idle_timeout: 20s\n  url: db # the one\nlog:\n  level: info\n")
            .unwrap();
        settings.merge("database:\n  pool:\n    max_size: 12\n").unwrap();
        assert_eq!(settings.count("database.pool.max_size", 0).unwrap(), 12);
        assert_eq!(
            settings
                .duration("database.pool.idle_timeout", Duration::ZERO)
                .unwrap()
                .as_secs(),
            20
        );
        assert_eq!(settings.text("database.url", ""), "db");
        assert_eq!(settings.text("log.level", ""), "info");
        assert_eq!(settings.count("workers", 1).unwrap(), 16);
        assert!(settings.merge("no colon").is_err());
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("250ms", Some(250)),
            ("2.5s", Some(2500)),
            ("10m", Some(600_000)),
            ("5", None),
            ("-1s", None),
        ] {
            assert_eq!(
                parse_duration(text).map(|duration| duration.as_millis()),
                expected,
                "{text}"
            );
        }
    }
}
