//! [`Pieces`]: in which pieces of time a long range is fetched, so that every answer keeps within its size.

/// So large an answer should be, in bytes: a few requests an hour of a large server, and little memory.
const TARGET_BYTES: f64 = 8e6;

/// What a sample takes in an answer, in bytes.
const BYTES_PER_SAMPLE: f64 = 26.0;

/// How far apart samples are where nothing is known, in milliseconds.
const USUAL_INTERVAL: f64 = 15_000.0;

/// The shortest and the longest piece, in milliseconds.
const SHORTEST: i64 = 1_000;
const LONGEST: i64 = 86_400_000;

/// The first piece where it is not known how many series there are.
const UNKNOWN: i64 = 600_000;

/// So often in a row a piece is halved: a server that is down is not asked for ever.
const MOST_FAILURES: u32 = 8;

/// A piece of time: the milliseconds after the first up to the second.
pub(super) type Piece = (i64, i64);

/// Cuts a range into pieces, each as long as those before it suggest.
#[derive(Debug)]
pub(super) struct Pieces {
    at: i64,
    end: i64,
    length: i64,
    /// No piece is longer: a longer one was too much.
    most: i64,
    /// So many pieces in a row were too much.
    n_failures: u32,
}

impl Pieces {
    /// The pieces of the milliseconds from `start` to `end`, both included, of about so many series.
    pub fn new(start: i64, end: i64, n_series: usize) -> Self {
        let per_milli = n_series as f64 * BYTES_PER_SAMPLE / USUAL_INTERVAL;
        let fitting = clamped(TARGET_BYTES / per_milli);
        Self {
            at: start.saturating_sub(1),
            end,
            length: if n_series == 0 { UNKNOWN } else { fitting },
            most: LONGEST,
            n_failures: 0,
        }
    }

    /// The next piece, if there is one.
    pub fn next(&self) -> Option<Piece> {
        (self.at < self.end).then(|| (self.at, self.at.saturating_add(self.length).min(self.end)))
    }

    /// A piece was fetched, in so many bytes.
    pub fn fetched(&mut self, piece: Piece, n_bytes: usize) {
        self.at = piece.1;
        self.n_failures = 0;
        let length = (piece.1 - piece.0) as f64;
        let fitting = length * TARGET_BYTES / (n_bytes.max(1) as f64);
        let fitting = fitting.min(self.length as f64 * 4.0);
        self.length = clamped(fitting).min(self.most);
    }

    /// A piece was too much; whether a shorter one can be tried.
    pub fn too_much(&mut self, piece: Piece) -> bool {
        let length = piece.1 - piece.0;
        self.length = length / 2;
        self.most = self.length.max(SHORTEST);
        self.n_failures += 1;
        self.length >= SHORTEST && self.n_failures <= MOST_FAILURES
    }
}

fn clamped(millis: f64) -> i64 {
    millis.clamp(SHORTEST as f64, LONGEST as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_fit() {
        let mut pieces = Pieces::new(1_000, 7_200_000, 2_000);
        let mut end = 999;
        let mut n = 0;
        while let Some(piece) = pieces.next() {
            n += 1;
            assert_eq!(piece.0, end);
            // Twice as dense as was thought, and the server gives up above ten minutes.
            if piece.1 - piece.0 > 600_000 {
                assert!(pieces.too_much(piece));
                continue;
            }
            end = piece.1;
            pieces.fetched(piece, ((piece.1 - piece.0) * 7) as usize);
        }
        assert_eq!(end, 7_200_000);
        assert!(n < 25, "{n} requests");
        let mut hopeless = Pieces::new(0, 10_000, 1);
        let mut n_tries = 0;
        while let Some(piece) = hopeless.next() {
            n_tries += 1;
            if !hopeless.too_much(piece) {
                break;
            }
        }
        assert!((3..=6).contains(&n_tries), "{n_tries}");
    }

    #[test]
    fn a_range_of_one_moment() {
        let mut pieces = Pieces::new(5, 5, 0);
        let piece = pieces.next().unwrap();
        assert_eq!(piece, (4, 5));
        pieces.fetched(piece, 10);
        assert_eq!(pieces.next(), None);
    }
}
