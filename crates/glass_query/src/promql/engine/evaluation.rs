//! [`Evaluation`]: one query being evaluated. Every node of the tree is evaluated once for all steps, and hands its
//! series on one by one, so that only what must be kept is held.

use super::notes::Notes;
use super::{Engine, invariant, statistics};
use crate::promql::ast::{Expr, ExprKind, VectorSelector};
use crate::steps::{Grid, StepSeries};
use glass_model::{Completeness, Provenance, QueryError};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashSet;

/// Takes the series of a result, one by one.
pub(super) type Sink<'s> = dyn FnMut(StepSeries) -> Result<(), QueryError> + 's;

/// A query being evaluated.
pub(super) struct Evaluation<'a> {
    pub engine: &'a Engine<'a>,
    /// The steps of the whole query, for `start()` and `end()`.
    pub query: Grid,
    /// The end that was asked for: the last step may lie before it.
    pub end_millis: i64,
    notes: RefCell<Notes>,
    provenance: RefCell<Option<Provenance>>,
    n_samples: Cell<u64>,
    n_held: Cell<usize>,
    invariant: HashSet<usize>,
    of_statistics: HashSet<usize>,
}

impl<'a> Evaluation<'a> {
    pub fn new(engine: &'a Engine<'a>, expr: &Expr, query: Grid, end_millis: i64) -> Self {
        Self {
            engine,
            query,
            end_millis,
            notes: RefCell::default(),
            provenance: RefCell::default(),
            n_samples: Cell::new(0),
            n_held: Cell::new(0),
            invariant: invariant::find(expr),
            of_statistics: statistics::find(expr),
        }
    }

    /// Whether resets of a selector's histograms are to be found while reading.
    pub fn finds_resets(&self, selector: &VectorSelector) -> bool {
        statistics::contains(&self.of_statistics, selector)
    }

    /// Where notes are taken; never held across an evaluation.
    pub fn notes(&self) -> RefMut<'_, Notes> {
        self.notes.borrow_mut()
    }

    pub fn n_samples(&self) -> u64 {
        self.n_samples.get()
    }

    pub fn take_provenance(&self) -> Option<Provenance> {
        self.provenance.borrow_mut().take()
    }

    /// Evaluates one node; most call [`Evaluation::each`], which looks after names.
    pub fn each_of_node(&self, expr: &Expr, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        if grid.n_steps == 0 {
            return Ok(());
        }
        if grid.n_steps > 1 && invariant::contains(&self.invariant, expr) {
            return self.each_of_node(expr, Grid::instant(grid.start_millis), &mut |mut series| {
                series.column = series.column.repeated(grid.n_steps);
                sink(series)
            });
        }
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Plus(inner) => self.each_marked(inner, grid, sink),
            ExprKind::Negate(inner) => self.negate(inner, grid, sink),
            ExprKind::Binary(binary) => self.binary(expr, binary, grid, sink),
            ExprKind::Aggregate(aggregate) => self.aggregate(expr, aggregate, grid, sink),
            ExprKind::Call(call) => self.call(expr, call, grid, sink),
            ExprKind::Vector(selector) => self.select(selector, grid, false, sink),
            ExprKind::Number(_)
            | ExprKind::Seconds(_)
            | ExprKind::Text(_)
            | ExprKind::Matrix(_)
            | ExprKind::Subquery(_) => Err(QueryError::Execution(format!(
                "a {} cannot stand where an instant vector is expected",
                expr.value_type().name()
            ))),
        }
    }

    /// Evaluates an expression that yields a vector, and holds the result; give back what it holds with
    /// [`Evaluation::release`].
    pub fn collect(&self, expr: &Expr, grid: Grid) -> Result<Vec<StepSeries>, QueryError> {
        let mut all = Vec::new();
        self.each(expr, grid, &mut |series| {
            self.hold(grid.n_steps)?;
            all.push(series);
            Ok(())
        })?;
        Ok(all)
    }

    /// Hands on series that were held, and no longer holds what they and others took.
    pub fn hand_on(
        &self,
        series: Vec<StepSeries>,
        n_held: usize,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        for one in series {
            sink(one)?;
        }
        self.release(n_held);
        Ok(())
    }

    /// Counts values that are kept in memory.
    ///
    /// # Errors
    /// When there are too many, or the evaluation is to end.
    pub fn hold(&self, n_values: usize) -> Result<(), QueryError> {
        self.n_held.set(self.n_held.get().saturating_add(n_values));
        if self.n_held.get() > self.engine.limits.max_samples {
            return Err(QueryError::Execution(
                "query processing would load too many samples into memory in query execution".into(),
            ));
        }
        Ok(())
    }

    /// The opposite of [`Evaluation::hold`].
    pub fn release(&self, n_values: usize) {
        self.n_held.set(self.n_held.get().saturating_sub(n_values));
    }

    /// Counts samples that were read.
    pub fn count_samples(&self, n_samples: usize) {
        self.n_samples.set(self.n_samples.get() + n_samples as u64);
    }

    /// Adds where samples come from.
    pub fn add_provenance(&self, more: Provenance) {
        let mut known = self.provenance.borrow_mut();
        let Some(all) = &mut *known else {
            *known = Some(more);
            return;
        };
        if all.source != more.source && !all.source.split(", ").any(|source| source == more.source) {
            all.source = format!("{}, {}", all.source, more.source);
        }
        all.asked_at = all.asked_at.max(more.asked_at);
        all.covers = all.covers.union(more.covers);
        if all.completeness == Completeness::Complete {
            all.completeness = more.completeness;
        }
        for warning in more.warnings {
            if !all.warnings.contains(&warning) {
                all.warnings.push(warning);
            }
        }
    }

    fn negate(&self, inner: &Expr, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        self.each_marked(inner, grid, &mut |mut series| {
            series.drops_name = true;
            series.column.map_floats(|float| -float);
            super::histograms::negate(&mut series.column);
            sink(series)
        })
    }
}
