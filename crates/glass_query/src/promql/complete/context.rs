//! What the tokens before a place say of it.

use super::{Wanted, words};
use crate::promql::parse::lex::{self, Keyword, Kind, Token};
use crate::promql::parse::text;
use glass_model::{CompletionItem, Matcher, MatcherOp, Selector};

/// The tokens before a place.
pub(super) struct Context<'a> {
    /// The whole query.
    pub text: &'a str,
    /// The whole tokens before the place, without the word in hand.
    pub tokens: &'a [Token],
    pub in_braces: bool,
    pub in_brackets: bool,
}

/// What may stand at a place.
pub(super) struct Before {
    pub wanted: Wanted,
    pub fixed: Vec<CompletionItem>,
    /// At a label's value: whether it is an expression.
    pub is_regex_value: Option<bool>,
}

impl Before {
    fn fixed(fixed: Vec<CompletionItem>) -> Self {
        Self {
            wanted: Wanted::Nothing,
            fixed,
            is_regex_value: None,
        }
    }

    fn wanted(wanted: Wanted) -> Self {
        Self {
            wanted,
            fixed: Vec::new(),
            is_regex_value: None,
        }
    }

    fn expression(mut fixed: Vec<CompletionItem>) -> Self {
        fixed.extend(words::calls());
        Self {
            wanted: Wanted::Expression,
            fixed,
            is_regex_value: None,
        }
    }
}

impl Context<'_> {
    fn kind(&self, back: usize) -> Option<Kind> {
        let at = self.tokens.len().checked_sub(back)?;
        self.tokens.get(at).map(|token| token.kind)
    }

    fn slice(&self, token: &Token) -> &str {
        self.text.get(token.at()).unwrap_or("")
    }

    /// What may stand outside of texts.
    pub fn before(&self) -> Before {
        if self.in_braces {
            return self.in_braces();
        }
        if self.in_brackets {
            return match self.kind(1) {
                Some(Kind::LeftBracket | Kind::Colon) => Before::fixed(words::durations()),
                _ => Before::fixed(Vec::new()),
            };
        }
        let Some(last) = self.kind(1) else {
            return Before::expression(Vec::new());
        };
        match last {
            Kind::LeftParen | Kind::Comma if self.in_label_list() => Before::wanted(self.grouping_labels()),
            Kind::LeftParen | Kind::Comma | Kind::Keyword(Keyword::Bool) => Before::expression(Vec::new()),
            Kind::Operator(_) => Before::expression(words::matching()),
            Kind::Keyword(Keyword::Offset) if self.tokens.len() > 1 => Before::fixed(words::durations()),
            Kind::At => Before::fixed(words::moments()),
            Kind::Aggregation(_) => Before::fixed([words::by(), words::after_expression()].concat()),
            Kind::RightParen => self.after_paren(),
            Kind::Keyword(Keyword::GroupLeft | Keyword::GroupRight) => Before::expression(Vec::new()),
            Kind::Keyword(_) => Before::fixed(Vec::new()),
            _ => Before::fixed(words::after_expression()),
        }
    }

    /// What may stand in a text, whose quote comes next; `None` if that is anybody's guess.
    pub fn before_text(&self) -> Option<Before> {
        if self.in_braces {
            return Some(self.in_braces());
        }
        match self.kind(1) {
            Some(Kind::LeftParen | Kind::Comma) if self.in_label_list() => {
                Some(Before::wanted(self.grouping_labels()))
            }
            _ => None,
        }
    }

    /// The place of the parenthesis that is open here, or of the one that the last token closes.
    fn open_paren(&self, mut n_closed: usize) -> Option<usize> {
        for (at, token) in self.tokens.iter().enumerate().rev() {
            match token.kind {
                Kind::RightParen => n_closed += 1,
                Kind::LeftParen if n_closed == 0 => return Some(at),
                Kind::LeftParen => n_closed -= 1,
                _ => {}
            }
        }
        None
    }

    fn kind_before(&self, paren: usize) -> Option<Kind> {
        self.tokens.get(paren.checked_sub(1)?).map(|token| token.kind)
    }

    fn in_label_list(&self) -> bool {
        self.open_paren(0)
            .and_then(|paren| self.kind_before(paren))
            .is_some_and(takes_labels)
    }

    /// After `)`: of a label list, an aggregation, or anything else.
    fn after_paren(&self) -> Before {
        let inside = Context {
            tokens: self.tokens.split_last().map_or(&[], |(_, rest)| rest),
            ..*self
        };
        match inside.open_paren(0).and_then(|paren| self.kind_before(paren)) {
            Some(Kind::Keyword(Keyword::On | Keyword::Ignoring)) => Before::expression(words::grouping()),
            Some(Kind::Keyword(Keyword::GroupLeft | Keyword::GroupRight)) => Before::expression(Vec::new()),
            Some(Kind::Keyword(Keyword::By | Keyword::Without)) => Before::fixed(words::after_expression()),
            Some(Kind::Aggregation(_)) => Before::fixed([words::by(), words::after_expression()].concat()),
            _ => Before::fixed(words::after_expression()),
        }
    }

    /// The labels of all series that the query names, since the metric often comes after the place.
    fn grouping_labels(&self) -> Wanted {
        let lexed = lex::lex(self.text);
        let mut selectors: Vec<Selector> = Vec::new();
        let mut depth = 0usize;
        let mut lists = Vec::new();
        for (i, token) in lexed.all.iter().enumerate() {
            let before = i
                .checked_sub(1)
                .and_then(|at| lexed.all.get(at))
                .map(|token| token.kind);
            match token.kind {
                Kind::LeftBrace => depth += 1,
                Kind::RightBrace => depth = depth.saturating_sub(1),
                Kind::LeftParen => lists.push(before.is_some_and(takes_labels)),
                Kind::RightParen => drop(lists.pop()),
                Kind::Identifier | Kind::MetricIdentifier
                    if depth == 0
                        && lists.last() != Some(&true)
                        && lexed.all.get(i + 1).map(|token| token.kind) != Some(Kind::LeftParen) =>
                {
                    let selector = Selector::metric(self.slice(token));
                    if !selectors.contains(&selector) && selectors.len() < 16 {
                        selectors.push(selector);
                    }
                }
                _ => {}
            }
        }
        if selectors.is_empty() {
            selectors.push(Selector::all());
        }
        let start = self.open_paren(0).map_or(self.tokens.len(), |paren| paren + 1);
        let names = self.tokens.get(start..).unwrap_or(&[]).iter();
        Wanted::Labels {
            selectors,
            taken: names
                .filter(|token| token.kind != Kind::Comma)
                .map(|token| self.name(token))
                .collect(),
        }
    }

    fn in_braces(&self) -> Before {
        let Some(brace) = self
            .tokens
            .iter()
            .rposition(|token| token.kind == Kind::LeftBrace)
        else {
            return Before::fixed(Vec::new());
        };
        match self.kind(1) {
            Some(Kind::LeftBrace | Kind::Comma) => {
                let selector = self.selector(brace, None);
                Before::wanted(Wanted::Labels {
                    taken: selector
                        .matchers
                        .iter()
                        .map(|matcher| matcher.name().into())
                        .collect(),
                    selectors: vec![selector],
                })
            }
            Some(Kind::Identifier) => Before::fixed(words::matchers()),
            Some(kind) => match (matcher_op(kind), self.tokens.len().checked_sub(2)) {
                (Some(op), Some(label)) if label > brace => self.value(brace, label, op),
                _ => Before::fixed(Vec::new()),
            },
            None => Before::fixed(Vec::new()),
        }
    }

    fn value(&self, brace: usize, label: usize, op: MatcherOp) -> Before {
        Before {
            wanted: Wanted::LabelValues {
                label: self.name(&self.tokens[label]),
                selector: self.selector(brace, Some(label)),
            },
            fixed: Vec::new(),
            is_regex_value: Some(matches!(op, MatcherOp::Regex | MatcherOp::NotRegex)),
        }
    }

    fn name(&self, token: &Token) -> String {
        let word = self.slice(token);
        match token.kind {
            Kind::Text => text::unquote(word).unwrap_or_default(),
            _ => word.into(),
        }
    }

    /// The conditions in the braces and the name before them, without the one on the label at `skipped`.
    fn selector(&self, brace: usize, skipped: Option<usize>) -> Selector {
        let mut selector = Selector::all();
        if let Some(name) = brace.checked_sub(1).and_then(|at| self.tokens.get(at))
            && super::is_word(name.kind)
            && !matches!(name.kind, Kind::Number | Kind::Duration)
        {
            selector = Selector::metric(self.slice(name));
        }
        let inside = self.tokens.get(brace + 1..).unwrap_or(&[]);
        for (i, part) in inside.split(|token| token.kind == Kind::Comma).enumerate() {
            match part {
                [label, op, value] if value.kind == Kind::Text => {
                    if let Some(op) = matcher_op(op.kind)
                        && let Ok(matcher) = Matcher::new(&self.name(label), op, &self.name(value))
                    {
                        selector.matchers.push(matcher);
                    }
                }
                [name] if name.kind == Kind::Text && i == 0 && skipped != Some(brace + 1) => {
                    selector
                        .matchers
                        .push(Matcher::equal("__name__", &self.name(name)));
                }
                _ => {}
            }
        }
        selector
    }
}

fn takes_labels(kind: Kind) -> bool {
    use Keyword::{By, GroupLeft, GroupRight, Ignoring, On, Without};
    matches!(
        kind,
        Kind::Keyword(By | Without | On | Ignoring | GroupLeft | GroupRight)
    )
}

fn matcher_op(kind: Kind) -> Option<MatcherOp> {
    Some(match kind {
        Kind::Assign => MatcherOp::Equal,
        Kind::MatchRegex => MatcherOp::Regex,
        Kind::MatchNotRegex => MatcherOp::NotRegex,
        Kind::Operator(crate::promql::ast::BinaryOp::NotEqual) => MatcherOp::NotEqual,
        _ => return None,
    })
}
