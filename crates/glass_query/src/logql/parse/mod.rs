//! Text to [`Query`]. Read [`parse`]; the grammar stands in `log` (selectors and stages), `filter` (label filters)
//! and `metric`.

mod filter;
mod log;
mod metric;
pub(crate) mod text;
mod token;
pub(crate) mod values;

use super::Query;
use crate::Limits;
use glass_model::QueryError;
use std::ops::Range;
use token::{Kind, Token};

/// Why a text is no LogQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// As Loki words it: `parse error at line 1, col 12: syntax error: unexpected …`.
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

impl ParseError {
    /// About a place in the text.
    fn new(text: &str, at: Range<usize>, message: String) -> Self {
        let before = &text[..at.start.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self {
            message: format!("parse error at line {line}, col {column}: {message}"),
            at,
        }
    }

    /// About the meaning of a part that is well formed.
    fn meaning(at: Range<usize>, message: impl std::fmt::Display) -> Self {
        Self {
            message: format!("parse error : {message}"),
            at,
        }
    }
}

/// Reads a query, compiles its stages and checks its types.
///
/// # Errors
/// When it is not LogQL, or too long or too deeply nested.
pub fn parse(text: &str, limits: &Limits) -> Result<Query, ParseError> {
    if text.len() > limits.max_text {
        let message = format!("the query is longer than {} bytes", limits.max_text);
        return Err(ParseError::meaning(0..text.len(), message));
    }
    if text.trim().is_empty() {
        return Err(ParseError::meaning(
            0..text.len(),
            "syntax error: unexpected $end",
        ));
    }
    let mut parser = Parser {
        text,
        tokens: token::tokens(text)?,
        next: 0,
        depth: 0,
        max_depth: limits.max_depth,
    };
    let query = parser.query()?;
    match parser.peek() {
        Kind::End => Ok(query),
        _ => Err(parser.unexpected(&[])),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    max_depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &Kind {
        &self.tokens[self.next].kind
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next]
    }

    /// The token after the next one.
    fn second(&self) -> &Kind {
        let at = (self.next + 1).min(self.tokens.len() - 1);
        &self.tokens[at].kind
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn start(&self) -> usize {
        self.token().at.start
    }

    /// Where the token before the next one ends.
    fn end(&self) -> usize {
        self.next
            .checked_sub(1)
            .map_or(0, |before| self.tokens[before].at.end)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Kind::Symbol(found) if *found == symbol)
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn expect_symbol(&mut self, symbol: &'static str) -> Result<(), ParseError> {
        match self.take_symbol(symbol) {
            true => Ok(()),
            false => Err(self.unexpected(&[symbol])),
        }
    }

    /// The word that comes next, if it is one.
    fn word(&self) -> Option<&'t str> {
        let token = self.token();
        (token.kind == Kind::Ident).then(|| &self.text[token.at.clone()])
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self) -> Result<&'t str, ParseError> {
        let word = self.word().ok_or_else(|| self.unexpected(&["IDENTIFIER"]))?;
        self.advance();
        Ok(word)
    }

    fn expect_text(&mut self) -> Result<(String, Range<usize>), ParseError> {
        match self.advance() {
            Token {
                kind: Kind::Text(value),
                at,
            } => Ok((value, at)),
            token => Err(self.unexpected_token(&token, &["STRING"])),
        }
    }

    /// That the next token fits nowhere; Loki names what would fit if it is little.
    fn unexpected(&self, expected: &[&str]) -> ParseError {
        self.unexpected_token(self.token(), expected)
    }

    fn unexpected_token(&self, token: &Token, expected: &[&str]) -> ParseError {
        let mut message = format!("syntax error: unexpected {}", token.describe(self.text));
        if !expected.is_empty() {
            message.push_str(", expecting ");
            message.push_str(&expected.join(" or "));
        }
        ParseError::new(self.text, token.at.clone(), message)
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, ParseError>) -> Result<T, ParseError> {
        if self.depth >= self.max_depth {
            let message = format!("the query nests deeper than {} levels", self.max_depth);
            return Err(ParseError::meaning(self.token().at.clone(), message));
        }
        self.depth += 1;
        let value = inner(self);
        self.depth -= 1;
        value
    }
}
