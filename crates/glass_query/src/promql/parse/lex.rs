//! Text to [`Token`]s, by [`lex`]. Never fails: what cannot be read becomes a last token of kind [`Kind::Error`].

use super::number;
use super::text::{quote_char, unicode_name};
use crate::promql::ast::{AggregateOp, BinaryOp};
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    End,
    Error,
    Comma,
    Colon,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    At,
    /// `=`
    Assign,
    /// `=~`
    MatchRegex,
    /// `!~`
    MatchNotRegex,
    /// An operator; in braces `!=` is one too.
    Operator(BinaryOp),
    Aggregation(AggregateOp),
    Keyword(Keyword),
    /// A word that is a function of the query's own times, or of durations.
    Preprocessor(Preprocessor),
    /// A word without a colon.
    Identifier,
    /// A word with a colon.
    MetricIdentifier,
    Number,
    Duration,
    /// A text with its quotes.
    Text,
}

/// Words that modify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    Offset,
    Smoothed,
    Anchored,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Bool,
}

/// Words that stand for something of the query itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preprocessor {
    Start,
    End,
    Step,
    Range,
    MaxOf,
    MinOf,
}

/// The smallest piece of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Token {
    /// Its bytes.
    pub fn at(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// All tokens of a text, and where the lexer stood at its end.
#[derive(Debug)]
pub struct Tokens {
    /// The tokens without comments; the last is [`Kind::End`] or [`Kind::Error`].
    pub all: Vec<Token>,
    /// What is wrong, if the last is an error.
    pub error: Option<String>,
    /// Whether the text ends inside `{…`.
    pub in_braces: bool,
    /// Whether it ends inside `[…`.
    pub in_brackets: bool,
    /// Whether it ends inside a comment.
    pub in_comment: bool,
    /// The first byte of a text that has no end, its quote.
    pub open_text: Option<usize>,
}

/// Takes a text apart. Time and memory are linear in its length.
pub fn lex(text: &str) -> Tokens {
    let mut lexer = Lexer {
        text,
        at: 0,
        start: 0,
        n_parens: 0,
        in_duration: false,
        got_colon: false,
        got_duration: false,
        out: Tokens {
            all: Vec::with_capacity(text.len() / 4 + 2),
            error: None,
            in_braces: false,
            in_brackets: false,
            in_comment: false,
            open_text: None,
        },
    };
    loop {
        lexer.start = lexer.at;
        match lexer.step() {
            Ok(Some(Kind::End)) => {
                lexer.push(Kind::End);
                break;
            }
            Ok(Some(kind)) => lexer.push(kind),
            Ok(None) => {}
            Err(message) => {
                lexer.at = text.len();
                lexer.push(Kind::Error);
                lexer.out.error = Some(message);
                break;
            }
        }
    }
    lexer.out
}

/// The word's own kind, if it is no plain identifier.
pub fn keyword(word: &str) -> Option<Kind> {
    let lower = word.to_ascii_lowercase();
    let keyword = match lower.as_str() {
        "inf" | "nan" => return Some(Kind::Number),
        "offset" => Keyword::Offset,
        "smoothed" => Keyword::Smoothed,
        "anchored" => Keyword::Anchored,
        "by" => Keyword::By,
        "without" => Keyword::Without,
        "on" => Keyword::On,
        "ignoring" => Keyword::Ignoring,
        "group_left" => Keyword::GroupLeft,
        "group_right" => Keyword::GroupRight,
        "fill" => Keyword::Fill,
        "fill_left" => Keyword::FillLeft,
        "fill_right" => Keyword::FillRight,
        "bool" => Keyword::Bool,
        lower => return operator_word(lower),
    };
    Some(Kind::Keyword(keyword))
}

fn operator_word(lower: &str) -> Option<Kind> {
    if let Some(op) = AggregateOp::ALL.into_iter().find(|op| op.name() == lower) {
        return Some(Kind::Aggregation(op));
    }
    let kind = match lower {
        "and" => Kind::Operator(BinaryOp::And),
        "or" => Kind::Operator(BinaryOp::Or),
        "unless" => Kind::Operator(BinaryOp::Unless),
        "atan2" => Kind::Operator(BinaryOp::Atan2),
        "start" => Kind::Preprocessor(Preprocessor::Start),
        "end" => Kind::Preprocessor(Preprocessor::End),
        lower => Kind::Preprocessor(duration_word(lower)?),
    };
    Some(kind)
}

fn duration_word(lower: &str) -> Option<Preprocessor> {
    Some(match lower {
        "step" => Preprocessor::Step,
        "range" => Preprocessor::Range,
        "max_of" => Preprocessor::MaxOf,
        "min_of" => Preprocessor::MinOf,
        _ => return None,
    })
}

struct Lexer<'a> {
    text: &'a str,
    /// The next byte to read.
    at: usize,
    /// Where the token in hand begins.
    start: usize,
    n_parens: usize,
    /// After `[`, before its first duration.
    in_duration: bool,
    got_colon: bool,
    got_duration: bool,
    out: Tokens,
}

/// A token's kind, `None` for a space or a comment.
type Step = Result<Option<Kind>, String>;

impl Lexer<'_> {
    fn push(&mut self, kind: Kind) {
        self.out.all.push(Token {
            kind,
            start: self.start,
            end: self.at,
        });
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn peek_byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn next(&mut self) -> Option<char> {
        let found = self.peek()?;
        self.at += found.len_utf8();
        Some(found)
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| wanted(**byte)).count();
    }

    fn step(&mut self) -> Step {
        if self.in_duration {
            return self.step_in_duration();
        }
        if self.peek() == Some('#') {
            self.skip_while(|byte| byte != b'\n' && byte != b'\r');
            self.out.in_comment = self.at == self.text.len();
            return Ok(None);
        }
        if self.out.in_braces {
            return self.step_in_braces();
        }
        let Some(c) = self.next() else {
            return self.end();
        };
        match c {
            c if is_space(c) => self.space(),
            '!' => match self.next() {
                Some('=') => operator(BinaryOp::NotEqual),
                other => Err(format!("unexpected character after '!': {}", quote_char(other))),
            },
            '=' => match self.peek() {
                Some('=') => self.longer(BinaryOp::Equal),
                Some('~') => Err("unexpected character after '=': '~'".into()),
                _ => Ok(Some(Kind::Assign)),
            },
            '<' => self.comparison(BinaryOp::Less, BinaryOp::LessEqual, BinaryOp::TrimUpper),
            '>' => self.comparison(BinaryOp::Greater, BinaryOp::GreaterEqual, BinaryOp::TrimLower),
            '"' | '\'' | '`' => self.quoted(c),
            '@' => Ok(Some(Kind::At)),
            '.' | '0'..='9' if self.begins_number(c) => self.number_or_duration(),
            'a'..='z' | 'A'..='Z' | '_' | ':' if self.out.in_brackets => self.word_in_brackets(c),
            'a'..='z' | 'A'..='Z' | '_' | ':' => Ok(Some(self.word())),
            c => self.punctuation(c),
        }
    }

    fn end(&self) -> Step {
        if self.n_parens > 0 {
            Err("unclosed left parenthesis".into())
        } else if self.out.in_brackets {
            Err("unclosed left bracket".into())
        } else {
            Ok(Some(Kind::End))
        }
    }

    fn space(&mut self) -> Step {
        self.skip_while(|byte| is_space(char::from(byte)));
        Ok(None)
    }

    fn longer(&mut self, op: BinaryOp) -> Step {
        self.at += 1;
        operator(op)
    }

    fn comparison(&mut self, plain: BinaryOp, or_equal: BinaryOp, trim: BinaryOp) -> Step {
        match self.peek() {
            Some('=') => self.longer(or_equal),
            Some('/') => self.longer(trim),
            _ => operator(plain),
        }
    }

    fn punctuation(&mut self, c: char) -> Step {
        if let Some(op) = arithmetic(c) {
            return operator(op);
        }
        Ok(Some(match c {
            ',' => Kind::Comma,
            '(' => {
                self.n_parens += 1;
                Kind::LeftParen
            }
            ')' => return self.right_paren(),
            '{' => {
                self.out.in_braces = true;
                Kind::LeftBrace
            }
            '[' if self.out.in_brackets => return Err("unexpected left bracket '['".into()),
            '[' => {
                self.out.in_brackets = true;
                self.in_duration = true;
                self.got_colon = false;
                Kind::LeftBracket
            }
            ']' if self.out.in_brackets => {
                self.out.in_brackets = false;
                Kind::RightBracket
            }
            ']' => return Err("unexpected right bracket ']'".into()),
            c => return Err(format!("unexpected character: {}", quote_char(Some(c)))),
        }))
    }

    /// One too many is reported after itself, as Prometheus does.
    fn right_paren(&mut self) -> Step {
        if self.n_parens == 0 {
            self.start = self.at;
            return Err("unexpected right parenthesis ')'".into());
        }
        self.n_parens -= 1;
        Ok(Some(Kind::RightParen))
    }

    fn begins_number(&self, c: char) -> bool {
        c.is_ascii_digit() || self.peek_byte().is_ascii_digit()
    }

    fn number_or_duration(&mut self) -> Step {
        let bytes = self.text.as_bytes();
        let (end, is_number) = number::scan_number(bytes, self.start);
        self.at = end;
        if is_number {
            return Ok(Some(Kind::Number));
        }
        let (end, is_duration) = number::scan_duration(bytes, end);
        self.at = end;
        if is_duration {
            return Ok(Some(Kind::Duration));
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let seen = &self.text[self.start..self.at];
        Err(format!(
            "bad number or duration syntax: {}",
            super::text::quote(seen)
        ))
    }

    fn word(&mut self) -> Kind {
        self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':');
        let word = &self.text[self.start..self.at];
        let plain = if word.contains(':') {
            Kind::MetricIdentifier
        } else {
            Kind::Identifier
        };
        match keyword(word) {
            // Before anything else these words may be names of metrics that are older than the modifiers.
            Some(Kind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight))
                if !self.text[self.at..].trim_start_matches(is_space).starts_with('(') =>
            {
                plain
            }
            Some(kind) => kind,
            None => plain,
        }
    }

    fn word_in_brackets(&mut self, c: char) -> Step {
        if c == ':' {
            if self.got_colon {
                return Err("unexpected colon ':'".into());
            }
            self.got_colon = true;
            return Ok(Some(Kind::Colon));
        }
        self.duration_keyword()
            .ok_or_else(|| format!("unexpected character: {}, expected ':'", quote_char(Some(c))))
            .map(Some)
    }

    fn duration_keyword(&mut self) -> Option<Kind> {
        self.skip_while(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let lower = self.text[self.start..self.at].to_ascii_lowercase();
        duration_word(&lower).map(Kind::Preprocessor)
    }

    fn step_in_duration(&mut self) -> Step {
        let Some(c) = self.next() else {
            return Err("unexpected end of input in duration expression".into());
        };
        match c {
            c if is_space(c) => self.space(),
            ']' => {
                self.in_duration = false;
                self.out.in_brackets = false;
                Ok(Some(Kind::RightBracket))
            }
            ':' => self.colon_in_duration(),
            '(' => {
                self.n_parens += 1;
                Ok(Some(Kind::LeftParen))
            }
            ')' => self.right_paren(),
            ',' => Ok(Some(Kind::Comma)),
            '.' | '0'..='9' if self.begins_number(c) => {
                self.in_duration = false;
                self.got_duration = true;
                self.number_or_duration()
            }
            'a'..='z' | 'A'..='Z' => {
                if let Some(kind) = self.duration_keyword() {
                    return Ok(Some(kind));
                }
                Err(unexpected_in_duration(c))
            }
            c => match arithmetic(c) {
                Some(op) => operator(op),
                None => Err(unexpected_in_duration(c)),
            },
        }
    }

    fn colon_in_duration(&mut self) -> Step {
        if !self.got_duration {
            return Err("unexpected colon before duration in duration expression".into());
        }
        if self.got_colon {
            return Err("unexpected repeated colon in duration expression".into());
        }
        self.got_colon = true;
        Ok(Some(Kind::Colon))
    }

    fn step_in_braces(&mut self) -> Step {
        let Some(c) = self.next() else {
            return Err("unexpected end of input inside braces".into());
        };
        match c {
            c if is_space(c) => self.space(),
            'a'..='z' | 'A'..='Z' | '_' => {
                self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                Ok(Some(Kind::Identifier))
            }
            ',' => Ok(Some(Kind::Comma)),
            '"' | '\'' | '`' => self.quoted(c),
            '=' if self.accept('~') => Ok(Some(Kind::MatchRegex)),
            '=' => Ok(Some(Kind::Assign)),
            '!' => match self.next() {
                Some('~') => Ok(Some(Kind::MatchNotRegex)),
                Some('=') => operator(BinaryOp::NotEqual),
                other => Err(format!(
                    "unexpected character after '!' inside braces: {}",
                    quote_char(other)
                )),
            },
            '{' => Err("unexpected left brace '{'".into()),
            '}' => {
                self.out.in_braces = false;
                Ok(Some(Kind::RightBrace))
            }
            c => Err(format!(
                "unexpected character inside braces: {}",
                quote_char(Some(c))
            )),
        }
    }

    /// A text whose first quote has been read.
    fn quoted(&mut self, quote: char) -> Step {
        let is_raw = quote == '`';
        loop {
            match self.next() {
                Some(c) if c == quote => return Ok(Some(Kind::Text)),
                Some('\\') if !is_raw => self.escape(quote)?,
                Some(char::REPLACEMENT_CHARACTER) => return Err("invalid UTF-8 rune".into()),
                None if is_raw => {
                    self.out.open_text = Some(self.start);
                    return Err("unterminated raw string".into());
                }
                Some('\n') if is_raw => {}
                None | Some('\n') => {
                    self.out.open_text = Some(self.start).filter(|_| self.at == self.text.len());
                    return Err("unterminated quoted string".into());
                }
                Some(_) => {}
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<(), String> {
        let (n_digits, base, max) = match self.next() {
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\') => return Ok(()),
            Some(c) if c == quote => return Ok(()),
            Some('0'..='7') => {
                self.at -= 1;
                (3, 8, 255)
            }
            Some('x') => (2, 16, 255),
            Some('u') => (4, 16, 0x10_ffff),
            Some('U') => (8, 16, 0x10_ffff),
            None => {
                self.out.open_text = Some(self.start);
                return Err("escape sequence not terminated".into());
            }
            Some(c) => return Err(format!("unknown escape sequence {}", unicode_name(c))),
        };
        let mut value = 0u64;
        for _ in 0..n_digits {
            let Some(c) = self.next() else {
                self.out.open_text = Some(self.start);
                return Err("escape sequence not terminated".into());
            };
            let Some(digit) = c.to_digit(base) else {
                return Err(format!(
                    "illegal character {} in escape sequence",
                    unicode_name(c)
                ));
            };
            value = value * u64::from(base) + u64::from(digit);
        }
        if value > max || (0xd800..0xe000).contains(&value) {
            return Err("escape sequence is an invalid Unicode code point".into());
        }
        Ok(())
    }
}

fn operator(op: BinaryOp) -> Step {
    Ok(Some(Kind::Operator(op)))
}

fn arithmetic(c: char) -> Option<BinaryOp> {
    Some(match c {
        '+' => BinaryOp::Add,
        '-' => BinaryOp::Sub,
        '*' => BinaryOp::Mul,
        '/' => BinaryOp::Div,
        '%' => BinaryOp::Mod,
        '^' => BinaryOp::Pow,
        _ => return None,
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn unexpected_in_duration(c: char) -> String {
    format!(
        "unexpected character in duration expression: {}",
        quote_char(Some(c))
    )
}
