//! Label filters: `duration > 10s and (status >= 500 or method !~ "P.*")`.

use super::token::Kind;
use super::{ParseError, Parser};
use crate::logql::regex::go_matcher;
use crate::logql::stages::{Compare, IpSet, LabelFilter, Threshold};
use glass_model::MatcherOp;

impl Parser<'_> {
    /// `and` binds more strongly than `or`; a comma or nothing at all means `and`.
    pub(super) fn label_filter(&mut self) -> Result<LabelFilter, ParseError> {
        let mut any = vec![self.all_of()?];
        while self.take_word("or") {
            any.push(self.all_of()?);
        }
        Ok(match any.len() {
            1 => any.swap_remove(0),
            _ => LabelFilter::Any(any),
        })
    }

    fn all_of(&mut self) -> Result<LabelFilter, ParseError> {
        let mut all = vec![self.one()?];
        loop {
            let goes_on = self.take_word("and")
                || self.take_symbol(",")
                || self.is_symbol("(")
                || self.word().is_some_and(|word| word != "or");
            if !goes_on {
                break;
            }
            all.push(self.one()?);
        }
        Ok(match all.len() {
            1 => all.swap_remove(0),
            _ => LabelFilter::All(all),
        })
    }

    fn one(&mut self) -> Result<LabelFilter, ParseError> {
        if self.take_symbol("(") {
            let inner = self.deeper(Self::label_filter)?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let start = self.start();
        let name: Box<str> = self.expect_word()?.into();
        let Kind::Symbol(symbol) = *self.peek() else {
            return Err(self.unexpected(&[]));
        };
        if !matches!(symbol, "=" | "==" | "!=" | "=~" | "!~" | ">" | ">=" | "<" | "<=") {
            return Err(self.unexpected(&[]));
        }
        self.advance();
        if let Kind::Text(_) = self.peek() {
            return self.text_filter(start, &name, symbol);
        }
        if self.word() == Some("ip") && matches!(symbol, "=" | "!=" | "==") {
            let set = self.ip()?;
            let is_negated = symbol == "!=";
            return Ok(LabelFilter::Ip {
                name,
                is_negated,
                set,
            });
        }
        let compare = match symbol {
            "=" | "==" => Compare::Equal,
            "!=" => Compare::NotEqual,
            ">" => Compare::Greater,
            ">=" => Compare::GreaterEqual,
            "<" => Compare::Less,
            "<=" => Compare::LessEqual,
            _ => return Err(self.unexpected(&["STRING"])),
        };
        let threshold = self.threshold()?;
        Ok(LabelFilter::Number {
            name,
            compare,
            threshold,
        })
    }

    fn text_filter(&mut self, start: usize, name: &str, symbol: &str) -> Result<LabelFilter, ParseError> {
        let op = match symbol {
            "=" | "==" => MatcherOp::Equal,
            "!=" => MatcherOp::NotEqual,
            "=~" => MatcherOp::Regex,
            "!~" => MatcherOp::NotRegex,
            _ => return Err(self.unexpected(&["BYTES", "DURATION", "NUMBER"])),
        };
        let (value, at) = self.expect_text()?;
        let matcher = go_matcher(name, op, &value)
            .map_err(|problem| ParseError::new(self.text, start..at.end, problem))?;
        Ok(LabelFilter::Text(matcher))
    }

    fn threshold(&mut self) -> Result<Threshold, ParseError> {
        let sign = if self.take_symbol("-") { -1 } else { 1 };
        let value = match *self.peek() {
            Kind::Number(number) => Threshold::Number(number * f64::from(sign)),
            Kind::Duration(nanos) => Threshold::Nanos(nanos * i64::from(sign)),
            Kind::Bytes(bytes) => Threshold::Bytes(bytes),
            _ => return Err(self.unexpected(&[])),
        };
        self.advance();
        Ok(value)
    }

    /// `ip("10.0.0.0/8")`
    pub(super) fn ip(&mut self) -> Result<IpSet, ParseError> {
        self.advance();
        self.expect_symbol("(")?;
        let (text, at) = self.expect_text()?;
        self.expect_symbol(")")?;
        IpSet::parse(&text).map_err(|problem| ParseError::new(self.text, at, problem))
    }
}
