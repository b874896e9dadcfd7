//! Text to [`Expr`]: [`parse`].
//!
//! Written by hand after the grammar of Prometheus 3.14, whose words the errors use. Syntax first, then types, as
//! Prometheus does it; only the first error is told.

mod binary;
mod check;
pub(super) mod lex;
pub(super) mod number;
mod selector;
pub(super) mod text;

use super::Expr;
use super::ast::{Aggregate, AggregateOp, BinaryOp, Call, ExprKind, Grouping};
use super::functions;
use crate::Limits;
use glass_model::QueryError;
use lex::{Keyword, Kind, Token};
use std::ops::Range;

/// Why a text is no PromQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// As Prometheus words it, its position in front: `1:5: parse error: unexpected …`.
    pub message: String,
    /// The bytes of the text it is about.
    pub at: Range<usize>,
}

impl From<ParseError> for QueryError {
    fn from(error: ParseError) -> Self {
        Self::Invalid {
            text: error.message,
            at: error.at,
        }
    }
}

/// Reads a query and checks its types. Takes time linear in its length.
///
/// # Errors
/// When it is not PromQL, or too long or too deeply nested.
pub fn parse(text: &str, limits: &Limits) -> Result<Expr, ParseError> {
    if text.len() > limits.max_text {
        let message = format!(
            "the query is too long: {} bytes, at most {} are allowed",
            text.len(),
            limits.max_text
        );
        return Err(error(text, 0..text.len(), &message));
    }
    let tokens = lex::lex(text);
    let mut parser = Parser {
        text,
        tokens: &tokens.all,
        lex_error: tokens.error.as_deref().unwrap_or_default(),
        next: 0,
        depth: 0,
        max_depth: limits.max_depth,
        n_aggregations: 0,
    };
    let mut expr = parser.whole()?;
    check::check(text, &mut expr)?;
    Ok(expr)
}

fn error(text: &str, at: Range<usize>, message: &str) -> ParseError {
    let before = text.get(..at.start).unwrap_or(text);
    let place = if text.is_empty() {
        "unknown position".into()
    } else {
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |found| found + 1) + 1;
        format!("{line}:{column}")
    };
    ParseError {
        message: format!("{place}: parse error: {message}"),
        at,
    }
}

/// An expression and how many levels its tree has.
struct Node {
    expr: Expr,
    height: usize,
}

impl Node {
    /// A tree without branches.
    fn leaf(kind: ExprKind, at: Range<usize>) -> Self {
        Self {
            expr: Expr { kind, at },
            height: 1,
        }
    }
}

type Parsed<T = Node> = Result<T, ParseError>;

struct Parser<'a> {
    text: &'a str,
    /// Ends with [`Kind::End`] or [`Kind::Error`], which is never taken.
    tokens: &'a [Token],
    lex_error: &'a str,
    next: usize,
    /// How many calls of the parser are under way.
    depth: usize,
    max_depth: usize,
    /// How many aggregations are open: errors inside are told as theirs.
    n_aggregations: usize,
}

impl Parser<'_> {
    fn whole(&mut self) -> Parsed<Expr> {
        if self.kind() == Kind::End {
            return Err(self.error(0..0, "no expression found in input"));
        }
        let node = self.binary(1)?;
        if self.kind() != Kind::End {
            return Err(self.unexpected("", ""));
        }
        Ok(node.expr)
    }

    fn peek(&self) -> Token {
        self.tokens.get(self.next).copied().unwrap_or(Token {
            kind: Kind::End,
            start: self.text.len(),
            end: self.text.len(),
        })
    }

    fn kind(&self) -> Kind {
        self.peek().kind
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += usize::from(!matches!(token.kind, Kind::End | Kind::Error));
        token
    }

    fn accept(&mut self, kind: Kind) -> Option<Token> {
        (self.kind() == kind).then(|| self.take())
    }

    fn slice(&self, token: Token) -> &str {
        self.text.get(token.at()).unwrap_or("")
    }

    /// The end of the last token taken.
    fn last_end(&self) -> usize {
        self.next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(0, |token| token.end)
    }

    fn error(&self, at: Range<usize>, message: &str) -> ParseError {
        error(self.text, at, message)
    }

    /// The next token does not fit.
    fn unexpected(&self, context: &str, expected: &str) -> ParseError {
        let token = self.peek();
        if token.kind == Kind::Error {
            return self.error(token.at(), self.lex_error);
        }
        let context = match context {
            "" if self.n_aggregations > 0 => "aggregation",
            context => context,
        };
        let mut message = format!("unexpected {}", self.describe(token));
        if !context.is_empty() {
            message += &format!(" in {context}");
        }
        if !expected.is_empty() {
            message += &format!(", expected {expected}");
        }
        self.error(token.at(), &message)
    }

    /// As Prometheus names a token in its errors.
    fn describe(&self, token: Token) -> String {
        let word = self.slice(token);
        let shortened = || match word.char_indices().nth(10) {
            Some((end, _)) => format!("{}...", text::quote(&word[..end])),
            None => text::quote(word),
        };
        match token.kind {
            Kind::End => "end of input".into(),
            Kind::Identifier => format!("identifier {}", text::quote(word)),
            Kind::MetricIdentifier => format!("metric identifier {}", text::quote(word)),
            Kind::Number => format!("number {}", shortened()),
            Kind::Duration => format!("duration {}", shortened()),
            Kind::Text => format!("string {}", shortened()),
            Kind::Keyword(_) => format!("<{word}>"),
            Kind::Operator(_) | Kind::MatchRegex | Kind::MatchNotRegex | Kind::At => format!("<op:{word}>"),
            Kind::Aggregation(_) => format!("<aggr:{word}>"),
            _ => shortened(),
        }
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= self.max_depth {
            return Err(self.too_deep(self.peek().at()));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&self, at: Range<usize>) -> ParseError {
        let message = format!(
            "the query is nested too deeply: at most {} levels are allowed",
            self.max_depth
        );
        self.error(at, &message)
    }

    /// A node above trees of at most `height` levels.
    fn above(&self, height: usize, kind: ExprKind, at: Range<usize>) -> Parsed {
        if height >= self.max_depth {
            return Err(self.too_deep(at));
        }
        Ok(Node {
            expr: Expr { kind, at },
            height: height + 1,
        })
    }

    /// What stands without an operator: a literal, a selector, a call, or something in parentheses.
    fn primary(&mut self) -> Parsed {
        let token = self.peek();
        match token.kind {
            Kind::Number | Kind::Duration => {
                let value = self.number_literal()?;
                let kind = match token.kind {
                    Kind::Duration => ExprKind::Seconds(value),
                    _ => ExprKind::Number(value),
                };
                Ok(Node::leaf(kind, token.at()))
            }
            Kind::Text => {
                let value = self.text_literal()?;
                Ok(Node::leaf(ExprKind::Text(value), token.at()))
            }
            Kind::LeftParen => {
                self.take();
                let inner = self.deeper(|parser| parser.binary(1))?;
                if self.accept(Kind::RightParen).is_none() {
                    return Err(self.unexpected("", ""));
                }
                let at = token.start..self.last_end();
                self.above(inner.height, ExprKind::Paren(Box::new(inner.expr)), at)
            }
            Kind::LeftBrace => self.vector_selector(),
            Kind::Aggregation(op) => {
                let next = self.tokens.get(self.next + 1).map(|token| token.kind);
                match next {
                    Some(Kind::LeftParen | Kind::Keyword(Keyword::By | Keyword::Without)) => {
                        self.take();
                        self.n_aggregations += 1;
                        let node = self.aggregate(op, token.start);
                        self.n_aggregations -= 1;
                        node
                    }
                    _ => self.vector_selector(),
                }
            }
            Kind::Identifier | Kind::Preprocessor(_)
                if self.tokens.get(self.next + 1).map(|token| token.kind) == Some(Kind::LeftParen) =>
            {
                self.call()
            }
            kind if is_metric_name(kind) => self.vector_selector(),
            _ => Err(self.unexpected("", "")),
        }
    }

    /// A number or a duration, in seconds.
    fn number_literal(&mut self) -> Parsed<f64> {
        let token = self.take();
        let word = self.slice(token);
        match token.kind {
            Kind::Duration => number::parse_duration(word),
            _ => number::parse_number(word),
        }
        .map_err(|message| self.error(token.at(), &message))
    }

    fn text_literal(&mut self) -> Parsed<String> {
        let token = self.take();
        text::unquote(self.slice(token)).map_err(|message| self.error(token.at(), &message))
    }

    fn call(&mut self) -> Parsed {
        let name = self.take();
        let (arguments, height) = self.arguments()?;
        let Some(function) = functions::find(self.slice(name)) else {
            let message = format!("unknown function with name {}", text::quote(self.slice(name)));
            return Err(self.error(name.at(), &message));
        };
        let at = name.start..self.last_end();
        self.above(height, ExprKind::Call(Call { function, arguments }), at)
    }

    /// `(a, b)`, and the height of the highest.
    fn arguments(&mut self) -> Parsed<(Vec<Expr>, usize)> {
        let mut all = Vec::new();
        let mut height = 0;
        if self.accept(Kind::LeftParen).is_none() {
            return Err(self.unexpected("", ""));
        }
        if self.accept(Kind::RightParen).is_some() {
            return Ok((all, height));
        }
        loop {
            let argument = self.deeper(|parser| parser.binary(1))?;
            height = height.max(argument.height);
            all.push(argument.expr);
            if self.accept(Kind::RightParen).is_some() {
                return Ok((all, height));
            }
            let Some(comma) = self.accept(Kind::Comma) else {
                return Err(self.unexpected("", ""));
            };
            if !begins_expression(self.kind()) && self.kind() != Kind::Error {
                return Err(self.error(comma.at(), "trailing commas not allowed in function call args"));
            }
        }
    }

    /// Its operator has been taken.
    fn aggregate(&mut self, op: AggregateOp, start: usize) -> Parsed {
        let mut grouping = self.grouping()?;
        if self.kind() != Kind::LeftParen {
            return Err(self.unexpected("", ""));
        }
        let (arguments, height) = self.arguments()?;
        if grouping.is_none() {
            grouping = self.grouping()?;
        }
        let at = start..self.last_end();
        let n_expected = 1 + usize::from(op.parameter().is_some());
        let n_arguments = arguments.len();
        let mut arguments = arguments.into_iter();
        let parameter = if n_expected == 2 { arguments.next() } else { None };
        let (Some(inner), None) = (arguments.next(), arguments.next()) else {
            let message = match n_arguments {
                0 => "no arguments for aggregate expression provided".into(),
                n => format!(
                    "wrong number of arguments for aggregate expression provided, expected {n_expected}, got {n}"
                ),
            };
            return Err(self.error(at, &message));
        };
        let aggregate = Aggregate {
            op,
            parameter,
            inner,
            grouping: grouping.unwrap_or(Grouping::By(Vec::new())),
        };
        self.above(height, ExprKind::Aggregate(Box::new(aggregate)), at)
    }

    /// `by (a, b)`, if it stands here.
    fn grouping(&mut self) -> Parsed<Option<Grouping>> {
        if self.accept(Kind::Keyword(Keyword::By)).is_some() {
            Ok(Some(Grouping::By(self.label_list()?)))
        } else if self.accept(Kind::Keyword(Keyword::Without)).is_some() {
            Ok(Some(Grouping::Without(self.label_list()?)))
        } else {
            Ok(None)
        }
    }

    /// `(a, b)`
    fn label_list(&mut self) -> Parsed<Vec<String>> {
        let mut all = Vec::new();
        if self.accept(Kind::LeftParen).is_none() {
            return Err(self.unexpected("grouping opts", "\"(\""));
        }
        while self.accept(Kind::RightParen).is_none() {
            all.push(self.grouping_label()?);
            if self.accept(Kind::Comma).is_none() && self.kind() != Kind::RightParen {
                return Err(self.unexpected("grouping opts", "\",\" or \")\""));
            }
        }
        Ok(all)
    }

    fn grouping_label(&mut self) -> Parsed<String> {
        let token = self.peek();
        if token.kind == Kind::Text {
            let label = self.text_literal()?;
            if label.is_empty() {
                return Err(self.error(token.at(), "invalid label name for grouping: \"\""));
            }
            return Ok(label);
        }
        let is_label = match token.kind {
            Kind::Keyword(keyword) => keyword != Keyword::Without,
            Kind::Operator(op) => op.is_set() || op == BinaryOp::Atan2,
            Kind::Identifier | Kind::MetricIdentifier | Kind::Aggregation(_) | Kind::Preprocessor(_) => true,
            _ => false,
        };
        if !is_label {
            return Err(self.unexpected("grouping opts", "label"));
        }
        let token = self.take();
        Ok(self.slice(token).into())
    }
}

/// Which tokens may name a metric, keywords among them.
fn is_metric_name(kind: Kind) -> bool {
    match kind {
        Kind::Identifier | Kind::MetricIdentifier | Kind::Aggregation(_) | Kind::Preprocessor(_) => true,
        Kind::Operator(op) => op.is_set(),
        Kind::Keyword(keyword) => !matches!(
            keyword,
            Keyword::Bool | Keyword::On | Keyword::Ignoring | Keyword::GroupLeft | Keyword::GroupRight
        ),
        _ => false,
    }
}

fn begins_expression(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Number
            | Kind::Duration
            | Kind::Text
            | Kind::LeftParen
            | Kind::LeftBrace
            | Kind::Operator(BinaryOp::Add | BinaryOp::Sub)
    ) || is_metric_name(kind)
}

#[cfg(test)]
mod tests;
