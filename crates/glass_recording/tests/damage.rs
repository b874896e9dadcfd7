//! Damaged and hostile files give a clear error that names the file and the trouble; nothing panics, and memory stays
//! bounded.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

mod common;

use arrow_array::builder::{MapBuilder, MapFieldNames, StringBuilder};
use arrow_array::{Array, ArrayRef, RecordBatch, TimestampMillisecondArray, UInt32Array, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use common::*;
use glass_model::Level;
use glass_recording::{Archive, RecordingError, RecordingWriter, fuzzing, unpack, verify};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn quiet(_: glass_recording::Progress) {}

/// The bytes of a finished recording.
fn finished(folder: &Path) -> Vec<u8> {
    let mut writer = RecordingWriter::create(&folder.join("part"), draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    writer.finish(&folder.join("whole.glass"), &mut quiet).unwrap();
    fs::read(folder.join("whole.glass")).unwrap()
}

/// All samples and entries, or what is wrong.
fn read_data(archive: &Archive) -> Result<String, RecordingError> {
    Ok(format!("{:?} {:?}", samples(archive)?, entries(archive)?))
}

/// Opens `bytes` as a file; whatever goes wrong must name it.
fn open_file(path: &Path, bytes: &[u8]) -> Result<Archive, String> {
    fs::write(path, bytes).unwrap();
    Archive::open(path).map_err(|error| {
        let error = error.to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        error
    })
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = finished(folder.path());
    let path = folder.path().join("cut.glass");
    for percent in 0..100 {
        let error = open_file(&path, &whole[..whole.len() * percent / 100]).unwrap_err();
        let expected = if percent == 0 {
            "the file is empty"
        } else {
            "the file is cut short"
        };
        assert!(error.contains(expected), "{percent} %: {error}");
    }
}

#[test]
fn members_cut_short_are_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    finished(folder.path());
    let unpacked = folder.path().join("unpacked");
    unpack(&folder.path().join("whole.glass"), &unpacked, &mut quiet).unwrap();
    let names: Vec<String> = Archive::open(&unpacked)
        .unwrap()
        .members()
        .map(|member| member.name().to_owned())
        .collect();
    for name in names.iter().filter(|name| *name != "manifest.json") {
        let whole = fs::read(unpacked.join(name)).unwrap();
        for percent in [0, 1, 50, 99] {
            fs::write(unpacked.join(name), &whole[..whole.len() * percent / 100]).unwrap();
            let archive = Archive::open(&unpacked).unwrap();
            assert!(
                archive.warnings().iter().any(|warning| warning.contains(name)),
                "{name}"
            );
            let problems = verify(&unpacked, &mut quiet).unwrap().problems;
            assert!(
                problems.iter().any(|problem| problem.contains(name)),
                "{name}: {problems:?}"
            );
            let _ = read_data(&archive);
        }
        fs::remove_file(unpacked.join(name)).unwrap();
        let warnings = Archive::open(&unpacked).unwrap().warnings().to_vec();
        assert_eq!(warnings, [format!("{name} is missing")]);
        fs::write(unpacked.join(name), &whole).unwrap();
    }
    assert_eq!(verify(&unpacked, &mut quiet).unwrap().problems, [""; 0]);
}

#[test]
fn a_damaged_segment_does_not_keep_the_others_from_being_finished() {
    let check = |damaged: &str, n_samples: u64, n_entries: u64, expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part");
        let mut writer = RecordingWriter::create(&part, draft("shop")).unwrap();
        for segment in 0..3 {
            for at in 0..10 {
                let at = segment * 10 + at;
                writer.push_sample(&labels("up", "eu"), at, 1.0).unwrap();
                writer
                    .push_sample(&labels("new", &segment.to_string()), at, 1.0)
                    .unwrap();
                writer
                    .push_entry(&labels("x", "eu"), entry(at, "line"), Level::Info)
                    .unwrap();
            }
            writer.commit_segment().unwrap();
        }
        drop(writer);
        let path = part.join(damaged);
        let mut bytes = fs::read(&path).unwrap();
        let at = if damaged.ends_with(".json") {
            0
        } else {
            bytes.len() / 2
        };
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        // Going on works too, and new series do not take the place of lost ones.
        let mut writer = RecordingWriter::open(&part).unwrap();
        writer.push_sample(&labels("late", "eu"), 100, 1.0).unwrap();
        let file = folder.path().join("a.glass");
        let report = writer.finish(&file, &mut quiet).unwrap();
        assert_eq!(
            (report.counts.samples, report.counts.entries),
            (n_samples, n_entries),
            "{damaged}"
        );
        let warnings = report.warnings.join("\n");
        assert!(warnings.contains(expected), "{damaged}: {warnings}");
        assert_eq!(verify(&file, &mut quiet).unwrap().problems, [""; 0]);
        assert!(path.exists(), "what is damaged stays");
    };
    check(
        "segments/000002/metrics.parquet",
        41,
        30,
        "metrics/000002.parquet is left out: damaged: wrong checksum",
    );
    check(
        "segments/000002/logs.parquet",
        61,
        20,
        "logs/000002.parquet is left out: damaged: wrong checksum",
    );
    // The series of every segment are in the tables of the others too, but for the new one.
    check(
        "segments/000002/series.parquet",
        51,
        30,
        "10 samples and log lines are left out: their labels are lost",
    );
    check(
        "segments/000002/streams.parquet",
        61,
        30,
        "streams/000002.parquet is left out",
    );
    check(
        "segments/000002/segment.json",
        41,
        20,
        "segment 2 is left out: damaged",
    );
}

#[test]
fn flipped_bits_are_noticed_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let whole = finished(folder.path());
    let expected = read_data(&Archive::open(&folder.path().join("whole.glass")).unwrap()).unwrap();
    let path = folder.path().join("flipped.glass");
    let (mut seed, mut n_refused, mut n_noticed) = (1_u64, 0, 0);
    for _ in 0..250 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bit = (seed >> 20) as usize % (8 * whole.len());
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let Ok(archive) = open_file(&path, &damaged) else {
            n_refused += 1;
            continue;
        };
        // What is read without an error is right, also where nobody has verified the file before.
        if let Ok(data) = read_data(&archive) {
            assert!(data == expected, "bit {bit}");
        }
        n_noticed += i32::from(!verify(&path, &mut quiet).unwrap().problems.is_empty());
    }
    println!("250 flipped bits: {n_refused} files refused, {n_noticed} told by verify");
    // The rest hit fields of the ZIP file that nobody reads, such as times.
    assert!(n_refused + n_noticed > 200);
}

#[test]
fn other_things_are_no_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.glass");
    let check = |bytes: &[u8], expected: &str| {
        let error = open_file(&path, bytes).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check(b"", "the file is empty");
    check(b"PAR1", "no ZIP file");
    check(&b"text\n".repeat(50_000), "no ZIP file");
    check(&zip(&[("a.txt", b"a")]), "the ZIP file has no manifest.json");
    check(
        &zip(&[("manifest.json", b"{}")]),
        "no manifest with a format version",
    );
    check(
        &zip(&[("manifest.json", b"{\"format_version\": 2}")]),
        "format version 2 is not known",
    );
    let error = Archive::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("neither manifest.json nor recording.json"),
        "{error}"
    );
    let error = Archive::open(&folder.path().join("absent"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("No such file") && error.contains("absent"),
        "{error}"
    );
}

const MANIFEST: &[u8] = b"{\"format_version\": 0, \"name\": \"x\"}";

#[test]
fn names_that_leave_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.glass");
    let check = |name: &str, expected: &str| {
        let error = open_file(&path, &zip(&[("manifest.json", MANIFEST), (name, b"evil")])).unwrap_err();
        assert!(error.contains(expected), "{error}");
        let target = folder.path().join("target");
        assert!(unpack(&path, &target, &mut quiet).is_err());
        assert!(!target.exists() && !folder.path().join("evil").exists());
    };
    check("../evil", "a name that leaves the folder");
    check("a/../../evil", "a name that leaves the folder");
    check("/tmp/evil", "an absolute name");
    check("..\\evil", "a name with `\\` or `:`");
    check("C:evil", "a name with `\\` or `:`");
    check("manifest.json", "two members are called manifest.json");
    check("a//evil", "a name with an empty part");
    check(&"x".repeat(600), "a name of more than 512 bytes");
}

#[test]
fn links_in_a_folder_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    finished(folder.path());
    let unpacked = folder.path().join("unpacked");
    unpack(&folder.path().join("whole.glass"), &unpacked, &mut quiet).unwrap();
    #[cfg(unix)]
    {
        fs::remove_file(unpacked.join("layout.json")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", unpacked.join("layout.json")).unwrap();
        let archive = Archive::open(&unpacked).unwrap();
        assert!(archive.member("layout.json").is_none());
        assert!(
            archive.warnings()[0].contains("layout.json is left out"),
            "{:?}",
            archive.warnings()
        );
    }
}

#[test]
fn claims_of_the_zip_directory_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.glass");
    let check = |change: &dyn Fn(&mut Entry), expected: &str| {
        let mut entry = Entry::new("logs/1.parquet", b"1234");
        change(&mut entry);
        let error = open_file(&path, &zip_of(&[Entry::new("manifest.json", MANIFEST), entry])).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check(
        &|entry| entry.claimed = 100 << 30,
        "it claims 107374182400 bytes, more than the file holds",
    );
    check(
        &|entry| entry.claimed = 5_000,
        "it claims 5000 bytes, more than the file holds",
    );
    check(&|entry| entry.stored = Some(3), "its two sizes differ");
    check(&|entry| entry.method = 8, "it is compressed");
    check(&|entry| entry.flags = 1, "it is encrypted");
    check(&|entry| entry.header_at = Some(0), "it overlaps another member");
    check(&|entry| entry.header_at = Some(3), "it overlaps another member");
    check(
        &|entry| entry.header_at = Some(1 << 40),
        "its header does not agree",
    );
}

/// A member of a hand-made ZIP file; its claims can be changed.
struct Entry {
    name: String,
    bytes: Vec<u8>,
    claimed: u64,
    stored: Option<u64>,
    method: u16,
    flags: u16,
    header_at: Option<u64>,
}

impl Entry {
    fn new(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
            claimed: bytes.len() as u64,
            stored: None,
            method: 0,
            flags: 0,
            header_at: None,
        }
    }
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<Entry> = members
        .iter()
        .map(|(name, bytes)| Entry::new(name, bytes))
        .collect();
    zip_of(&entries)
}

/// Writes a ZIP file by the book, but for what the entries claim; large claims in ZIP64 fields.
fn zip_of(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let at = entry.header_at.unwrap_or(file.len() as u64);
        let crc = crc32fast::hash(&entry.bytes).to_le_bytes();
        let name_len = (entry.name.len() as u16).to_le_bytes();
        file.extend(b"PK\x03\x04\x0a\x00");
        file.extend(
            [
                &[0; 2][..],
                &entry.method.to_le_bytes(),
                &[0; 4],
                &crc,
                &[0; 8],
                &name_len,
                &[0; 2],
            ]
            .concat(),
        );
        file.extend(entry.name.as_bytes());
        file.extend(&entry.bytes);
        let large = [entry.claimed, entry.stored.unwrap_or(entry.claimed), at];
        let extra = [&[1, 0, 24, 0][..], &large.map(u64::to_le_bytes).concat()].concat();
        directory.extend(b"PK\x01\x02\x2d\x00\x2d\x00");
        directory.extend(entry.flags.to_le_bytes());
        directory.extend(entry.method.to_le_bytes());
        directory.extend(
            [
                &[0; 4][..],
                &crc,
                &[0xff; 8],
                &name_len,
                &(extra.len() as u16).to_le_bytes(),
            ]
            .concat(),
        );
        directory.extend([&[0; 10][..], &[0xff; 4]].concat());
        directory.extend(entry.name.as_bytes());
        directory.extend(extra);
    }
    let n_entries = (entries.len() as u16).to_le_bytes();
    let (len, at) = (
        (directory.len() as u32).to_le_bytes(),
        (file.len() as u32).to_le_bytes(),
    );
    file.extend(directory);
    file.extend(
        [
            &b"PK\x05\x06\0\0\0\0"[..],
            &n_entries,
            &n_entries,
            &len,
            &at,
            &[0; 2],
        ]
        .concat(),
    );
    file
}

/// Columns of the series table of `n_rows` rows, each with one label of `value`.
fn series_batch(n_rows: usize, value: &str) -> RecordBatch {
    let utc = |values: Vec<i64>| -> ArrayRef {
        Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC"))
    };
    let names = MapFieldNames {
        entry: "key_value".into(),
        key: "key".into(),
        value: "value".into(),
    };
    let mut labels = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())
        .with_values_field(Field::new("value", DataType::Utf8, false));
    let mut name = StringBuilder::new();
    for _ in 0..n_rows {
        labels.keys().append_value("k");
        labels.values().append_value(value);
        labels.append(true).unwrap();
        name.append_value("");
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "series",
            Arc::new(UInt32Array::from_iter_values(0..n_rows as u32)),
        ),
        ("name", Arc::new(name.finish())),
        ("labels", Arc::new(labels.finish())),
        ("first_at", utc(vec![0; n_rows])),
        ("last_at", utc(vec![0; n_rows])),
        ("samples", Arc::new(UInt64Array::from(vec![1; n_rows]))),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), false))
        .collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns.into_iter().map(|(_, column)| column).collect(),
    )
    .unwrap()
}

fn parquet(
    batches: &[RecordBatch],
    configure: impl Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
) -> Vec<u8> {
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap()))
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(None);
    let mut bytes = Vec::new();
    let properties = configure(builder).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

const BOMB_VARIABLE: &str = "GLASS_BOMB";

/// Reads the file that the environment names and prints what comes of it, and how much memory that took.
#[test]
#[ignore = "the child of `parquet_bombs_are_refused_in_bounded_memory`"]
fn bomb_child() {
    let Ok(path) = std::env::var(BOMB_VARIABLE) else {
        return;
    };
    let problems = verify(Path::new(&path), &mut quiet).map(|report| report.problems.join("\n"));
    println!("\n{}", problems.unwrap_or_else(|error| error.to_string()));
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("peak {}", peak.unwrap_or(" 0 kB").trim().trim_end_matches(" kB"));
}

/// What verifying `bytes` as the series table says.
fn set_off(folder: &Path, bytes: &[u8], expected: &str) {
    let path = folder.join("bomb.glass");
    fs::write(
        &path,
        zip(&[("manifest.json", MANIFEST), ("series.parquet", bytes)]),
    )
    .unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "bomb_child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(BOMB_VARIABLE, &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains(expected),
        "{expected}: {said}"
    );
    assert!(said.contains("bomb.glass: series.parquet"), "{said}");
    let peak = said.lines().find_map(|line| line.strip_prefix("peak ")).unwrap();
    let peak_kb: u64 = peak.parse().unwrap();
    println!(
        "{} bytes: {} MB of memory, {}",
        bytes.len(),
        peak_kb / 1024,
        expected
    );
    assert!(peak_kb < 300 * 1024, "{peak_kb} kB");
}

#[test]
fn parquet_bombs_are_refused_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let same = |builder: WriterPropertiesBuilder| builder;
    // A million and more rows in one group.
    set_off(
        folder,
        &parquet(&[series_batch(1_100_000, "")], same),
        "claims 1100000 rows",
    );
    // One value that takes 20 MB, in two kilobytes of file.
    let zeros = "0".repeat(20 << 20);
    set_off(
        folder,
        &parquet(&[series_batch(1, &zeros)], same),
        "a page that claims more than 16 MiB",
    );
    // Many values that take 40 MB together.
    let zeros = "0".repeat(1 << 20);
    let many = parquet(&[series_batch(40, &zeros)], same);
    set_off(folder, &many, "column labels.key_value.value claims");
    // One long value many times over, by a dictionary and by shared prefixes.
    let dictionary = parquet(&[series_batch(100_000, &zeros[..1000])], |builder| {
        builder.set_dictionary_enabled(true)
    });
    set_off(folder, &dictionary, "has a dictionary, which is not allowed");
    let prefixes = parquet(&[series_batch(10_000, &zeros[..1000])], |builder| {
        builder
            .set_encoding(Encoding::DELTA_BYTE_ARRAY)
            .set_column_encoding("series".into(), Encoding::PLAIN)
            .set_column_encoding("first_at".into(), Encoding::PLAIN)
            .set_column_encoding("last_at".into(), Encoding::PLAIN)
            .set_column_encoding("samples".into(), Encoding::PLAIN)
    });
    set_off(folder, &prefixes, "an encoding that is not allowed");
    // Row groups that are each allowed, and too much together.
    let groups: Vec<RecordBatch> = (0..20).map(|_| series_batch(15, &zeros)).collect();
    set_off(folder, &parquet(&groups, same), "too large");
    // Labels without bytes cost memory all the same.
    let groups: Vec<RecordBatch> = (0..5).map(|_| series_batch(1_000_000, "")).collect();
    set_off(folder, &parquet(&groups, same), "too large");
    // A footer that claims four gigabytes, and one that claims lists of a billion.
    let mut footer = parquet(&[series_batch(1, "")], same);
    let at = footer.len() - 8;
    footer[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    set_off(folder, &footer, "a footer of 4294967295 bytes");
    let lists = [
        &b"PAR1"[..],
        &[0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0],
        &10_u32.to_le_bytes(),
        b"PAR1",
    ];
    set_off(folder, &lists.concat(), "claims a list that is too long");
    // Another table's columns.
    let other =
        RecordBatch::try_from_iter([("x", Arc::new(UInt32Array::from(vec![1])) as ArrayRef)]).unwrap();
    set_off(
        folder,
        &parquet(&[other], same),
        "its columns are not those of the table `series`",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_manifest_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::manifest(&bytes);
    }

    #[test]
    fn any_change_of_a_manifest_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        bytes in "[\\[\\]{}\":,0-9a-z. -]{0,12}",
    ) {
        let whole = r#"{"format_version":0,"name":"x","sources":[{"name":"y"}],"extent":{"start":"2026-11-22T03:41:00Z","end":"2026-11-22T03:42:00Z"},"counts":{"samples":7},"members":[{"name":"a/b","bytes":1,"sha256":"","footer_crc32":"00000000"}]}"#;
        let at = at.index(whole.len());
        fuzzing::manifest(format!("{}{bytes}{}", &whole[..at], &whole[at..]).as_bytes());
        fuzzing::manifest(format!("{}{bytes}{}", &whole[..at], &whole[(at + bytes.len()).min(whole.len())..]).as_bytes());
    }

    #[test]
    fn any_bytes_are_a_zip_file_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = fuzzing::zip_directory(&bytes);
        // The same behind the end record's signature, where reading begins.
        let tail = [&b"PK\x05\x06\0\0\0\0"[..], &bytes].concat();
        let _ = fuzzing::zip_directory(&tail);
    }

    #[test]
    fn any_change_of_a_zip_file_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = zip(&[("manifest.json", MANIFEST), ("a/b.txt", b"text"), ("docs/c.md", b"# c")]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = fuzzing::zip_directory(&bytes);
    }
}
