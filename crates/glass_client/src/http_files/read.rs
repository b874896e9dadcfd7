//! Reading one file, piece by piece.

use super::feed::{Feed, Intake, Stop};
use super::{FILES, HttpFiles, Work, written_by};
use crate::http::{FetchError, Form, Want};
use crate::log_lines::Sink;
use glass_formats::file_listing::ListedFile;
use glass_model::{Labels, TimeRange};

/// The first look at a file, in bytes: what it is, and from when.
pub(super) const LOOK_BYTES: u64 = 64 << 10;

/// A part of a file.
pub(super) struct Piece {
    pub bytes: Vec<u8>,
    /// The file's size; `None` if that was not told.
    pub total: Option<u64>,
    /// Whether this is all of the file from where it was asked.
    pub is_last: bool,
    /// Whether the server gives pieces.
    pub is_partial: bool,
}

impl HttpFiles {
    pub(super) async fn read(
        &self,
        file: &ListedFile,
        range: TimeRange,
        sink: &mut Sink<'_>,
        work: &mut Work,
    ) -> Result<(), FetchError> {
        let name = &file.name;
        let Some(head) = self.piece(name, 0, LOOK_BYTES, work).await? else {
            return Ok(());
        };
        let is_gzip = head.bytes.starts_with(&[0x1f, 0x8b]);
        let looked_at = &head.bytes[..head.bytes.len().min(1024)];
        if !is_gzip && looked_at.contains(&0) {
            work.warnings.push(format!("{name} is no text, and was left out"));
            return Ok(());
        }
        let begin = match head.total {
            Some(total) if head.is_partial && !is_gzip => {
                self.find_begin(file, &head.bytes, total, range.start, work)
                    .await?
            }
            _ => 0,
        };
        let labels = Labels::new([("filename", name.as_str())]);
        let feed = Feed::new(sink, labels, range, written_by(file), self.limits.file_bytes);
        let feed = if begin > 0 {
            feed.beginning_in_the_middle()
        } else {
            feed
        };
        let mut intake = Intake::new(feed, &head.bytes);
        let result = self.pour(name, begin, head, &mut intake, work).await;
        self.tell(name, &mut intake, work);
        result
    }

    /// Reads from `begin` on until the end, or until no more is wanted.
    async fn pour(
        &self,
        name: &str,
        begin: u64,
        head: Piece,
        intake: &mut Intake<'_, '_>,
        work: &mut Work,
    ) -> Result<(), FetchError> {
        let mut offset = begin;
        let mut next = (begin == 0).then_some(head);
        loop {
            let piece = match next.take() {
                Some(piece) => piece,
                None => match self.piece(name, offset, self.limits.piece_bytes, work).await? {
                    Some(piece) => piece,
                    None => return Ok(()),
                },
            };
            offset += piece.bytes.len() as u64;
            match intake.take(&piece.bytes) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    work.gap(format!("{name} is damaged: {error}"));
                    return Ok(());
                }
            }
            if piece.is_last || piece.bytes.is_empty() {
                return Ok(());
            }
            // Unpacking and reading took its time; others may have theirs.
            tokio::task::yield_now().await;
        }
    }

    fn tell(&self, name: &str, intake: &mut Intake<'_, '_>, work: &mut Work) {
        let is_gzip = intake.is_gzip();
        if let Err(error) = intake.finish() {
            work.gap(format!("{name} is damaged: {error}"));
        }
        let feed = intake.feed();
        if feed.stop == Some(Stop::TooLarge) {
            let unpacked = if is_gzip { " unpacked" } else { "" };
            let most = self.limits.file_bytes;
            work.gap(format!(
                "{name} is larger than {most} bytes{unpacked}, the rest was left out"
            ));
        }
        for (n, what) in [
            (feed.n_cut, "long lines were cut"),
            (
                feed.n_not_text,
                "lines that are no UTF-8 have signs in their place",
            ),
            (
                feed.n_without_time,
                "lines have no time and were given their file's",
            ),
            (
                feed.clock().n_without_zone(),
                "times name no zone and are taken as UTC",
            ),
            (
                feed.clock().n_without_year(),
                "times name no year and are taken as the latest possible",
            ),
        ] {
            if n > 0 {
                work.warnings.push(format!("{name}: {n} {what}"));
            }
        }
    }

    /// At most `n_bytes` from `offset` on; `None` behind the end.
    pub(super) async fn piece(
        &self,
        name: &str,
        offset: u64,
        n_bytes: u64,
        work: &mut Work,
    ) -> Result<Option<Piece>, FetchError> {
        let last = offset.saturating_add(n_bytes.max(1) - 1);
        let want = Want {
            form: Form::Any,
            max_bytes: self.limits.whole_bytes,
            ..self.want.clone()
        };
        // Pieces of something compressed on the way would not fit together.
        let want = want
            .header("range", format!("bytes={offset}-{last}"))
            .header("accept-encoding", "identity");
        work.n_requests += 1;
        let fetched = match self.door.get(FILES, &[name], &[], &want).await {
            Err(FetchError::Status { status: 416, .. }) => return Ok(None),
            fetched => fetched?,
        };
        work.heed(&fetched);
        if fetched.status != 206 {
            // The whole file, whatever was asked for.
            let total = fetched.body.len() as u64;
            let skipped = usize::try_from(offset)
                .unwrap_or(usize::MAX)
                .min(fetched.body.len());
            let mut bytes = fetched.body;
            bytes.drain(..skipped);
            return Ok(Some(Piece {
                bytes,
                total: Some(total),
                is_last: true,
                is_partial: false,
            }));
        }
        let stated = fetched.header("content-range").and_then(content_range);
        let (begin, total) = stated.unwrap_or((offset, None));
        if begin != offset {
            return Err(FetchError::Unreadable {
                host: self.door.host(),
                reason: format!("a piece from byte {begin} on, where {offset} was asked for"),
            });
        }
        let end = offset + fetched.body.len() as u64;
        Ok(Some(Piece {
            is_last: total.map_or((fetched.body.len() as u64) < n_bytes, |total| end >= total),
            bytes: fetched.body,
            total,
            is_partial: true,
        }))
    }
}

/// Where a piece begins, and the whole size: `bytes 0-1023/146515`, or `*` for the size.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (begin, _) = range.split_once('-')?;
    Some((begin.trim().parse().ok()?, total.trim().parse().ok()))
}
