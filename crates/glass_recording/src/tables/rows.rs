//! [`Row`]: tables that are read as a whole, and the ways between their rows and Arrow's columns.

use super::parquet_reader::TableFile;
use super::parquet_schema::TableSchema;
use super::parquet_writer::{Effort, TableWriter, WrittenTable};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::builder::{MapBuilder, MapFieldNames, StringBuilder};
use arrow_array::types::{ArrowPrimitiveType, TimestampMillisecondType, TimestampNanosecondType};
use arrow_array::{
    Array, ArrayRef, MapArray, PrimitiveArray, RecordBatch, StringArray, StructArray,
    TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field};
use glass_model::Labels;
use std::io::Write;
use std::sync::Arc;

/// Rows of a group at most, and their bytes.
const GROUP_ROWS: usize = 16_384;
const GROUP_BYTES: usize = 8 << 20;

/// What a table that is read as a whole may have at most. A recording of a thousand clusters is below it.
const MAX_ROWS: usize = 4 << 20;
const MAX_PLAIN_BYTES: u64 = 256 << 20;

/// The most texts of all rows of a table, labels' names and values: a million series of twelve labels.
const MAX_TEXTS: usize = 24 << 20;

/// What is wrong with a row group.
pub(crate) type Trouble = String;

/// A row of a table that is read as a whole.
pub(crate) trait Row: Sized {
    /// The table's columns.
    fn schema() -> &'static TableSchema;

    /// About how many bytes it takes.
    fn n_bytes(&self) -> usize;

    /// Columns of many rows, in the order of the schema.
    fn to_columns(rows: &[Self]) -> Vec<ArrayRef>;

    /// Rows of all columns.
    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble>;
}

/// Writes all rows.
pub(crate) fn write_rows<R: Row, W: Write + Send>(
    rows: &[R],
    sink: W,
    effort: Effort,
) -> Result<WrittenTable, RecordingError> {
    let mut writer = TableWriter::create(sink, R::schema(), effort)?;
    let mut rest = rows;
    while !rest.is_empty() {
        let mut n_bytes = 0;
        let fits = rest.iter().take(GROUP_ROWS).take_while(|row| {
            n_bytes += row.n_bytes();
            n_bytes <= GROUP_BYTES
        });
        let (group, after) = rest.split_at(fits.count().max(1));
        writer.write_groups(&[to_batch(R::schema(), R::to_columns(group))?])?;
        rest = after;
    }
    writer.finish()
}

/// Puts columns together.
pub(crate) fn to_batch(schema: &TableSchema, columns: Vec<ArrayRef>) -> Result<RecordBatch, RecordingError> {
    RecordBatch::try_new(schema.arrow().clone(), columns)
        .map_err(|error| RecordingError::rejected(format!("{}.parquet", schema.name()), error))
}

/// Reads all rows.
///
/// # Errors
/// When the member is damaged or larger than such a table may be.
pub(crate) fn read_rows<R: Row>(member: &Member) -> Result<Vec<R>, RecordingError> {
    let file = TableFile::open(member, R::schema())?;
    let n_rows: usize = (0..file.n_groups()).map(|group| file.n_rows(group)).sum();
    if n_rows > MAX_ROWS || file.n_plain_bytes() > MAX_PLAIN_BYTES {
        return Err(RecordingError::too_large(
            member.place(),
            format!("{n_rows} rows of {} bytes in all", file.n_plain_bytes()),
        ));
    }
    let roots: Vec<usize> = (0..file.n_columns()).collect();
    let mut rows = Vec::with_capacity(n_rows);
    let mut n_texts = 0;
    for group in 0..file.n_groups() {
        let batch = file.read(group, &roots)?;
        let columns = Columns(&batch);
        n_texts += columns.n_texts();
        if n_texts > MAX_TEXTS {
            return Err(RecordingError::too_large(
                member.place(),
                "more labels than a table may have",
            ));
        }
        let read = R::from_columns(&columns);
        rows.append(&mut read.map_err(|trouble| file.damaged(format!("row group {group}: {trouble}")))?);
    }
    Ok(rows)
}

/// The columns of a row group, by position.
pub(crate) struct Columns<'a>(pub(crate) &'a RecordBatch);

impl<'a> Columns<'a> {
    /// A column of Arrow type `A`.
    pub(crate) fn of<A: Array + 'static>(&self, at: usize) -> Result<&'a A, Trouble> {
        let column = self
            .0
            .columns()
            .get(at)
            .and_then(|column| column.as_any().downcast_ref());
        column.ok_or_else(|| format!("column {at} has another type than its table says"))
    }

    /// A column of numbers.
    pub(crate) fn numbers<T: ArrowPrimitiveType>(&self, at: usize) -> Result<&'a [T::Native], Trouble> {
        Ok(self.of::<PrimitiveArray<T>>(at)?.values())
    }

    /// A column of times in milliseconds.
    pub(crate) fn millis(&self, at: usize) -> Result<&'a [i64], Trouble> {
        self.numbers::<TimestampMillisecondType>(at)
    }

    /// A column of times in nanoseconds.
    pub(crate) fn nanos(&self, at: usize) -> Result<&'a [i64], Trouble> {
        self.numbers::<TimestampNanosecondType>(at)
    }

    /// A column of times in nanoseconds, some of which may not be known.
    pub(crate) fn some_nanos(&self, at: usize) -> Result<Vec<Option<i64>>, Trouble> {
        Ok(self.of::<TimestampNanosecondArray>(at)?.iter().collect())
    }

    /// A column of texts.
    pub(crate) fn texts(&self, at: usize) -> Result<&'a StringArray, Trouble> {
        self.of::<StringArray>(at)
    }

    /// A column of label sets.
    pub(crate) fn labels(&self, at: usize) -> Result<Vec<Labels>, Trouble> {
        let sets = self.label_sets(at)?;
        // Most entries have no metadata.
        let empty = Labels::empty();
        let set = |row| read_label_set(sets, row).unwrap_or_else(|| empty.clone());
        Ok((0..sets.len()).map(set).collect())
    }

    /// A column of label sets, for [`read_label_set`].
    pub(crate) fn label_sets(&self, at: usize) -> Result<&'a MapArray, Trouble> {
        let sets: &MapArray = self.of(at)?;
        match names_and_values(sets) {
            Some(_) => Ok(sets),
            None => Err("labels of another type than text".into()),
        }
    }

    /// Whether there is such a column: one that was added later may be missing.
    pub(crate) fn has(&self, at: usize) -> bool {
        at < self.0.num_columns()
    }

    fn n_texts(&self) -> usize {
        let maps = self
            .0
            .columns()
            .iter()
            .filter_map(|column| column.as_any().downcast_ref::<MapArray>());
        maps.map(|map| 2 * map.entries().len()).sum()
    }
}

fn names_and_values(sets: &MapArray) -> Option<(&StringArray, &StringArray)> {
    let entries: &StructArray = sets.entries();
    let texts = |at: usize| entries.columns().get(at)?.as_any().downcast_ref::<StringArray>();
    texts(0).zip(texts(1))
}

/// The labels of one row; `None` if there are none, or no such row.
pub(crate) fn read_label_set(sets: &MapArray, row: usize) -> Option<Labels> {
    let (names, values) = names_and_values(sets)?;
    let offsets = sets.value_offsets();
    let (start, end) = (*offsets.get(row)? as usize, *offsets.get(row + 1)? as usize);
    (start < end).then(|| Labels::new((start..end).map(|at| (names.value(at), values.value(at)))))
}

/// A column of label sets.
pub(crate) fn labels_column<'a>(sets: impl IntoIterator<Item = &'a Labels>) -> ArrayRef {
    let names = MapFieldNames {
        entry: "key_value".into(),
        key: "key".into(),
        value: "value".into(),
    };
    let mut builder = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())
        .with_values_field(Field::new("value", DataType::Utf8, false));
    for set in sets {
        for (name, value) in set.iter() {
            builder.keys().append_value(name);
            builder.values().append_value(value);
        }
        // It fails only if names and values differ in number.
        let _ = builder.append(true);
    }
    Arc::new(builder.finish())
}

/// A column of texts.
pub(crate) fn texts_column<'a>(texts: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts))
}

/// A column of numbers.
pub(crate) fn numbers_column<T: ArrowPrimitiveType>(
    numbers: impl IntoIterator<Item = T::Native>,
) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_iter_values(numbers))
}

/// A column of times in milliseconds.
pub(crate) fn millis_column(times: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC"))
}

/// A column of times in nanoseconds.
pub(crate) fn nanos_column(times: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampNanosecondArray::from_iter_values(times).with_timezone("UTC"))
}

/// A column of times in nanoseconds, some of which are not known.
pub(crate) fn some_nanos_column(times: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(
        times
            .into_iter()
            .collect::<TimestampNanosecondArray>()
            .with_timezone("UTC"),
    )
}

/// About how many bytes a label set takes.
pub(crate) fn labels_bytes(labels: &Labels) -> usize {
    labels
        .iter()
        .map(|(name, value)| name.len() + value.len() + 8)
        .sum()
}
