//! What the built-in catalogue holds, how a user's files change it, and how errors in them read.

use super::built_in::BUILT_IN;
use super::*;
use std::fs;
use std::path::Path;

fn load(files: &[(&str, &str)], set: &[&str]) -> (Catalogue, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let clouds = folder.path().join("clouds");
    fs::create_dir(&clouds).unwrap();
    for (name, text) in files {
        fs::write(clouds.join(name), text).unwrap();
    }
    let (catalogue, troubles) = Catalogue::load_with(Some(folder.path()), &|name| set.contains(&name));
    let prefix = format!("{}/", clouds.display());
    let troubles = troubles
        .iter()
        .map(|trouble| trouble.to_string().replace(&prefix, ""));
    (catalogue, troubles.collect())
}

fn source<'a>(catalogue: &'a Catalogue, cloud: &str, id: &str) -> &'a Source {
    let sources = &catalogue.cloud(cloud).unwrap().sources;
    sources.iter().find(|source| source.id == id).unwrap()
}

#[test]
fn the_list_of_built_in_entries_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/clouds");
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut ids: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    ids.sort();
    assert_eq!(BUILT_IN.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
}

#[test]
fn the_built_in_entries_are_whole() {
    let (catalogue, troubles) = Catalogue::load_with(None, &|_| false);
    assert_eq!(troubles, []);
    assert_eq!(catalogue.clouds().len(), 38);
    let sources = || catalogue.clouds().iter().flat_map(|cloud| &cloud.sources);
    assert_eq!(sources().count(), 155);
    for cloud in catalogue.clouds() {
        for (what, text) in [
            ("operator", &cloud.operator),
            ("as_of", &cloud.as_of),
            ("basis", &cloud.basis),
        ] {
            assert!(!text.is_empty(), "{}: no {what}", cloud.id);
        }
    }
    assert!(sources().all(|source| source.proof != Proof::Unverified || !source.is_enabled));
    assert!(sources().all(|source| !source.is_retired || !source.is_enabled));
    let n_unverified = sources()
        .filter(|source| source.proof == Proof::Unverified)
        .count();
    let n_retired = sources().filter(|source| source.is_retired).count();
    assert_eq!((n_unverified, n_retired), (8, 11));
    assert_eq!(
        catalogue.cloud("operate-first").unwrap().state,
        CloudState::Retired
    );
    assert_eq!(catalogue.cloud("wikimedia").unwrap().pace.timeout.as_secs(), 90);
    assert_eq!(
        source(&catalogue, "nixos", "prometheus")
            .retention
            .unwrap()
            .as_secs(),
        720 * 86_400
    );
}

#[test]
fn files_of_the_user_add_and_change() {
    let nixos = "[[sources]]\nid = \"prometheus\"\nurl = \"http://127.0.0.1:9090\"\n\
                 [[sources]]\nid = \"own\"\nsignal = \"logs\"\napi = \"loki\"\nurl = \"http://127.0.0.1:3100\"\n";
    let codeberg = "[[sources]]\nid = \"status\"\nenabled = true\n";
    let own = "name = \"Mine\"\n[pace]\nmin_interval_ms = 100\n\
               [[sources]]\nid = \"p\"\nsignal = \"metrics\"\napi = \"prometheus\"\nurl = \"http://127.0.0.1:1\"\n\
               auth = \"login\"\ntoken_file = \"secret.txt\"\ntoken_user = \"me\"\n";
    let set = ["GLASSHOUSE_TOKEN_NERC_GRAFANA", "GLASSHOUSE_TOKEN_GITHUB_COM"];
    let files = [
        ("nixos.toml", nixos),
        ("codeberg.toml", codeberg),
        ("own.toml", own),
        ("x.txt", "no"),
    ];
    let (catalogue, troubles) = load(&files, &set);
    assert_eq!(troubles, [""; 0]);
    assert_eq!(catalogue.clouds().len(), 39);

    let nixos = catalogue.cloud("nixos").unwrap();
    assert!(matches!(nixos.origin, Origin::Changed(_)));
    assert_eq!(
        (nixos.sources.len(), nixos.name.as_str()),
        (8, "NixOS infrastructure")
    );
    let changed = source(&catalogue, "nixos", "prometheus");
    assert_eq!(changed.url.as_ref().unwrap().as_str(), "http://127.0.0.1:9090/");
    assert_eq!(changed.proof, Proof::Client);
    assert_eq!(source(&catalogue, "nixos", "own").proof, Proof::User);
    assert_eq!(source(&catalogue, "codeberg", "status").why_off(), None);

    let mine = source(&catalogue, "own", "p");
    assert!(mine.is_enabled, "a token is given");
    assert_eq!(catalogue.cloud("own").unwrap().tier, Tier::C);
    assert!(matches!(&mine.token, Some(TokenPlace::File(path)) if path.ends_with("clouds/secret.txt")));
    let error = mine.credentials().unwrap_err();
    assert!(error.contains("secret.txt"), "{error}");

    let closed = source(&catalogue, "nerc", "observatorium");
    assert_eq!(closed.why_off(), Some(WhyOff::NoToken));
    let opened = source(&catalogue, "nerc", "grafana");
    assert!(opened.is_enabled);
    let variable = |name: &str| Some(TokenPlace::Environment(name.into()));
    assert_eq!(opened.token, variable("GLASSHOUSE_TOKEN_NERC_GRAFANA"));
    assert_eq!(
        source(&catalogue, "nerc", "git").token,
        variable("GLASSHOUSE_TOKEN_GITHUB_COM")
    );
}

#[test]
fn a_file_with_an_error_is_named_and_hides_nothing() {
    let source =
        "[[sources]]\nid = \"a\"\nsignal = \"metrics\"\napi = \"prometheus\"\nurl = \"https://a.example\"\n";
    let with = |line: &str| format!("{source}{line}\n");
    let check = |text: &str, expected: &[&str]| {
        let files = [("bad.toml", text), ("good.toml", source)];
        let (catalogue, troubles) = load(&files, &[]);
        assert_eq!(troubles, expected, "{text}");
        assert!(catalogue.cloud("bad").is_err(), "{text}");
        assert!(catalogue.cloud("good").is_ok(), "{text}");
    };
    check(
        &source
            .replace("prometheus\"", "promethus\"")
            .replace("metrics", "metric"),
        &[
            "bad.toml:3:10: sources.a.signal: unknown signal `metric`; did you mean `metrics`?",
            "bad.toml:4:7: sources.a.api: unknown api `promethus`; did you mean `prometheus`?",
        ],
    );
    check(
        &with("ulr = \"x\"\nenabled = 1"),
        &[
            "bad.toml:6:1: sources.a.ulr: unknown key `ulr`; did you mean `url`?",
            "bad.toml:7:11: sources.a.enabled: expected true or false, found the number 1",
        ],
    );
    check(
        &with("token = \"s3cr3t\""),
        &[
            "bad.toml:6:1: sources.a.token: a secret must not stand in this file; put it into an environment variable \
           or a file of its own and name that with token_env or token_file",
        ],
    );
    check(
        &with("headers = { Authorization = \"Bearer s3cr3t\" }"),
        &[
            "bad.toml:6:29: sources.a.headers.Authorization: this header is not set here; a secret must not stand in \
           this file; put it into an environment variable or a file of its own and name that with token_env or \
           token_file",
        ],
    );
    check(
        &source.replace("https://a", "https://me:s3cr3t@a"),
        &[
            "bad.toml:5:7: sources.a.url: a name or password in an address; take it out and give token_env or \
           token_file",
        ],
    );
    check(
        &source.replace("https://a.example", "ftp://x"),
        &[
            "bad.toml:5:7: sources.a.url: expected a web address such as https://prometheus.example.org, found \
           `ftp://x`",
        ],
    );
    check(
        &with("retention = \"30 days\""),
        &[
            "bad.toml:6:13: sources.a.retention: expected a length of time such as \"30d\", \"12h\" or \"1y\", found \
           `30 days`",
        ],
    );
    check(
        "tier = \"A\"\n[[sources]]\nid = \"Über\"\n[[sources]]\nid = \"b\"\nsignal = \"logs\"\n",
        &[
            "bad.toml:3:6: sources.Über.id: expected an id of small letters, digits and `-`, found `Über`",
            "bad.toml:4:1: sources.b.api: expected an api, such as api = \"prometheus\"",
        ],
    );
    check(
        &format!("{source}{source}"),
        &["bad.toml:6:1: sources: a second source `a`; ids are unique in a cloud"],
    );
    check(
        "",
        &["bad.toml:1:1: sources: expected at least one source under [[sources]]"],
    );
    check(
        "name = \"x\nsources = 1\n",
        &["bad.toml:1:10: invalid basic string, expected `\"`"],
    );
    check(
        &format!("as_of = \"yesterday\"\n[pace]\nmin_interval = 5\n{source}"),
        &[
            "bad.toml:1:9: as_of: expected a day such as \"2026-08-19\", or its month or year, found \"yesterday\"",
            "bad.toml:3:1: pace.min_interval: unknown key `min_interval`; did you mean `min_interval_ms`?",
        ],
    );
}

#[test]
fn a_broken_change_leaves_the_built_in_entry() {
    let (catalogue, troubles) = load(&[("nixos.toml", "tier = \"Z\"\n"), ("Bad Name.toml", "")], &[]);
    assert_eq!(troubles.len(), 2, "{troubles:?}");
    assert!(
        troubles[0].starts_with("Bad Name.toml: the file's name is the cloud's id"),
        "{troubles:?}"
    );
    assert_eq!(
        troubles[1],
        "nixos.toml:1:8: tier: unknown tier `Z`; did you mean `A`?"
    );
    assert_eq!(catalogue.cloud("nixos").unwrap().origin, Origin::BuiltIn);
    let error = catalogue.cloud("nixso").unwrap_err().to_string();
    assert_eq!(
        error,
        "no cloud `nixso`; did you mean `nixos`?; `glasshouse clouds` lists them all"
    );
}
