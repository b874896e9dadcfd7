//! [`place_of`]: where a series stands between 0 and 1, for `limit_ratio`, the same in every evaluation and the same as
//! in Prometheus.

use glass_model::Labels;

/// The place of a series: XXH64 of its labels, as a share of the greatest hash. Each name and value has its length in
/// front: in one byte, or, from 255 on, in that byte and three more.
pub fn place_of(labels: &Labels) -> f64 {
    let mut bytes = Vec::new();
    for (name, value) in labels.iter().filter(|(_, value)| !value.is_empty()) {
        for text in [name, value] {
            match u8::try_from(text.len()) {
                Ok(length) if length < u8::MAX => bytes.push(length),
                _ => {
                    bytes.push(u8::MAX);
                    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes()[..3]);
                }
            }
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    xxh64(&bytes) as f64 / u64::MAX as f64
}

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// XXH64 with seed 0, after its public specification.
fn xxh64(bytes: &[u8]) -> u64 {
    let mut stripes = bytes.chunks_exact(32);
    let mut hash = if bytes.len() < 32 {
        PRIMES[4]
    } else {
        let mut lanes = [
            PRIMES[0].wrapping_add(PRIMES[1]),
            PRIMES[1],
            0,
            PRIMES[0].wrapping_neg(),
        ];
        for stripe in &mut stripes {
            for (lane, word) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
                *lane = round(*lane, word_of(word));
            }
        }
        let turns = [1, 7, 12, 18];
        let joined = lanes
            .iter()
            .zip(turns)
            .fold(0u64, |sum, (lane, turn)| sum.wrapping_add(lane.rotate_left(turn)));
        lanes.iter().fold(joined, |hash, lane| {
            (hash ^ round(0, *lane))
                .wrapping_mul(PRIMES[0])
                .wrapping_add(PRIMES[3])
        })
    };
    hash = finish(hash.wrapping_add(bytes.len() as u64), stripes.remainder());
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 32)
}

/// Mixes in what is left after the last whole stripe.
fn finish(mut hash: u64, rest: &[u8]) -> u64 {
    let mut words = rest.chunks_exact(8);
    for word in &mut words {
        hash = (hash ^ round(0, word_of(word)))
            .rotate_left(27)
            .wrapping_mul(PRIMES[0])
            .wrapping_add(PRIMES[3]);
    }
    let mut halves = words.remainder().chunks_exact(4);
    for half in &mut halves {
        hash = (hash ^ word_of(half).wrapping_mul(PRIMES[0]))
            .rotate_left(23)
            .wrapping_mul(PRIMES[1])
            .wrapping_add(PRIMES[2]);
    }
    for byte in halves.remainder() {
        hash = (hash ^ u64::from(*byte).wrapping_mul(PRIMES[4]))
            .rotate_left(11)
            .wrapping_mul(PRIMES[0]);
    }
    hash
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1]))
        .rotate_left(31)
        .wrapping_mul(PRIMES[0])
}

/// Up to eight bytes, the lowest first.
fn word_of(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_specification() {
        let check = |text: &str, expected: u64| assert_eq!(xxh64(text.as_bytes()), expected, "{text}");
        check("", 0xEF46_DB37_51D8_E999);
        check("a", 0xD24E_C4F1_A98C_6E5B);
        check("abc", 0x44BC_2CF5_AD77_0999);
        check("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1);
    }

    #[test]
    fn a_place_lies_between_0_and_1() {
        let long = "x".repeat(300);
        for value in ["a", "b", long.as_str()] {
            assert!((0.0..=1.0).contains(&place_of(&Labels::new([("l", value)]))));
        }
    }
}
