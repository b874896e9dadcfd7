//! Downtimes of the Open Science Grid: `*_downtime.yaml`, a list of planned and unplanned outages of one site.

use crate::{FormatError, parse_loose_time};
use glass_model::Timestamp;
use serde::Deserialize;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 8 << 20;

/// A downtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downtime {
    /// Its own number.
    pub id: u64,
    /// Whether it was planned: `SCHEDULED` or `UNSCHEDULED`.
    pub class: String,
    /// How bad it is, such as `Outage`.
    pub severity: String,
    /// What it is about.
    pub description: String,
    /// Which resource is down.
    pub resource: String,
    /// Which of its services.
    pub services: Vec<String>,
    /// From when.
    pub start: Timestamp,
    /// To when, as it was planned or told.
    pub end: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(rename = "ID")]
    id: u64,
    #[serde(default)]
    class: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    resource_name: String,
    #[serde(default)]
    services: Option<Vec<String>>,
    start_time: String,
    end_time: String,
}

/// Reads a file; the second value counts downtimes whose times cannot be read.
///
/// # Errors
/// When it is larger than 8 MiB or not such a list.
pub fn read(text: &str) -> Result<(Vec<Downtime>, u64), FormatError> {
    if text.len() > LARGEST_FILE {
        return Err(FormatError::Unsupported(
            "a downtime file of more than 8 MiB".into(),
        ));
    }
    let list: Option<Vec<Wire>> = serde_saphyr::from_str(text).map_err(|error| FormatError::Json {
        expected: "a list of downtimes",
        reason: error.to_string().lines().next().unwrap_or_default().to_owned(),
    })?;
    let list = list.unwrap_or_default();
    let n_all = list.len();
    let read: Vec<Downtime> = list.into_iter().filter_map(downtime).collect();
    let n_left_out = (n_all - read.len()) as u64;
    Ok((read, n_left_out))
}

fn downtime(wire: Wire) -> Option<Downtime> {
    Some(Downtime {
        start: parse_loose_time(&wire.start_time)?,
        end: parse_loose_time(&wire.end_time)?,
        id: wire.id,
        class: wire.class,
        severity: wire.severity,
        description: wire.description.unwrap_or_default(),
        resource: wire.resource_name,
        services: wire.services.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_site() {
        let text = "- Class: UNSCHEDULED\n  ID: 12345\n  Description: power cut\n  Severity: Outage\n  StartTime: Apr 22, 2019 15:36 +0000\n  EndTime: Apr 23, 2019 15:36 +0000\n  CreatedTime: Apr 22, 2019 16:00 +0000\n  ResourceName: CE_1\n  Services:\n  - CE\n# ---\n- Class: SCHEDULED\n  ID: 2\n  StartTime: soon\n  EndTime: later\n";
        let (read, n_left_out) = read(text).unwrap();
        assert_eq!((read.len(), n_left_out), (1, 1));
        assert_eq!(read[0].start.to_string(), "2019-04-22T15:36:00Z");
        assert_eq!((&*read[0].resource, &*read[0].services[0]), ("CE_1", "CE"));
        assert!(super::read("").unwrap().0.is_empty());
        assert!(super::read("a: b").is_err());
        // Lists in lists in lists: a bomb.
        let bomb = format!(
            "a: &a [x]\n{}",
            (0..40)
                .map(|n| format!("b{n}: &b{n} [*a, *a]\n"))
                .collect::<String>()
        );
        assert!(super::read(&bomb).is_err());
    }
}
