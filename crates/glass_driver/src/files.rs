//! Files that the user asked for, such as pictures: each appears complete or not at all, and none takes the place of
//! another unasked. Read [`write()`] first.

use glass_core::WriteFault;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Names tried for a free one.
const MAX_NUMBER: usize = 999;

/// Writes a file and returns where it is. `~/` at the beginning is the user's own folder.
pub(crate) fn write(path: &str, bytes: &[u8], replaces: bool) -> Result<String, WriteFault> {
    let path = place_of(path);
    if !replaces && path.symlink_metadata().is_ok() {
        return Err(taken(&path));
    }
    let failed = |error: std::io::Error| WriteFault::Failed(format!("{error}: {}", path.display()));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary_file(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let persisted = match replaces {
        true => file.persist(&path),
        false => file.persist_noclobber(&path),
    };
    match persisted {
        Ok(_) => Ok(std::path::absolute(&path).unwrap_or(path).display().to_string()),
        // Someone else was quicker.
        Err(fault) if fault.error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(&path)),
        Err(fault) => Err(failed(fault.error)),
    }
}

fn place_of(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// That a name is taken, and one like it that is not.
fn taken(path: &Path) -> WriteFault {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_string_lossy());
    let name = |number: usize| match &ending {
        Some(ending) => format!("{stem}-{number}.{ending}"),
        None => format!("{stem}-{number}"),
    };
    let free = (2..=MAX_NUMBER)
        .map(|number| path.with_file_name(name(number)))
        .find(|other| other.symlink_metadata().is_err());
    let free = free.unwrap_or_else(|| path.with_file_name(name(MAX_NUMBER + 1)));
    WriteFault::Taken(free.display().to_string())
}

#[cfg(unix)]
fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    // As any program creates files; the default of temporary files is for the owner alone.
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(".glasshouse-")
        .permissions(all)
        .tempfile_in(folder)
}

#[cfg(not(unix))]
fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".glasshouse-")
        .tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png").display().to_string();
        assert_eq!(write(&path, b"one", false), Ok(path.clone()));
        let free = folder.path().join("a-2.png").display().to_string();
        assert_eq!(write(&path, b"two", false), Err(WriteFault::Taken(free.clone())));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(write(&free, b"two", false), Ok(free));
        let next = folder.path().join("a-3.png").display().to_string();
        assert_eq!(write(&path, b"three", false), Err(WriteFault::Taken(next)));
        assert_eq!(write(&path, b"three", true), Ok(path.clone()));
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        let n_files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(n_files, 2, "nothing temporary is left");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["nowhere/a.svg", "."] {
            let path = folder.path().join(path).display().to_string();
            match write(&path, b"x", true) {
                Err(WriteFault::Failed(why)) => assert!(why.contains(&path), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
