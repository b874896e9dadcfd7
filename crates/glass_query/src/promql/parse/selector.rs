//! Selectors, and what follows an expression: ranges, subqueries, `offset`, `@`.

use super::lex::{Keyword, Kind, Preprocessor, Token};
use super::{Node, Parsed, Parser, number};
use crate::promql::Expr;
use crate::promql::ast::{AtModifier, BinaryOp, ExprKind, MatrixSelector, Subquery, VectorSelector};
use glass_model::{Matcher, MatcherOp};

const METRIC_NAME: &str = "__name__";
const A_DURATION: &str = "number, duration, step(), or range()";

impl Parser<'_> {
    /// A primary expression with all that follows it.
    pub(super) fn postfix(&mut self) -> Parsed {
        let mut node = self.primary()?;
        loop {
            match self.kind() {
                Kind::LeftBracket => node = self.brackets(node)?,
                Kind::Keyword(Keyword::Offset) => self.offset(&mut node.expr)?,
                Kind::At => self.at_modifier(&mut node.expr)?,
                Kind::Keyword(keyword @ (Keyword::Anchored | Keyword::Smoothed)) => {
                    let word = if keyword == Keyword::Anchored {
                        "anchored"
                    } else {
                        "smoothed"
                    };
                    let message = format!("{word} modifier is experimental and not enabled");
                    return Err(self.error(node.expr.at, &message));
                }
                _ => return Ok(node),
            }
        }
    }

    /// `name{a="b"}`, `name`, `{a="b"}`
    pub(super) fn vector_selector(&mut self) -> Parsed {
        let start = self.peek().start;
        let name = match self.kind() {
            Kind::LeftBrace => String::new(),
            _ => {
                let name = self.take();
                self.slice(name).into()
            }
        };
        let mut matchers = Vec::new();
        if self.accept(Kind::LeftBrace).is_some() {
            matchers = self.matchers()?;
        }
        if !name.is_empty() {
            matchers.push(Matcher::equal(METRIC_NAME, &name));
        }
        let selector = VectorSelector {
            name,
            matchers,
            offset_millis: 0,
            at: None,
        };
        Ok(Node::leaf(ExprKind::Vector(selector), start..self.last_end()))
    }

    /// What stands between braces, of which the first has been taken.
    fn matchers(&mut self) -> Parsed<Vec<Matcher>> {
        let mut all = Vec::new();
        while self.accept(Kind::RightBrace).is_none() {
            all.push(self.matcher()?);
            if self.accept(Kind::Comma).is_none() && self.kind() != Kind::RightBrace {
                return Err(self.unexpected("label matching", "\",\" or \"}\""));
            }
        }
        Ok(all)
    }

    fn matcher(&mut self) -> Parsed<Matcher> {
        let label = self.peek();
        let name = match label.kind {
            Kind::Identifier => {
                self.take();
                self.slice(label).to_owned()
            }
            Kind::Text => self.text_literal()?,
            _ => return Err(self.unexpected("label matching", "identifier or \"}\"")),
        };
        let op = match self.kind() {
            Kind::Assign => MatcherOp::Equal,
            Kind::Operator(BinaryOp::NotEqual) => MatcherOp::NotEqual,
            Kind::MatchRegex => MatcherOp::Regex,
            Kind::MatchNotRegex => MatcherOp::NotRegex,
            _ if label.kind == Kind::Text => return Ok(Matcher::equal(METRIC_NAME, &name)),
            _ => return Err(self.unexpected("label matching", "label matching operator")),
        };
        self.take();
        if self.kind() != Kind::Text {
            return Err(self.unexpected("label matching", "string"));
        }
        let value = self.text_literal()?;
        Matcher::new(&name, op, &value)
            .map_err(|error| self.error(label.start..self.last_end(), &error.to_string()))
    }

    /// `[5m]` makes a range of a selector, `[5m:1m]` a subquery of any vector.
    fn brackets(&mut self, node: Node) -> Parsed {
        let bracket = self.take();
        let context = "subquery or range selector";
        let range_millis = self.positive_duration(context)?;
        if let Some(close) = self.accept(Kind::RightBracket) {
            return self.range(node, range_millis, bracket.start..close.end);
        }
        if self.accept(Kind::Colon).is_none() {
            return Err(self.unexpected("subquery or range", "\":\" or \"]\""));
        }
        let mut step_millis = None;
        if self.kind() != Kind::RightBracket {
            step_millis = Some(self.positive_duration("subquery selector")?);
        }
        if self.accept(Kind::RightBracket).is_none() {
            return Err(self.unexpected("subquery selector", "\"]\""));
        }
        let at = node.expr.at.start..self.last_end();
        if matches!(node.expr.kind, ExprKind::Subquery(_)) {
            let message = "subquery is only allowed on instant vector, got matrix instead";
            return Err(self.error(at, message));
        }
        let subquery = Subquery {
            inner: node.expr,
            range_millis,
            step_millis,
            offset_millis: 0,
            at: None,
        };
        self.above(node.height, ExprKind::Subquery(Box::new(subquery)), at)
    }

    fn range(&self, node: Node, range_millis: i64, brackets: std::ops::Range<usize>) -> Parsed {
        let at = node.expr.at.start..brackets.end;
        let message = match node.expr.kind {
            ExprKind::Vector(selector) if selector.offset_millis == 0 && selector.at.is_none() => {
                let matrix = MatrixSelector {
                    selector,
                    range_millis,
                };
                return Ok(Node::leaf(ExprKind::Matrix(matrix), at));
            }
            ExprKind::Vector(selector) if selector.offset_millis != 0 => {
                "no offset modifiers allowed before range"
            }
            ExprKind::Vector(_) => "no @ modifiers allowed before range",
            _ => "ranges only allowed for vector selectors",
        };
        Err(self.error(brackets, message))
    }

    /// A duration above 0 in brackets, in milliseconds.
    fn positive_duration(&mut self, context: &str) -> Parsed<i64> {
        let start = self.peek().start;
        let mut is_negative = false;
        while let Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) = self.kind() {
            self.take();
            is_negative ^= op == BinaryOp::Sub;
        }
        let expected = match context {
            "subquery selector" => "number, duration, step(), range(), or \"]\"",
            _ => A_DURATION,
        };
        let seconds = self.duration_literal(context, expected)?;
        let at = start..self.last_end();
        if matches!(self.kind(), Kind::Operator(_)) {
            return Err(self.experimental_duration(at));
        }
        let millis = number::to_millis(seconds);
        if is_negative || millis <= 0 {
            return Err(self.error(at, "duration must be greater than 0"));
        }
        Ok(millis)
    }

    fn duration_literal(&mut self, context: &str, expected: &str) -> Parsed<f64> {
        let token = self.peek();
        match token.kind {
            Kind::Number | Kind::Duration => {
                let seconds = self.number_literal()?;
                if seconds.abs() > number::MAX_SECONDS || seconds.is_nan() {
                    return Err(self.error(token.at(), "duration out of range"));
                }
                Ok(seconds)
            }
            Kind::LeftParen => Err(self.experimental_duration(token.at())),
            Kind::Preprocessor(_) if self.is_call() => Err(self.experimental_duration(token.at())),
            Kind::Preprocessor(_) => {
                self.take();
                Err(self.unexpected(context, expected))
            }
            _ => Err(self.unexpected(context, expected)),
        }
    }

    fn is_call(&self) -> bool {
        self.tokens
            .get(self.next + 1)
            .is_some_and(|token| token.kind == Kind::LeftParen)
    }

    fn experimental_duration(&self, at: std::ops::Range<usize>) -> super::ParseError {
        self.error(at, "experimental duration expression is not enabled")
    }

    /// `offset -5m`
    fn offset(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.take();
        let is_negative = self.kind() == Kind::Operator(BinaryOp::Sub);
        if is_negative || self.kind() == Kind::Operator(BinaryOp::Add) {
            self.take();
        }
        let seconds = self.duration_literal("offset", A_DURATION)?;
        let millis = number::to_millis(if is_negative { -seconds } else { seconds });
        let place = match &mut expr.kind {
            ExprKind::Vector(selector) => &mut selector.offset_millis,
            ExprKind::Matrix(matrix) => &mut matrix.selector.offset_millis,
            ExprKind::Subquery(subquery) => &mut subquery.offset_millis,
            _ => {
                let message = "offset modifier must be preceded by an instant vector selector or range vector \
                               selector or a subquery";
                return Err(self.error(expr.at.clone(), message));
            }
        };
        if *place != 0 {
            return Err(self.error(expr.at.clone(), "offset may not be set multiple times"));
        }
        *place = millis;
        expr.at.end = self.last_end();
        Ok(())
    }

    /// `@ 1.5`, `@ start()`
    fn at_modifier(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.take();
        let at = self.moment(expr)?;
        let place = match &mut expr.kind {
            ExprKind::Vector(selector) => &mut selector.at,
            ExprKind::Matrix(matrix) => &mut matrix.selector.at,
            ExprKind::Subquery(subquery) => &mut subquery.at,
            _ => {
                let message = "@ modifier must be preceded by an instant vector selector or range vector selector or \
                               a subquery";
                return Err(self.error(expr.at.clone(), message));
            }
        };
        if place.is_some() {
            return Err(self.error(expr.at.clone(), "@ <timestamp> may not be set multiple times"));
        }
        *place = Some(at);
        expr.at.end = self.last_end();
        Ok(())
    }

    fn moment(&mut self, expr: &Expr) -> Parsed<AtModifier> {
        let moment = match self.kind() {
            Kind::Preprocessor(Preprocessor::Start) => AtModifier::Start,
            Kind::Preprocessor(Preprocessor::End) => AtModifier::End,
            Kind::Number | Kind::Duration | Kind::Operator(BinaryOp::Add | BinaryOp::Sub) => {
                let is_number = |token: &Token| matches!(token.kind, Kind::Number | Kind::Duration);
                let signed = !is_number(&self.peek());
                if signed && !self.tokens.get(self.next + 1).is_some_and(is_number) {
                    self.take();
                    return Err(self.unexpected("@", "timestamp"));
                }
                return self.timestamp(expr);
            }
            _ => return Err(self.unexpected("@", "timestamp")),
        };
        self.take();
        for wanted in [Kind::LeftParen, Kind::RightParen] {
            if self.accept(wanted).is_none() {
                return Err(self.unexpected("@", "timestamp"));
            }
        }
        Ok(moment)
    }

    fn timestamp(&mut self, expr: &Expr) -> Parsed<AtModifier> {
        let seconds = self.signed_number()?;
        #[expect(clippy::cast_precision_loss, reason = "Prometheus compares in the same way")]
        let max = i64::MAX as f64;
        if !seconds.is_finite() || seconds >= max || seconds <= -max {
            let shown = if seconds.is_infinite() {
                String::from(if seconds > 0.0 { "+Inf" } else { "-Inf" })
            } else {
                format!("{seconds:.6}")
            };
            let message = format!("timestamp out of bounds for @ modifier: {shown}");
            return Err(self.error(expr.at.clone(), &message));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates beyond the times there are"
        )]
        Ok(AtModifier::Millis((seconds * 1e3).round() as i64))
    }
}
