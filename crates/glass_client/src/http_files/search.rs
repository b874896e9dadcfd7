//! Finding where the wanted time begins in a large file, by looking into it here and there.

use super::feed::DISORDER;
use super::read::LOOK_BYTES;
use super::{HttpFiles, Work, written_by};
use crate::http::FetchError;
use glass_formats::LineClock;
use glass_formats::file_listing::ListedFile;
use glass_model::Timestamp;

impl HttpFiles {
    /// A byte before which nothing is as late as `start`; 0 if the file is small, or its times do not help.
    pub(super) async fn find_begin(
        &self,
        file: &ListedFile,
        head: &[u8],
        total: u64,
        start: Timestamp,
        work: &mut Work,
    ) -> Result<u64, FetchError> {
        // Each look costs a request, as a piece does.
        let close = self.limits.piece_bytes.max(LOOK_BYTES);
        let early = start.plus_nanos(-DISORDER);
        let is_early = |bytes: &[u8]| first_time(bytes, written_by(file)).map(|at| at < early);
        if total <= close.saturating_mul(2) || is_early(head) != Some(true) {
            return Ok(0);
        }
        let (mut low, mut high) = (0, total);
        while high - low > close {
            let middle = low + (high - low) / 2;
            let Some(piece) = self.piece(&file.name, middle, LOOK_BYTES, work).await? else {
                high = middle;
                continue;
            };
            let behind_line = piece.bytes.iter().position(|byte| *byte == b'\n');
            let lines = behind_line.map_or(&[][..], |end| &piece.bytes[end..]);
            match is_early(lines) {
                Some(true) => low = middle,
                Some(false) => high = middle,
                // No time there: what is known is enough.
                None => break,
            }
        }
        Ok(low)
    }
}

/// The first time that any of the lines names.
fn first_time(bytes: &[u8], reference: Timestamp) -> Option<Timestamp> {
    let mut clock = LineClock::new(reference);
    let text = String::from_utf8_lossy(bytes);
    text.lines().find_map(|line| clock.time_of(line))
}
