//! Operators between two expressions and in front of one.

use super::lex::{Keyword, Kind};
use super::{Node, Parsed, Parser};
use crate::promql::Expr;
use crate::promql::ast::{Binary, BinaryOp, BinaryStep, Cardinality, ExprKind, ValueType, VectorMatching};

/// The precedence of `^`, which binds more strongly than a sign.
const POW: u8 = 6;

impl Parser<'_> {
    /// Operands with operators of at least this precedence between them.
    pub(super) fn binary(&mut self, min: u8) -> Parsed {
        let mut left = self.unary()?;
        while let Kind::Operator(op) = self.kind()
            && op.precedence() >= min
        {
            left = self.steps(left, op.precedence())?;
        }
        Ok(left)
    }

    /// All operators of one precedence that follow `first`, with their right sides.
    fn steps(&mut self, first: Node, precedence: u8) -> Parsed {
        let mut steps = Vec::new();
        let mut height = first.height;
        let at = first.expr.at.start;
        while let Kind::Operator(op) = self.kind()
            && op.precedence() == precedence
        {
            self.take();
            let (returns_bool, matching) = self.modifiers()?;
            let binds_right = precedence == POW;
            let right = self.deeper(|parser| parser.binary(precedence + u8::from(!binds_right)))?;
            height = height.max(right.height);
            steps.push(BinaryStep {
                op,
                right: right.expr,
                returns_bool,
                matching: Some(matching),
                returns: ValueType::Vector,
            });
        }
        let first = first.expr;
        let kind = ExprKind::Binary(Box::new(Binary { first, steps }));
        self.above(height, kind, at..self.last_end())
    }

    /// `bool on (a) group_left (b)` after an operator.
    fn modifiers(&mut self) -> Parsed<(bool, VectorMatching)> {
        let returns_bool = self.accept(Kind::Keyword(Keyword::Bool)).is_some();
        let mut matching = VectorMatching {
            cardinality: Cardinality::OneToOne,
            is_on: self.kind() == Kind::Keyword(Keyword::On),
            labels: Vec::new(),
            fill_left: None,
            fill_right: None,
        };
        if matching.is_on || self.kind() == Kind::Keyword(Keyword::Ignoring) {
            self.take();
            matching.labels = self.label_list()?;
            if self.accept(Kind::Keyword(Keyword::GroupLeft)).is_some() {
                matching.cardinality = Cardinality::ManyToOne(self.included_labels()?);
            } else if self.accept(Kind::Keyword(Keyword::GroupRight)).is_some() {
                matching.cardinality = Cardinality::OneToMany(self.included_labels()?);
            }
        }
        self.fill_modifiers(&mut matching)?;
        Ok((returns_bool, matching))
    }

    fn included_labels(&mut self) -> Parsed<Vec<String>> {
        if self.kind() == Kind::LeftParen {
            self.label_list()
        } else {
            Ok(Vec::new())
        }
    }

    fn fill_modifiers(&mut self, matching: &mut VectorMatching) -> Parsed<()> {
        if self.accept(Kind::Keyword(Keyword::Fill)).is_some() {
            let value = self.fill_value()?;
            (matching.fill_left, matching.fill_right) = (Some(value), Some(value));
            return Ok(());
        }
        loop {
            let side = match self.kind() {
                Kind::Keyword(Keyword::FillLeft) if matching.fill_left.is_none() => &mut matching.fill_left,
                Kind::Keyword(Keyword::FillRight) if matching.fill_right.is_none() => {
                    &mut matching.fill_right
                }
                _ => return Ok(()),
            };
            self.take();
            *side = Some(self.fill_value()?);
        }
    }

    /// `(-1)`
    fn fill_value(&mut self) -> Parsed<f64> {
        if self.accept(Kind::LeftParen).is_none() {
            return Err(self.unexpected("", ""));
        }
        let value = self.signed_number()?;
        if self.accept(Kind::RightParen).is_none() {
            return Err(self.unexpected("", ""));
        }
        Ok(value)
    }

    /// A number or a duration in seconds, a sign before it if there is one.
    pub(super) fn signed_number(&mut self) -> Parsed<f64> {
        let is_negative = self.kind() == Kind::Operator(BinaryOp::Sub);
        if is_negative || self.kind() == Kind::Operator(BinaryOp::Add) {
            self.take();
        }
        if !matches!(self.kind(), Kind::Number | Kind::Duration) {
            return Err(self.unexpected("", ""));
        }
        let value = self.number_literal()?;
        Ok(if is_negative { -value } else { value })
    }

    /// An operand with its signs. They bind less than `^` and more than `*`; before a number they are part of it.
    fn unary(&mut self) -> Parsed {
        let sign = self.peek();
        let is_negative = match sign.kind {
            Kind::Operator(BinaryOp::Sub) => true,
            Kind::Operator(BinaryOp::Add) => false,
            _ => return self.postfix(),
        };
        self.take();
        let inner = self.deeper(|parser| parser.binary(POW))?;
        let at = sign.start..inner.expr.at.end;
        let signed = |value: f64| if is_negative { -value } else { value };
        match inner.expr.kind {
            ExprKind::Number(value) => Ok(Node::leaf(ExprKind::Number(signed(value)), at)),
            ExprKind::Seconds(value) => Ok(Node::leaf(ExprKind::Seconds(signed(value)), at)),
            kind => {
                let expr = Box::new(Expr {
                    kind,
                    at: inner.expr.at,
                });
                let kind = if is_negative {
                    ExprKind::Negate(expr)
                } else {
                    ExprKind::Plus(expr)
                };
                self.above(inner.height, kind, at)
            }
        }
    }
}
