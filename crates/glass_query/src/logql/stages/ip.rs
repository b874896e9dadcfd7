//! [`IpSet`]: addresses, ranges and networks, and finding them in texts.

use std::net::IpAddr;

/// Addresses from one to another, both included, of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpSet {
    first: IpAddr,
    last: IpAddr,
    /// As it was written.
    text: Box<str>,
}

impl IpSet {
    /// Reads `192.0.2.0`, `192.168.0.1-192.189.10.12` or `2001:db8::/32`.
    ///
    /// # Errors
    /// That it is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("ip: invalid pattern {text:?}");
        let address = |part: &str| part.trim().parse::<IpAddr>().map_err(|_| invalid());
        let (first, last) = if let Some((network, bits)) = text.split_once('/') {
            let bits: u32 = bits.trim().parse().map_err(|_| invalid())?;
            network_bounds(address(network)?, bits).ok_or_else(invalid)?
        } else if let Some((first, last)) = text.split_once('-') {
            (address(first)?, address(last)?)
        } else {
            (address(text)?, address(text)?)
        };
        if first.is_ipv4() != last.is_ipv4() || first > last {
            return Err(invalid());
        }
        Ok(Self {
            first,
            last,
            text: text.into(),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `text` is one of the addresses.
    pub fn has(&self, text: &str) -> bool {
        text.trim().parse().is_ok_and(|address| self.has_address(address))
    }

    fn has_address(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }

    /// Whether one of the addresses stands anywhere in `line`.
    pub fn is_in(&self, line: &str) -> bool {
        let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
        let words = line
            .split(|c| !is_part(c))
            .filter(|word| word.len() >= 3 && word.len() < 64);
        words.filter(|word| word.contains(['.', ':'])).any(|word| {
            let word = word.trim_end_matches(['.']);
            // A port may follow an address: `10.0.0.1:8080`.
            let host = word.split(':').next().unwrap_or(word);
            let candidates = [word, word.trim_matches(':'), host];
            candidates.iter().any(|part| self.has(part))
        })
    }
}

fn network_bounds(address: IpAddr, bits: u32) -> Option<(IpAddr, IpAddr)> {
    match address {
        IpAddr::V4(address) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            let first = u32::from(address) & mask;
            Some((IpAddr::V4(first.into()), IpAddr::V4((first | !mask).into())))
        }
        IpAddr::V6(address) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            let first = u128::from(address) & mask;
            Some((IpAddr::V6(first.into()), IpAddr::V6((first | !mask).into())))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_lines() {
        let check = |set: &str, line: &str, expected: bool| {
            assert_eq!(
                IpSet::parse(set).unwrap().is_in(line),
                expected,
                "{set} in {line}"
            );
        };
        check("3.180.71.3", "3.180.71.3 - - GET", true);
        check("3.180.71.3", "93.180.71.3 - - GET", false);
        check("192.168.4.5/16", "from=192.168.200.1:8080 to", true);
        check("192.168.4.5-192.168.4.20", "(192.168.4.21)", false);
        check("2001:db8::/32", "addr=[2001:db8::8]:443", true);
        check("::1", "peer ::1", true);
        assert!(IpSet::parse("10.0.0.0/33").is_err() && IpSet::parse("9.9.9.9-1.1.1.1").is_err());
    }
}
