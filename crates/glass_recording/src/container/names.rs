//! Which names members may have: relative, below the recording, the same on every system.

/// The longest name, in bytes.
const MAX_NAME_BYTES: usize = 512;

/// Says what is wrong with `name` as a member's name, if anything is.
///
/// A name that passes can be joined to a folder and stays inside it, on Windows too: there `\` separates and `:`
/// names a drive or a stream.
pub(crate) fn check_member_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("an empty name");
    }
    if name.len() > MAX_NAME_BYTES {
        return Err("a name of more than 512 bytes");
    }
    if name.starts_with('/') {
        return Err("an absolute name");
    }
    if name.contains(['\\', ':']) {
        return Err("a name with `\\` or `:`");
    }
    if name.chars().any(char::is_control) {
        return Err("a name with control characters");
    }
    if name.split('/').any(|part| part == "..") {
        return Err("a name that leaves the folder");
    }
    if name.split('/').any(|part| part.is_empty() || part == ".") {
        return Err("a name with an empty part");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_member_name;

    #[test]
    fn names_stay_inside_the_folder() {
        let check =
            |name: &str, expected: bool| assert_eq!(check_member_name(name).is_ok(), expected, "{name:?}");
        check("metrics/000001.parquet", true);
        check("docs/Über uns.md", true);
        check("a..b", true);
        check("", false);
        check("/etc/passwd", false);
        check("../x", false);
        check("a/../../x", false);
        check("a//b", false);
        check("./a", false);
        check("a/", false);
        check("a\\b", false);
        check("C:/x", false);
        check("a\0b", false);
        check(&"x".repeat(513), false);
    }
}
