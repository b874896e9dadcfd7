//! Metric queries: aggregations, functions, binary operators.

use super::token::Kind;
use super::{ParseError, Parser};
use crate::aggregate::Grouping;
use crate::binary::{BinaryOp, Cardinality, VectorMatching, scalars};
use crate::logql::ast::{
    BinaryExpr, Conversion, LabelReplace, LogQuery, MetricExpr, Query, RangeAggregation, RangeOp, Unwrap,
    VectorAggregation, VectorOp,
};
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Result<Query, ParseError> {
        self.binary(1)
    }

    /// Everything that binds at least as strongly as `weakest`.
    fn binary(&mut self, weakest: u8) -> Result<Query, ParseError> {
        let start = self.start();
        let mut left = self.unary()?;
        while let Some(op) = self.binary_op() {
            if op.precedence() < weakest {
                break;
            }
            let left_at = start..self.end();
            self.advance();
            let returns_bool = self.take_word("bool");
            let matching = self.matching(op)?;
            let right_start = self.start();
            // Only the power binds to the right.
            let next = op.precedence() + u8::from(op != BinaryOp::Pow);
            let right = self.deeper(|parser| parser.binary(next))?;
            let left_side = self.number_side(left, "left", op, left_at)?;
            let right_side = self.number_side(right, "right", op, right_start..self.end())?;
            left = Query::Metric(combined(op, returns_bool, matching, left_side, right_side));
        }
        Ok(left)
    }

    fn binary_op(&self) -> Option<BinaryOp> {
        let text = match self.peek() {
            Kind::Symbol(symbol) => symbol,
            Kind::Ident => self.word()?,
            _ => return None,
        };
        let mut all = BinaryOp::ALL.into_iter();
        all.find(|op| {
            op.text() == text && !matches!(op, BinaryOp::Atan2 | BinaryOp::TrimUpper | BinaryOp::TrimLower)
        })
    }

    fn number_side(
        &self,
        side: Query,
        name: &str,
        op: BinaryOp,
        at: Range<usize>,
    ) -> Result<MetricExpr, ParseError> {
        match side {
            Query::Log(_) => {
                let text = op.text();
                let kind = "*syntax.MatchersExpr";
                let message = format!("unexpected type for {name} leg of binary operation ({text}): {kind}");
                Err(ParseError::meaning(at, message))
            }
            Query::Metric(MetricExpr::Number(number)) if op.is_set() => {
                let text = op.text();
                let message = format!(
                    "unexpected literal for {name} leg of logical/set binary operation ({text}): {number:.6}"
                );
                Err(ParseError::meaning(at, message))
            }
            Query::Metric(expr) => Ok(expr),
        }
    }

    fn matching(&mut self, op: BinaryOp) -> Result<VectorMatching, ParseError> {
        let mut matching = VectorMatching {
            is_on: false,
            labels: Vec::new(),
            cardinality: match op.is_set() {
                true => Cardinality::ManyToMany,
                false => Cardinality::OneToOne,
            },
            fill_left: None,
            fill_right: None,
        };
        let is_on = self.word() == Some("on");
        if !is_on && self.word() != Some("ignoring") {
            return Ok(matching);
        }
        self.advance();
        matching.is_on = is_on;
        matching.labels = self.names()?;
        let is_left = self.word() == Some("group_left");
        if !op.is_set() && (is_left || self.word() == Some("group_right")) {
            self.advance();
            let labels = match self.is_symbol("(") && self.looks_like_names() {
                true => self.names()?,
                false => Vec::new(),
            };
            matching.cardinality = match is_left {
                true => Cardinality::ManyToOne(labels),
                false => Cardinality::OneToMany(labels),
            };
        }
        Ok(matching)
    }

    /// Whether the parentheses that come hold names alone, and not an expression.
    fn looks_like_names(&self) -> bool {
        let rest = self.tokens[self.next + 1..].iter();
        let inside = rest.take_while(|token| token.kind != Kind::Symbol(")"));
        let mut n = 0;
        inside
            .inspect(|_| n += 1)
            .all(|token| matches!(token.kind, Kind::Ident | Kind::Symbol(",")))
    }

    /// `(label, other)`
    fn names(&mut self) -> Result<Vec<String>, ParseError> {
        self.expect_symbol("(")?;
        let mut names = Vec::new();
        while !self.take_symbol(")") {
            if !names.is_empty() {
                if !self.take_symbol(",") {
                    return Err(self.unexpected(&[",", ")"]));
                }
                if self.take_symbol(")") {
                    break;
                }
            }
            names.push(self.expect_word()?.to_owned());
        }
        Ok(names)
    }

    fn unary(&mut self) -> Result<Query, ParseError> {
        let is_minus = self.is_symbol("-");
        if !is_minus && !self.is_symbol("+") {
            return self.primary();
        }
        self.advance();
        match *self.peek() {
            Kind::Number(number) => {
                self.advance();
                let number = if is_minus { -number } else { number };
                Ok(Query::Metric(MetricExpr::Number(number)))
            }
            _ => Err(self.unexpected(&["NUMBER"])),
        }
    }

    fn primary(&mut self) -> Result<Query, ParseError> {
        match *self.peek() {
            Kind::Number(number) => {
                self.advance();
                Ok(Query::Metric(MetricExpr::Number(number)))
            }
            Kind::Symbol("{") => self.log_query().map(Query::Log),
            Kind::Symbol("(") => self.parenthesized(),
            Kind::Ident => self.call().map(Query::Metric),
            _ => Err(self.unexpected(&[])),
        }
    }

    /// A log query in parentheses may go on with further stages.
    fn parenthesized(&mut self) -> Result<Query, ParseError> {
        let start = self.start();
        self.advance();
        let inner = self.deeper(|parser| parser.binary(1))?;
        self.expect_symbol(")")?;
        let Query::Log(log) = inner else {
            return Ok(inner);
        };
        let mut stages = log.stages.to_vec();
        while let Some(stage) = self.stage()? {
            stages.push(stage);
        }
        Ok(Query::Log(LogQuery {
            streams: log.streams,
            stages: stages.into(),
            at: start..self.end(),
        }))
    }

    fn call(&mut self) -> Result<MetricExpr, ParseError> {
        let word = self.word().unwrap_or("");
        if let Some((_, op)) = RangeOp::ALL.iter().find(|(name, _)| *name == word) {
            return self.range_aggregation(*op);
        }
        if let Some((_, op)) = VectorOp::ALL.iter().find(|(name, _)| *name == word) {
            return self.vector_aggregation(*op);
        }
        match word {
            "label_replace" => self.deeper(Self::label_replace),
            "vector" => {
                self.advance();
                self.expect_symbol("(")?;
                let value = self.signed_number()?;
                self.expect_symbol(")")?;
                Ok(MetricExpr::Vector(value))
            }
            _ => Err(self.unexpected(&[])),
        }
    }

    fn signed_number(&mut self) -> Result<f64, ParseError> {
        match self.unary()? {
            Query::Metric(MetricExpr::Number(number)) => Ok(number),
            _ => Err(self.unexpected(&["NUMBER"])),
        }
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, ParseError> {
        let is_without = self.word() == Some("without");
        if !is_without && self.word() != Some("by") {
            return Ok(None);
        }
        self.advance();
        let labels = self.names()?;
        Ok(Some(match is_without {
            true => Grouping::Without(labels),
            false => Grouping::By(labels),
        }))
    }

    fn range_aggregation(&mut self, op: RangeOp) -> Result<MetricExpr, ParseError> {
        let start = self.start();
        self.advance();
        let before = self.grouping()?;
        self.expect_symbol("(")?;
        let mut parameter = None;
        if matches!(self.peek(), Kind::Number(_)) || self.is_symbol("-") || self.is_symbol("+") {
            parameter = Some(self.signed_number()?);
            self.expect_symbol(",")?;
        }
        let (log, unwrap, range_nanos, offset_nanos) = self.deeper(Self::log_range)?;
        self.expect_symbol(")")?;
        let grouping = match before {
            Some(grouping) => Some(grouping),
            None => self.grouping()?,
        };
        let aggregation = RangeAggregation {
            op,
            parameter,
            log,
            unwrap,
            range_nanos,
            offset_nanos,
            grouping,
        };
        match problem_of(&aggregation) {
            Some(message) => Err(ParseError::meaning(start..self.end(), message)),
            None => Ok(MetricExpr::Range(Box::new(aggregation))),
        }
    }

    /// `{…} | stages | unwrap label [5m] offset 1m`; the window may stand before the stages.
    fn log_range(&mut self) -> Result<(LogQuery, Option<Unwrap>, i64, i64), ParseError> {
        let start = self.start();
        let n_open = self.open_parentheses();
        let streams = self.selector()?;
        let mut stages = Vec::new();
        let (mut n_closed, mut unwrap, mut window) = (0, None, None);
        loop {
            if let Kind::Range(range) = *self.peek() {
                if window.is_some() {
                    return Err(self.unexpected(&[]));
                }
                self.advance();
                window = Some((range, self.offset()?));
            } else if n_closed < n_open && self.take_symbol(")") {
                n_closed += 1;
            } else if unwrap.is_none() && self.is_unwrap() {
                unwrap = Some(self.unwrap()?);
            } else {
                match self.stage()? {
                    Some(stage) if unwrap.is_none() => stages.push(stage),
                    Some(_) => return Err(self.unexpected(&[])),
                    None => break,
                }
            }
        }
        let Some((range, offset)) = window else {
            return Err(self.unexpected(&[]));
        };
        if n_closed < n_open {
            return Err(self.unexpected(&[]));
        }
        let log = LogQuery {
            streams,
            stages: stages.into(),
            at: start..self.end(),
        };
        Ok((log, unwrap, range, offset))
    }

    fn open_parentheses(&mut self) -> usize {
        let mut n = 0;
        while self.take_symbol("(") {
            n += 1;
        }
        n
    }

    fn is_unwrap(&self) -> bool {
        let next = self.tokens.get(self.next + 1);
        self.is_symbol("|")
            && next.is_some_and(|token| token.kind == Kind::Ident && &self.text[token.at.clone()] == "unwrap")
    }

    /// `| unwrap duration(label) | filter`
    fn unwrap(&mut self) -> Result<Unwrap, ParseError> {
        self.advance();
        self.advance();
        let at = self.token().at.clone();
        let word = self.expect_word()?;
        let (label, conversion) = match self.take_symbol("(") {
            false => (word, Conversion::Number),
            true => {
                let conversion = match word {
                    "duration" | "duration_seconds" => Conversion::Duration,
                    "bytes" => Conversion::Bytes,
                    _ => {
                        return Err(ParseError::meaning(
                            at,
                            format!("unknown unwrap conversion {word}"),
                        ));
                    }
                };
                let label = self.expect_word()?;
                self.expect_symbol(")")?;
                (label, conversion)
            }
        };
        let mut filters = Vec::new();
        while self.take_symbol("|") {
            filters.push(self.label_filter()?);
        }
        Ok(Unwrap {
            label: label.into(),
            conversion,
            filters,
        })
    }

    fn offset(&mut self) -> Result<i64, ParseError> {
        if !self.take_word("offset") {
            return Ok(0);
        }
        let sign = if self.take_symbol("-") { -1 } else { 1 };
        match *self.peek() {
            Kind::Duration(nanos) => {
                self.advance();
                Ok(nanos * sign)
            }
            _ => Err(self.unexpected(&["DURATION"])),
        }
    }

    fn vector_aggregation(&mut self, op: VectorOp) -> Result<MetricExpr, ParseError> {
        let start = self.start();
        self.advance();
        let before = self.grouping()?;
        self.expect_symbol("(")?;
        let mut parameter = None;
        if op.has_parameter() {
            let Kind::Number(number) = *self.peek() else {
                let message = format!("parameter required for operation {}", op.name());
                return Err(ParseError::meaning(start..self.token().at.end, message));
            };
            self.advance();
            if number < 1.0 || number.fract() != 0.0 {
                let message = format!(
                    "invalid parameter (must be greater than 0) {}({number}",
                    op.name()
                );
                return Err(ParseError::meaning(start..self.end(), message));
            }
            parameter = Some(number as usize);
            self.expect_symbol(",")?;
        }
        let inner_start = self.start();
        let inner = match self.deeper(|parser| parser.binary(1))? {
            Query::Metric(inner) => inner,
            Query::Log(_) if matches!(self.peek(), Kind::Range(_)) => return Err(self.unexpected(&[])),
            Query::Log(_) => {
                let at = inner_start..self.end();
                let message = format!("{} needs numbers, not log lines: count them first", op.name());
                return Err(ParseError::meaning(at, message));
            }
        };
        self.expect_symbol(")")?;
        let grouping = match before {
            Some(grouping) => Some(grouping),
            None => self.grouping()?,
        };
        if grouping.is_some() && matches!(op, VectorOp::ApproxTopK | VectorOp::Sort | VectorOp::SortDesc) {
            let message = format!("grouping not allowed for {} aggregation", op.name());
            return Err(ParseError::meaning(start..self.end(), message));
        }
        Ok(MetricExpr::Aggregate(Box::new(VectorAggregation {
            op,
            parameter,
            inner,
            grouping,
        })))
    }

    fn label_replace(&mut self) -> Result<MetricExpr, ParseError> {
        let start = self.start();
        self.advance();
        self.expect_symbol("(")?;
        let Query::Metric(inner) = self.binary(1)? else {
            let message = "label_replace needs numbers, not log lines: count them first";
            return Err(ParseError::meaning(start..self.end(), message));
        };
        let mut next = || {
            self.expect_symbol(",")?;
            self.expect_text()
        };
        let ((to, _), (replacement, _), (from, _), (pattern, at)) = (next()?, next()?, next()?, next()?);
        let regex = self.whole_regex(&pattern, at)?;
        self.expect_symbol(")")?;
        Ok(MetricExpr::LabelReplace(Box::new(LabelReplace {
            inner,
            to,
            replacement,
            from,
            regex,
            pattern,
        })))
    }
}

fn combined(
    op: BinaryOp,
    returns_bool: bool,
    matching: VectorMatching,
    left: MetricExpr,
    right: MetricExpr,
) -> MetricExpr {
    match (&left, &right) {
        (MetricExpr::Number(left), MetricExpr::Number(right)) => {
            let value = scalars(op, vec![*left], &[*right]);
            MetricExpr::Number(value.first().copied().unwrap_or(f64::NAN))
        }
        _ => MetricExpr::Binary(Box::new(BinaryExpr {
            op,
            returns_bool,
            matching,
            left,
            right,
        })),
    }
}

/// What does not fit together in an aggregation that is well formed.
fn problem_of(aggregation: &RangeAggregation) -> Option<String> {
    let op = aggregation.op;
    let name = op.name();
    let needs_unwrap = op.may_group() || matches!(op, RangeOp::SumOverTime | RangeOp::RateCounter);
    let takes_lines_only = matches!(
        op,
        RangeOp::CountOverTime | RangeOp::BytesOverTime | RangeOp::BytesRate
    );
    if op == RangeOp::QuantileOverTime && aggregation.parameter.is_none() {
        return Some(format!("parameter required for operation {name}"));
    }
    if op != RangeOp::QuantileOverTime && aggregation.parameter.is_some() {
        return Some(format!("parameter not supported for operation {name}"));
    }
    if needs_unwrap && aggregation.unwrap.is_none() {
        return Some(format!("invalid aggregation {name} without unwrap"));
    }
    if takes_lines_only && aggregation.unwrap.is_some() {
        return Some(format!("invalid aggregation {name} with unwrap"));
    }
    if aggregation.grouping.is_some() && !op.may_group() {
        return Some(format!("grouping not allowed for {name} aggregation"));
    }
    None
}
