//! The clipboard by OSC 52: the terminal is asked to take a text, also from far away over ssh.

/// The longest text that is sent. Terminals drop longer sequences whole, some from 75,000 bytes of base64 on.
const MAX_BYTES: usize = 54_000;

/// The sequence that puts a text on the clipboard; a text too long is cut between characters.
pub(crate) fn osc_52(text: &str) -> String {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("\x1b]52;c;{}\x07", base64(&text.as_bytes()[..end]))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4u32 {
            let is_padding = i as usize > group.len();
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if is_padding { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
        check("größer", "Z3LDtsOfZXI=");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let sequence = osc_52(&"ß".repeat(MAX_BYTES));
        assert!(sequence.len() < 74_994);
        assert!(sequence.starts_with("\x1b]52;c;") && sequence.ends_with('\x07'));
    }
}
