//! The entries that are built into the program: the files of `config/clouds/`, word by word.

macro_rules! built_in {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../../config/clouds/", $id, ".toml")))),*]
    };
}

/// Id and text of every entry, in the order of the ids. A test compares the list with the folder.
pub(super) const BUILT_IN: &[(&str, &str)] = built_in![
    "archlinux",
    "argoproj",
    "cern",
    "codeberg",
    "demo-grafana-play",
    "demo-percona-pmm",
    "demo-prometheus",
    "demo-promlabs",
    "demo-victoriametrics",
    "devstats",
    "fedora",
    "ffmuc",
    "freedesktop",
    "gitlab-com",
    "jenkins",
    "kernelci",
    "kubernetes",
    "m-lab",
    "miraheze",
    "nerc",
    "nix-community",
    "nixos",
    "nrp-nautilus",
    "op1st-b4mad",
    "opendev",
    "openstreetmap",
    "operate-first",
    "osg",
    "psf",
    "rust",
    "scs",
    "software-heritage",
    "sourcehut",
    "tor",
    "usegalaxy-eu",
    "void-linux",
    "wikimedia",
    "wmcs",
];
