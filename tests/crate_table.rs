//! The crate table of ARCHITECTURE.md, held by a machine: which crate may depend on which, and what must never
//! be linked into it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeSet, HashMap};

/// Each crate, the crates of the workspace it may depend on, and outside crates that it must never name.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    (
        "glass_model",
        &[],
        &[
            "tokio",
            "reqwest",
            "serde",
            "serde_json",
            "parquet",
            "ratatui",
            "egui",
        ],
    ),
    (
        "glass_formats",
        &["glass_model"],
        &["tokio", "reqwest", "parquet", "ratatui", "egui"],
    ),
    (
        "glass_recording",
        &["glass_model", "glass_formats"],
        &["tokio", "reqwest", "ratatui", "crossterm", "egui"],
    ),
    (
        "glass_client",
        &["glass_model", "glass_formats"],
        &["parquet", "zip", "ratatui", "crossterm", "egui"],
    ),
    (
        "glass_query",
        &["glass_model"],
        &["tokio", "reqwest", "parquet", "zip", "ratatui", "egui"],
    ),
    (
        "glass_server",
        &["glass_model", "glass_formats", "glass_query", "glass_recording"],
        &["reqwest", "parquet", "ratatui", "crossterm", "egui"],
    ),
    (
        "glass_core",
        &["glass_model"],
        &[
            "tokio",
            "reqwest",
            "parquet",
            "zip",
            "ratatui",
            "crossterm",
            "egui",
            "eframe",
            "serde_json",
        ],
    ),
    (
        "glass_driver",
        &[
            "glass_model",
            "glass_formats",
            "glass_client",
            "glass_query",
            "glass_recording",
            "glass_core",
        ],
        &["ratatui", "crossterm", "egui", "eframe"],
    ),
    (
        "glass_tui",
        &["glass_model", "glass_core"],
        &["tokio", "reqwest", "parquet", "zip", "egui", "eframe"],
    ),
    (
        "glass_gui",
        &["glass_model", "glass_core"],
        &["tokio", "reqwest", "parquet", "zip", "ratatui", "crossterm"],
    ),
    (
        "glasshouse",
        &[
            "glass_model",
            "glass_formats",
            "glass_client",
            "glass_query",
            "glass_recording",
            "glass_server",
            "glass_core",
            "glass_driver",
            "glass_tui",
            "glass_gui",
        ],
        &["ratatui", "egui", "parquet"],
    ),
];

/// Of the workspace alone: what it depends on need not be on this machine for other systems than this one.
fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let offline = ["--offline".to_owned(), "--locked".to_owned()];
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(offline)
        .exec()
        .unwrap()
}

/// What each package of the workspace's `crates` folder depends on directly, development aside.
fn direct_dependencies(metadata: &Metadata) -> HashMap<String, BTreeSet<String>> {
    let in_crates = |package: &&cargo_metadata::Package| {
        package
            .manifest_path
            .parent()
            .and_then(|folder| folder.parent())
            .is_some_and(|up| up.ends_with("crates"))
    };
    let names = |package: &cargo_metadata::Package| {
        let shipped = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development);
        shipped.map(|dependency| dependency.name.clone()).collect()
    };
    let packages = metadata.workspace_packages();
    packages
        .into_iter()
        .filter(in_crates)
        .map(|package| (package.name.to_string(), names(package)))
        .collect()
}

#[test]
fn every_crate_depends_only_on_what_the_table_allows() {
    let dependencies = direct_dependencies(&metadata());
    for (name, found) in &dependencies {
        let (_, allowed, never) = TABLE
            .iter()
            .find(|(listed, ..)| listed == name)
            .unwrap_or_else(|| {
                panic!("{name} is not in the crate table: add it there and in ARCHITECTURE.md")
            });
        for dependency in found {
            let ours = dependency.starts_with("glass");
            assert!(
                !ours || allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
            assert!(
                !never.contains(&dependency.as_str()),
                "{name} must never know {dependency}"
            );
        }
    }
    for (name, ..) in TABLE {
        assert!(
            dependencies.contains_key(*name),
            "the crate table lists {name}, which is not in crates/"
        );
    }
}

#[test]
fn folder_and_crate_have_one_name_and_every_crate_says_what_it_does_not_know() {
    for package in metadata().workspace_packages() {
        let folder = package.manifest_path.parent().unwrap();
        if !folder.parent().is_some_and(|up| up.ends_with("crates")) {
            continue;
        }
        assert_eq!(folder.file_name(), Some(package.name.as_str()));
        let library = folder.join("src/lib.rs");
        if library.exists() {
            let text = std::fs::read_to_string(&library).unwrap();
            let docs: Vec<_> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            let says_so = docs.iter().any(|line| line.contains("does not know"));
            assert!(
                says_so,
                "the docs of {library} end with what the crate does not know"
            );
        }
    }
}

#[test]
fn the_architecture_document_names_every_crate() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md")).unwrap();
    for (name, ..) in TABLE {
        assert!(
            text.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not name {name}"
        );
    }
}
