//! Values that were encrypted before they were written: they are no secrets, but nobody can read them either.
//!
//! [`hide`] shows sops' `ENC[…]` and the values of a SealedSecret's `encryptedData` as [`ENCRYPTED`], in files and in
//! patches of files alike.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What stands in place of an encrypted value.
pub const ENCRYPTED: &str = "[encrypted]";

/// sops writes `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]`. A SealedSecret's value begins with the length of its
/// session key, 256 or 512 bytes, and is longer than that in base64; so it is known by its look, wherever it stands.
#[expect(
    clippy::expect_used,
    reason = "a fixed expression, compiled by the test below"
)]
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"ENC\[[A-Z0-9_]{2,32},[^\]\r\n]*\]|\bAg[A-D][A-Za-z0-9+/]{300,}={0,2}")
        .expect("the expression of encrypted values is valid")
});

/// The text with encrypted values replaced; borrowed if there are none.
pub fn hide(text: &str) -> Cow<'_, str> {
    // Nearly all texts have neither; the expression is slower than two searches.
    if memchr::memmem::find(text.as_bytes(), b"ENC[").is_none()
        && memchr::memmem::find(text.as_bytes(), b"Ag").is_none()
    {
        return Cow::Borrowed(text);
    }
    VALUE.replace_all(text, ENCRYPTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_values_in_files_and_patches() {
        let check = |text: &str, expected: &str| assert_eq!(hide(text), expected);
        let sealed = format!("AgB{}==", "x9+/".repeat(120));
        check(
            "+    password: ENC[AES256_GCM,data:a/b+c=,iv:d=,tag:e=,type:str]\n-x: 1\n",
            "+    password: [encrypted]\n-x: 1\n",
        );
        check(
            &format!("  encryptedData:\n    token: {sealed}\n  template: {{}}\n"),
            "  encryptedData:\n    token: [encrypted]\n  template: {}\n",
        );
        check(
            "ENC[ not closed\nAgain\nAgB short",
            "ENC[ not closed\nAgain\nAgB short",
        );
    }
}
