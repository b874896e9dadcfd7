//! Walks Thrift's compact encoding without building anything: proves that lengths and nesting are sane before a
//! footer is handed to the Parquet library, and reads the few fields of page headers that bound memory.
//!
//! The encoding is that of `thrift-compact-protocol.md`, the fields those of `parquet.thrift`.

/// Structures nest five deep in Parquet's footer.
const MAX_DEPTH: u32 = 16;

/// The longest list: no file here has more row groups or schema elements.
const MAX_LIST: u64 = 1 << 16;

/// What is wrong with the bytes.
pub(super) type Trouble = &'static str;

const CUT_SHORT: Trouble = "its description is cut short";

/// A position in encoded bytes.
pub(super) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a page's header says of its size and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// 0 data, 1 index, 2 dictionary, 3 data of version 2.
    pub(super) kind: i64,
    /// Bytes after decompression.
    pub(super) n_plain_bytes: i64,
    /// Bytes as they stand in the file.
    pub(super) n_stored_bytes: i64,
    /// Values, with nulls.
    pub(super) n_values: i64,
    /// By which encoding.
    pub(super) encoding: i64,
}

impl<'a> Walker<'a> {
    /// Starts at the first of `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were walked over.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Walks over one structure.
    ///
    /// # Errors
    /// When it is cut short, nests too deep or claims more than there are bytes for.
    pub(super) fn skip_struct(&mut self) -> Result<(), Trouble> {
        self.skip_fields(0)
    }

    /// Reads a page's header.
    ///
    /// # Errors
    /// As for [`Walker::skip_struct`].
    pub(super) fn page_header(&mut self) -> Result<PageHeader, Trouble> {
        let mut header = PageHeader::default();
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            match (id, kind) {
                (1, 4..=6) => header.kind = self.zigzag()?,
                (2, 4..=6) => header.n_plain_bytes = self.zigzag()?,
                (3, 4..=6) => header.n_stored_bytes = self.zigzag()?,
                (5, 12) => self.data_header(&mut header, 2)?,
                (8, 12) => self.data_header(&mut header, 4)?,
                _ => self.skip_value(kind, 1)?,
            }
        }
        Ok(header)
    }

    fn data_header(&mut self, header: &mut PageHeader, encoding_id: i64) -> Result<(), Trouble> {
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            match (id, kind) {
                (1, 4..=6) => header.n_values = self.zigzag()?,
                (id, 4..=6) if id == encoding_id => header.encoding = self.zigzag()?,
                _ => self.skip_value(kind, 2)?,
            }
        }
        Ok(())
    }

    /// The type of the next field, and its id into `id`; `None` after the last.
    fn field(&mut self, id: &mut i64) -> Result<Option<u8>, Trouble> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        *id = match byte >> 4 {
            0 => self.zigzag()?,
            delta => id.saturating_add(i64::from(delta)),
        };
        Ok(Some(byte & 0x0f))
    }

    fn skip_fields(&mut self, depth: u32) -> Result<(), Trouble> {
        if depth > MAX_DEPTH {
            return Err("its description nests too deep");
        }
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            self.skip_value(kind, depth)?;
        }
        Ok(())
    }

    fn skip_value(&mut self, kind: u8, depth: u32) -> Result<(), Trouble> {
        match kind {
            // As a field, a truth value is in the type itself.
            1 | 2 => Ok(()),
            3 => self.advance(1),
            4..=6 => self.varint().map(drop),
            7 => self.advance(8),
            8 => {
                let len = self.varint()?;
                self.advance(len)
            }
            9 | 10 => self.skip_list(depth + 1),
            12 => self.skip_fields(depth + 1),
            _ => Err("its description has a field of no known type"),
        }
    }

    fn skip_list(&mut self, depth: u32) -> Result<(), Trouble> {
        let head = self.byte()?;
        let len = match head >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        // Every element takes at least one byte.
        if len > MAX_LIST || len > (self.bytes.len() - self.at) as u64 || depth > MAX_DEPTH {
            return Err("its description claims a list that is too long");
        }
        for _ in 0..len {
            match head & 0x0f {
                1 | 2 => self.advance(1)?,
                kind => self.skip_value(kind, depth)?,
            }
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Trouble> {
        let byte = *self.bytes.get(self.at).ok_or(CUT_SHORT)?;
        self.at += 1;
        Ok(byte)
    }

    fn advance(&mut self, n_bytes: u64) -> Result<(), Trouble> {
        let left = (self.bytes.len() - self.at) as u64;
        if n_bytes > left {
            return Err(CUT_SHORT);
        }
        self.at += n_bytes as usize;
        Ok(())
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Trouble> {
        let start = self.at;
        self.advance(n as u64)?;
        self.bytes.get(start..self.at).ok_or(CUT_SHORT)
    }

    /// A number without a sign.
    ///
    /// # Errors
    /// When it is cut short or too long.
    pub(super) fn varint(&mut self) -> Result<u64, Trouble> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("its description has a number that is too long")
    }

    /// A number with a sign.
    ///
    /// # Errors
    /// As for [`Walker::varint`].
    pub(super) fn zigzag(&mut self) -> Result<i64, Trouble> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_header_is_read() {
        // type 0, 300 plain bytes, 20 stored, data header of 7 values by encoding 5.
        let bytes = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x2c, 0x15, 0x0e, 0x15, 0x0a, 0x00, 0x00, 0xff,
        ];
        let mut walker = Walker::new(&bytes);
        let expected = PageHeader {
            kind: 0,
            n_plain_bytes: 300,
            n_stored_bytes: 20,
            n_values: 7,
            encoding: 5,
        };
        assert_eq!(walker.page_header(), Ok(expected));
        assert_eq!(walker.position(), bytes.len() - 1);
    }

    #[test]
    fn claims_beyond_the_bytes_are_refused() {
        let check = |bytes: &[u8]| assert!(Walker::new(bytes).skip_struct().is_err(), "{bytes:?}");
        check(&[]);
        check(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        check(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        check(&[0x1c; 40]);
        check(&[0x15, 0x80, 0x80]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Walker::new(&bytes).skip_struct();
            let _ = Walker::new(&bytes).page_header();
        }
    }
}
