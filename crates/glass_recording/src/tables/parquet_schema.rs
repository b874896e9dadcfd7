//! [`TableSchema`]: a table's columns, as Arrow and as Parquet see them.

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::schema::types::SchemaDescriptor;
use std::sync::Arc;

/// A table's columns.
pub(crate) struct TableSchema {
    name: &'static str,
    arrow: SchemaRef,
    parquet: SchemaDescriptor,
    with_statistics: &'static [&'static str],
    n_required: usize,
}

impl TableSchema {
    /// Describes a table; of the columns `with_statistics` the least and greatest value of every row group are kept.
    ///
    /// # Panics
    /// When a column has a type Parquet does not know: a mistake in this crate, seen by every test.
    pub(crate) fn new(
        name: &'static str,
        columns: Vec<Field>,
        with_statistics: &'static [&'static str],
    ) -> Self {
        let arrow = Arc::new(Schema::new(columns));
        #[expect(clippy::expect_used, reason = "the schemas are constants of this crate")]
        let parquet = ArrowSchemaConverter::new()
            .convert(&arrow)
            .expect("a schema Parquet knows");
        let n_required = arrow.fields().len();
        Self {
            name,
            arrow,
            parquet,
            with_statistics,
            n_required,
        }
    }

    /// The same, with the last `n` columns added later: files without them are read as well.
    pub(crate) fn with_added(mut self, n: usize) -> Self {
        self.n_required -= n;
        self
    }

    /// How many columns every file has.
    pub(crate) fn n_required(&self) -> usize {
        self.n_required
    }

    /// The table's name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Its columns for Arrow.
    pub(crate) fn arrow(&self) -> &SchemaRef {
        &self.arrow
    }

    /// Its columns for Parquet.
    pub(crate) fn parquet(&self) -> &SchemaDescriptor {
        &self.parquet
    }

    /// Whether least and greatest values of the column are kept.
    pub(crate) fn has_statistics(&self, column: &str) -> bool {
        self.with_statistics.contains(&column)
    }
}

/// A column without nulls.
pub(crate) fn column(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

/// A column of text.
pub(crate) fn text(name: &str) -> Field {
    column(name, DataType::Utf8)
}

/// A column of times in milliseconds, UTC.
pub(crate) fn millis(name: &str) -> Field {
    column(
        name,
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    )
}

/// A column of times in nanoseconds, UTC.
pub(crate) fn nanos(name: &str) -> Field {
    column(
        name,
        DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
    )
}

/// A column of label sets: maps from text to text.
pub(crate) fn labels(name: &str) -> Field {
    let entries = Fields::from(vec![text("key"), text("value")]);
    let entries = Field::new("key_value", DataType::Struct(entries), false);
    column(name, DataType::Map(Arc::new(entries), false))
}

/// A column of lists.
pub(crate) fn list(name: &str, kind: DataType) -> Field {
    column(name, DataType::List(Arc::new(Field::new("element", kind, false))))
}
