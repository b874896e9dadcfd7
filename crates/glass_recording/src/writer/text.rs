//! Texts that become file names, and patches that are cut.

use sha2::{Digest, Sha256};

/// Cuts `text` after the last line that ends within `max` bytes; says whether anything was cut.
pub(super) fn cut_to_lines(text: &mut String, max: usize) -> bool {
    if text.len() <= max {
        return false;
    }
    let end = text.floor_char_boundary(max);
    let end = text[..end].rfind('\n').map_or(end, |at| at + 1);
    text.truncate(end);
    true
}

/// A file name for a document's id: the id itself, or a like name that no other id has.
pub(super) fn file_name(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_plain = !id.is_empty() && id.len() <= 80 && id.chars().all(plain);
    if is_plain && !id.starts_with('.') && !id.ends_with(".source") {
        return id.to_owned();
    }
    let like: String = id
        .chars()
        .take(60)
        .map(|c| if plain(c) && c != '.' { c } else { '-' })
        .collect();
    let digest = Sha256::digest(id.as_bytes());
    let suffix: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{like}-{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::check_member_name;

    #[test]
    fn file_names_are_safe_and_differ() {
        let check = |id: &str, expected: &str| assert_eq!(file_name(id), expected);
        check("2026-11-22.outage", "2026-11-22.outage");
        assert!(file_name("org/repo#7").starts_with("org-repo-7-"));
        assert_ne!(file_name("org/repo#7"), file_name("org-repo/7"));
        assert!(check_member_name(&format!("incidents/{}.json", file_name("../../x"))).is_ok());
        assert!(!file_name("x.source").ends_with(".source"));
    }

    #[test]
    fn patches_are_cut_at_lines() {
        let check = |text: &str, expected: &str| {
            let mut text = text.to_owned();
            cut_to_lines(&mut text, 5);
            assert_eq!(text, expected);
        };
        check("ab\ncd", "ab\ncd");
        check("ab\ncdef", "ab\n");
        check("äöüß", "äö");
    }
}
