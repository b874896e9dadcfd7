//! The JSON form of the manifest. The version comes first, so that a reader can refuse the rest unread.

use super::{Counts, MAX_VERSION, Manifest, ManifestDraft, MemberSum, SourceNote};
use crate::container::check_member_name;
use crate::error::RecordingError;
use glass_model::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct VersionWire {
    format_version: u64,
}

#[derive(Serialize, Deserialize)]
struct ManifestWire {
    format_version: u64,
    name: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    cloud: String,
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(default)]
    sources: Vec<SourceWire>,
    #[serde(default)]
    license: String,
    #[serde(default)]
    recorder: String,
    #[serde(default)]
    declared_extent: Option<ExtentWire>,
    #[serde(default)]
    extent: Option<ExtentWire>,
    #[serde(default)]
    counts: CountsWire,
    #[serde(default)]
    members: Vec<MemberWire>,
}

#[derive(Serialize, Deserialize)]
struct SourceWire {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    license: String,
}

#[derive(Serialize, Deserialize)]
struct ExtentWire {
    start: String,
    end: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct CountsWire {
    samples: u64,
    histograms: u64,
    series: u64,
    entries: u64,
    streams: u64,
    events: u64,
    changes: u64,
    documents: u64,
    rules: u64,
    targets: u64,
    silences: u64,
    receivers: u64,
    out_of_order: u64,
    duplicates: u64,
    conflicts: u64,
    redactions: u64,
}

#[derive(Serialize, Deserialize)]
struct MemberWire {
    name: String,
    bytes: u64,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    footer_crc32: Option<String>,
}

/// Reads a manifest.
///
/// # Errors
/// When it is not valid JSON of this form, or of a newer version.
pub(crate) fn from_json(bytes: &[u8], place: &str) -> Result<Manifest, RecordingError> {
    let version: VersionWire = serde_json::from_slice(bytes).map_err(|error| {
        RecordingError::damaged(place, format!("no manifest with a format version: {error}"))
    })?;
    if version.format_version > MAX_VERSION {
        return Err(RecordingError::UnsupportedVersion {
            found: version.format_version,
            known: MAX_VERSION,
            place: place.to_owned(),
        });
    }
    let wire: ManifestWire = serde_json::from_slice(bytes)
        .map_err(|error| RecordingError::damaged(place, format!("no valid manifest: {error}")))?;
    to_model(wire).map_err(|trouble| RecordingError::damaged(place, trouble))
}

/// Writes a manifest, one member a line and with a final line feed.
pub(crate) fn to_json(manifest: &Manifest) -> String {
    // Serializing strings and numbers cannot fail; an empty text would be refused by every reader.
    let mut text = serde_json::to_string_pretty(&from_model(manifest)).unwrap_or_default();
    text.push('\n');
    text
}

fn to_model(wire: ManifestWire) -> Result<Manifest, String> {
    let mut members = BTreeMap::new();
    for member in wire.members {
        check_member_name(&member.name)
            .map_err(|trouble| format!("it lists {trouble}: `{}`", member.name))?;
        let sum = MemberSum {
            n_bytes: member.bytes,
            sha256: sha256_from_hex(&member.sha256)
                .ok_or_else(|| format!("the checksum of {} is not 64 hexadecimal digits", member.name))?,
            footer_crc32: member
                .footer_crc32
                .map(|hex| {
                    crc32_from_hex(&hex)
                        .ok_or_else(|| format!("the footer checksum of {} is garbled", member.name))
                })
                .transpose()?,
        };
        members.insert(member.name, sum);
    }
    let sources = wire.sources.into_iter().map(|source| SourceNote {
        name: source.name,
        kind: source.kind,
        url: source.url,
        license: source.license,
    });
    Ok(Manifest {
        about: ManifestDraft {
            name: wire.name,
            summary: wire.summary,
            cloud: wire.cloud,
            clusters: wire.clusters,
            sources: sources.collect(),
            license: wire.license,
            recorder: wire.recorder,
            extent: extent_to_model(wire.declared_extent)?,
        },
        extent: extent_to_model(wire.extent)?,
        counts: counts_to_model(&wire.counts),
        members,
    })
}

fn extent_to_model(wire: Option<ExtentWire>) -> Result<Option<TimeRange>, String> {
    let parse = |text: &str| Timestamp::parse_rfc3339(text).map_err(|error| error.to_string());
    let Some(wire) = wire else { return Ok(None) };
    Ok(Some(TimeRange::new(parse(&wire.start)?, parse(&wire.end)?)))
}

fn from_model(manifest: &Manifest) -> ManifestWire {
    let about = &manifest.about;
    let extent = |range: TimeRange| ExtentWire {
        start: range.start.to_string(),
        end: range.end.to_string(),
    };
    let sources = about.sources.iter().map(|source| SourceWire {
        name: source.name.clone(),
        kind: source.kind.clone(),
        url: source.url.clone(),
        license: source.license.clone(),
    });
    let members = manifest.members.iter().map(|(name, sum)| MemberWire {
        name: name.clone(),
        bytes: sum.n_bytes,
        sha256: hex(&sum.sha256),
        footer_crc32: sum.footer_crc32.map(|crc| format!("{crc:08x}")),
    });
    ManifestWire {
        format_version: MAX_VERSION,
        name: about.name.clone(),
        summary: about.summary.clone(),
        cloud: about.cloud.clone(),
        clusters: about.clusters.clone(),
        sources: sources.collect(),
        license: about.license.clone(),
        recorder: about.recorder.clone(),
        declared_extent: about.extent.map(extent),
        extent: manifest.extent.map(extent),
        counts: counts_from_model(&manifest.counts),
        members: members.collect(),
    }
}

fn counts_to_model(wire: &CountsWire) -> Counts {
    Counts {
        samples: wire.samples,
        histograms: wire.histograms,
        series: wire.series,
        entries: wire.entries,
        streams: wire.streams,
        events: wire.events,
        changes: wire.changes,
        documents: wire.documents,
        rules: wire.rules,
        targets: wire.targets,
        silences: wire.silences,
        receivers: wire.receivers,
        out_of_order: wire.out_of_order,
        duplicates: wire.duplicates,
        conflicts: wire.conflicts,
        redactions: wire.redactions,
    }
}

fn counts_from_model(counts: &Counts) -> CountsWire {
    CountsWire {
        samples: counts.samples,
        histograms: counts.histograms,
        series: counts.series,
        entries: counts.entries,
        streams: counts.streams,
        events: counts.events,
        changes: counts.changes,
        documents: counts.documents,
        rules: counts.rules,
        targets: counts.targets,
        silences: counts.silences,
        receivers: counts.receivers,
        out_of_order: counts.out_of_order,
        duplicates: counts.duplicates,
        conflicts: counts.conflicts,
        redactions: counts.redactions,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut sum = [0; 32];
    for (byte, pair) in sum.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| !pair.starts_with('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(sum)
}

fn crc32_from_hex(text: &str) -> Option<u32> {
    let plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let extent = TimeRange::new(Timestamp::from_secs(1), Timestamp::from_nanos(5_000_000_001));
        Manifest {
            about: ManifestDraft {
                name: "shop".into(),
                clusters: vec!["eu".into()],
                sources: vec![SourceNote {
                    name: "prometheus-main".into(),
                    ..SourceNote::default()
                }],
                extent: Some(extent),
                ..ManifestDraft::default()
            },
            extent: Some(extent),
            counts: Counts {
                samples: 7,
                ..Counts::default()
            },
            members: BTreeMap::from([(
                "metrics/000001.parquet".into(),
                MemberSum {
                    n_bytes: 1 << 40,
                    sha256: [0xab; 32],
                    footer_crc32: Some(0x0012_3456),
                },
            )]),
        }
    }

    #[test]
    fn a_manifest_round_trips_with_its_version_first() {
        let json = to_json(&sample());
        assert!(json.starts_with("{\n  \"format_version\": 1,"), "{json}");
        assert_eq!(from_json(json.as_bytes(), "x").unwrap(), sample());
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_its_place() {
        let check = |json: &str, expected: &str| {
            let error = from_json(json.as_bytes(), "shop.glass: manifest.json")
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.ends_with(": shop.glass: manifest.json"), "{error}");
        };
        check("", "no manifest with a format version");
        check("[]", "no manifest with a format version");
        check(r#"{"name":"x"}"#, "no manifest with a format version");
        check(
            r#"{"format_version":2,"nonsense":[]}"#,
            "format version 2 is not known",
        );
        check(r#"{"format_version":0}"#, "no valid manifest");
        check(
            r#"{"format_version":0,"name":"x","members":[{"name":"../x","bytes":1,"sha256":""}]}"#,
            "leaves the folder",
        );
        check(
            r#"{"format_version":0,"name":"x","members":[{"name":"x","bytes":1,"sha256":"zz"}]}"#,
            "64 hexadecimal digits",
        );
        check(
            r#"{"format_version":0,"name":"x","extent":{"start":"today","end":"2026-11-22T03:41:00Z"}}"#,
            "not a time",
        );
        check(&"[".repeat(100_000), "no manifest");
    }
}
