//! Stream selectors and the stages behind them.

use super::token::Kind;
use super::{ParseError, Parser};
use crate::logql::ast::LogQuery;
use crate::logql::regex::{go_matcher, go_regex_anchored};
use crate::logql::stages::{
    JsonPath, JsonStage, LabelFormat, LabelPick, LineFilter, LineOp, LinePattern, LineTerm, LogfmtStage,
    PatternStage, RegexpStage, Stage,
};
use crate::logql::template::Template;
use glass_model::{Matcher, MatcherOp, Selector};
use std::ops::Range;

/// Which value of a label a matcher could be satisfied by without the label being there.
const NEEDS_MATCHER: &str = "queries require at least one regexp or equality matcher that does not have an \
     empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but app=~\".+\" will";

impl Parser<'_> {
    /// `{job="shop"} |= "error" | json`
    pub(super) fn log_query(&mut self) -> Result<LogQuery, ParseError> {
        let start = self.start();
        let streams = self.selector()?;
        let mut stages = Vec::new();
        while let Some(stage) = self.stage()? {
            stages.push(stage);
        }
        Ok(LogQuery {
            streams,
            stages: stages.into(),
            at: start..self.end(),
        })
    }

    /// `{job="shop", level!="debug"}`
    pub(super) fn selector(&mut self) -> Result<Selector, ParseError> {
        let start = self.start();
        self.expect_symbol("{")?;
        let mut matchers = Vec::new();
        while !self.take_symbol("}") {
            if !matchers.is_empty() {
                if !self.take_symbol(",") {
                    return Err(self.unexpected(&["}", ","]));
                }
                if self.take_symbol("}") {
                    break;
                }
            } else if self.word().is_none() {
                return Err(self.unexpected(&["IDENTIFIER", "}"]));
            }
            matchers.push(self.matcher()?);
        }
        let is_narrow = |matcher: &Matcher| {
            matches!(matcher.op(), MatcherOp::Equal | MatcherOp::Regex) && !matcher.matches_value("")
        };
        if !matchers.iter().any(is_narrow) {
            return Err(ParseError::meaning(start..self.end(), NEEDS_MATCHER));
        }
        Ok(Selector { matchers })
    }

    fn matcher(&mut self) -> Result<Matcher, ParseError> {
        let name = self.expect_word()?;
        let op = self.matcher_op()?;
        let (value, at) = self.expect_text()?;
        go_matcher(name, op, &value).map_err(|problem| ParseError::new(self.text, at, problem))
    }

    fn matcher_op(&mut self) -> Result<MatcherOp, ParseError> {
        let op = match *self.peek() {
            Kind::Symbol("=") => MatcherOp::Equal,
            Kind::Symbol("!=") => MatcherOp::NotEqual,
            Kind::Symbol("=~") => MatcherOp::Regex,
            Kind::Symbol("!~") => MatcherOp::NotRegex,
            _ => return Err(self.unexpected(&["=", "=~", "!~", "!="])),
        };
        self.advance();
        Ok(op)
    }

    /// The next stage, unless the pipeline ends here or `unwrap` comes.
    pub(super) fn stage(&mut self) -> Result<Option<Stage>, ParseError> {
        let op = match *self.peek() {
            Kind::Symbol("|=") => LineOp::Contains,
            Kind::Symbol("!=") => LineOp::NotContains,
            Kind::Symbol("|~") => LineOp::Matches,
            Kind::Symbol("!~") => LineOp::NotMatches,
            Kind::Symbol("|>") => LineOp::Pattern,
            Kind::Symbol("!>") => LineOp::NotPattern,
            Kind::Symbol("|") => {
                let is_unwrap = matches!(self.second(), Kind::Ident)
                    && &self.text[self.tokens[self.next + 1].at.clone()] == "unwrap";
                if is_unwrap {
                    return Ok(None);
                }
                self.advance();
                return self.piped_stage().map(Some);
            }
            _ => return Ok(None),
        };
        let is_line_filter = matches!(self.second(), Kind::Text(_) | Kind::Ident);
        if op == LineOp::NotContains && !is_line_filter {
            return Ok(None);
        }
        self.advance();
        self.line_filter(op).map(Some)
    }

    fn line_filter(&mut self, op: LineOp) -> Result<Stage, ParseError> {
        let mut terms = vec![self.line_term(op)?];
        while self.word() == Some("or") && matches!(self.second(), Kind::Text(_) | Kind::Ident) {
            self.advance();
            terms.push(self.line_term(op)?);
        }
        Ok(Stage::Line(LineFilter::new(op, terms)))
    }

    fn line_term(&mut self, op: LineOp) -> Result<LineTerm, ParseError> {
        if self.word() == Some("ip") {
            let at = self.token().at.clone();
            let set = self.ip()?;
            return match op {
                LineOp::Contains | LineOp::NotContains => Ok(LineTerm::Ip(set)),
                _ => Err(ParseError::meaning(at, "ip: invalid operation")),
            };
        }
        let (text, at) = self.expect_text()?;
        let invalid = |problem| ParseError::new(self.text, at, problem);
        match op {
            LineOp::Contains | LineOp::NotContains => Ok(LineTerm::Text(text.into())),
            LineOp::Matches | LineOp::NotMatches => LineTerm::regex(&text).map_err(invalid),
            LineOp::Pattern | LineOp::NotPattern => {
                LinePattern::filter(&text).map(LineTerm::Pattern).map_err(invalid)
            }
        }
    }

    /// What stands behind a single `|`.
    fn piped_stage(&mut self) -> Result<Stage, ParseError> {
        let is_filter = !matches!(
            self.second(),
            Kind::Symbol("=" | "==" | "!=" | "=~" | "!~" | ">" | ">=" | "<" | "<=")
        );
        let word = self.word().filter(|_| is_filter);
        match word {
            Some("json") => self.json(),
            Some("logfmt") => self.logfmt(),
            Some("unpack") => Ok(self.plain(Stage::Unpack)),
            Some("decolorize") => Ok(self.plain(Stage::Decolorize)),
            Some("regexp") => self.with_text(|text| RegexpStage::parse(text).map(Stage::Regexp)),
            Some("pattern") => self.with_text(|text| PatternStage::parse(text).map(Stage::Pattern)),
            Some("line_format") => self.with_text(|text| Template::parse(text).map(Stage::LineFormat)),
            Some("label_format") => self.label_format(),
            Some("drop") => self.picks().map(Stage::Drop),
            Some("keep") => self.picks().map(Stage::Keep),
            _ => self.label_filter().map(Stage::Labels),
        }
    }

    fn plain(&mut self, stage: Stage) -> Stage {
        self.advance();
        stage
    }

    fn with_text(&mut self, make: impl FnOnce(&str) -> Result<Stage, String>) -> Result<Stage, ParseError> {
        self.advance();
        let (text, at) = self.expect_text()?;
        make(&text).map_err(|problem| ParseError::new(self.text, at, problem))
    }

    fn json(&mut self) -> Result<Stage, ParseError> {
        self.advance();
        let paths = self.expressions(|parser, name, text, at| {
            let path = JsonPath::parse(&text);
            let path = path.map_err(|problem| {
                let message = format!("cannot parse expression [{text}]: {problem}");
                ParseError::new(parser.text, at, message)
            })?;
            Ok((name.into(), path))
        })?;
        Ok(Stage::Json(JsonStage { paths }))
    }

    fn logfmt(&mut self) -> Result<Stage, ParseError> {
        self.advance();
        let (mut is_strict, mut keeps_empty) = (false, false);
        while *self.peek() == Kind::Flag {
            let at = self.advance().at;
            match &self.text[at] {
                "--strict" => is_strict = true,
                _ => keeps_empty = true,
            }
        }
        let keys = self.expressions(|_, name, text, _| Ok((name.into(), text.into())))?;
        Ok(Stage::Logfmt(LogfmtStage {
            is_strict,
            keeps_empty,
            keys,
        }))
    }

    /// `label="expression", other`
    fn expressions<T>(
        &mut self,
        make: impl Fn(&Self, &str, String, Range<usize>) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let mut all = Vec::new();
        while let Some(name) = self.word() {
            let mut at = self.advance().at;
            let mut text = name.to_owned();
            if self.take_symbol("=") {
                (text, at) = self.expect_text()?;
            }
            all.push(make(self, name, text, at)?);
            if !self.take_symbol(",") {
                break;
            }
        }
        Ok(all)
    }

    /// `to=from, other="{{.template}}"`
    fn label_format(&mut self) -> Result<Stage, ParseError> {
        let start = self.start();
        self.advance();
        let mut all: Vec<(Box<str>, LabelFormat)> = Vec::new();
        loop {
            let to = self.expect_word()?;
            self.expect_symbol("=")?;
            let format = match self.peek() {
                Kind::Ident => LabelFormat::Rename(self.expect_word()?.into()),
                _ => {
                    let (text, at) = self.expect_text()?;
                    let template = Template::parse(&text);
                    let template = template.map_err(|problem| ParseError::new(self.text, at, problem))?;
                    LabelFormat::Template(template)
                }
            };
            let problem = match to {
                _ if to.starts_with("__error") => format!("{to} cannot be formatted"),
                _ if all.iter().any(|(name, _)| **name == *to) => {
                    format!("multiple label name '{to}' not allowed in a single format operation")
                }
                _ => String::new(),
            };
            if !problem.is_empty() {
                return Err(ParseError::meaning(start..self.end(), problem));
            }
            all.push((to.into(), format));
            if !self.take_symbol(",") {
                return Ok(Stage::LabelFormat(all));
            }
        }
    }

    /// `name, other="value"`
    fn picks(&mut self) -> Result<Vec<LabelPick>, ParseError> {
        self.advance();
        let mut all = Vec::new();
        loop {
            let name = self.expect_word()?;
            let has_value = matches!(self.peek(), Kind::Symbol("=" | "!=" | "=~" | "!~"))
                && matches!(self.second(), Kind::Text(_));
            // `| drop level != "text"` would be a matcher as well as a line filter: the matcher wins.
            let matcher = match has_value {
                true => {
                    let op = self.matcher_op()?;
                    let (value, at) = self.expect_text()?;
                    let made = go_matcher(name, op, &value);
                    Some(made.map_err(|problem| ParseError::new(self.text, at, problem))?)
                }
                false => None,
            };
            all.push(LabelPick {
                name: name.into(),
                matcher,
            });
            if !self.take_symbol(",") {
                return Ok(all);
            }
        }
    }

    /// An expression that must match from end to end, for `label_replace`.
    pub(super) fn whole_regex(&self, text: &str, at: Range<usize>) -> Result<regex::Regex, ParseError> {
        go_regex_anchored(text).map_err(|problem| ParseError::new(self.text, at, problem))
    }
}
