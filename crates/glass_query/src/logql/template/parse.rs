//! A template's text to [`Node`]s.

use super::MAX_DEPTH;
use super::functions::is_function;
use super::value::Value;
use crate::logql::parse::text::quoted;

/// A piece of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(Box<str>),
    /// `{{ pipeline }}`
    Print(Pipe),
    /// `{{if a}}…{{else if b}}…{{else}}…{{end}}`
    If(Vec<(Pipe, Vec<Node>)>, Vec<Node>),
    /// `{{range a}}…{{else}}…{{end}}`
    Range(Pipe, Vec<Node>, Vec<Node>),
    /// `{{with a}}…{{else}}…{{end}}`
    With(Pipe, Vec<Node>, Vec<Node>),
}

/// `$x := command | command`
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    /// The variables that get the value.
    pub variables: Vec<Box<str>>,
    /// Whether they exist already: `=` and not `:=`.
    pub assigns: bool,
    /// Each gets the value of the one before as its last argument.
    pub commands: Vec<Vec<Term>>,
}

/// An argument, or a function in front of its arguments.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Dot,
    /// `.a.b`
    Field(Vec<Box<str>>),
    /// `$x.a`
    Variable(Box<str>, Vec<Box<str>>),
    Constant(Value),
    Function(Box<str>),
    /// `(pipeline).a`
    Nested(Box<Pipe>, Vec<Box<str>>),
}

/// What a text says, and what of a line it looks at.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub nodes: Vec<Node>,
    pub fields: Vec<String>,
    pub reads_all_labels: bool,
    pub reads_line: bool,
}

pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parser = Parser {
        pieces: pieces(text)?.into_iter(),
        parsed: Parsed::default(),
        depth: 0,
    };
    let (nodes, end) = parser.nodes()?;
    match end {
        End::Text => {}
        End::Closed => return Err("unexpected {{end}}".into()),
        End::Else(_) => return Err("unexpected {{else}}".into()),
    }
    parser.parsed.nodes = nodes;
    Ok(parser.parsed)
}

enum Piece<'t> {
    Text(&'t str),
    Action(Vec<Token<'t>>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    /// `.`
    Dot,
    /// `.a.b`, without the first dot.
    Field(&'t str),
    /// `$x.a`, without the dollar.
    Variable(&'t str),
    Constant(Value),
    Symbol(&'static str),
}

/// Takes text and actions apart; comments go, and white space beside `{{-` and `-}}`.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    let mut trims = false;
    loop {
        let open = rest.find("{{");
        let mut before = &rest[..open.unwrap_or(rest.len())];
        if trims {
            before = before.trim_start();
        }
        let Some(open) = open else {
            all.push(Piece::Text(before));
            return Ok(all);
        };
        let mut inside = &rest[open + 2..];
        if let Some(trimmed) = inside
            .strip_prefix('-')
            .filter(|rest| rest.starts_with(char::is_whitespace))
        {
            before = before.trim_end();
            inside = trimmed;
        }
        all.push(Piece::Text(before));
        if let Some(comment) = inside.trim_start().strip_prefix("/*") {
            let end = comment.find("*/").ok_or("unclosed comment")?;
            let after = comment[end + 2..].trim_start();
            trims = after.starts_with("-}}");
            let after = after.strip_prefix('-').unwrap_or(after);
            rest = after
                .strip_prefix("}}")
                .ok_or("comment ends before closing delimiter")?;
            continue;
        }
        let tokens;
        (tokens, rest, trims) = action(inside)?;
        all.push(Piece::Action(tokens));
    }
}

/// The tokens of an action, what follows it, and whether white space there goes.
fn action(text: &str) -> Result<(Vec<Token<'_>>, &str, bool), String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let has_space = trimmed.len() < rest.len();
        rest = trimmed;
        if let Some(after) = rest.strip_prefix("}}") {
            return Ok((tokens, after, false));
        }
        if let Some(after) = rest.strip_prefix("-}}").filter(|_| has_space) {
            return Ok((tokens, after, true));
        }
        let (token, length) = token(rest)?;
        tokens.push(token);
        rest = &rest[length..];
    }
}

fn token(rest: &str) -> Result<(Token<'_>, usize), String> {
    let first = rest.chars().next().ok_or("unclosed action")?;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let span = |is_part: &dyn Fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let is_path = |c: char| is_name(c) || c == '.';
    match first {
        '"' | '`' => {
            let (value, length) = quoted(rest).map_err(|_| "unterminated quoted string")?;
            Ok((Token::Constant(Value::Text(value)), length))
        }
        '\'' => {
            let end = rest[1..].find('\'').ok_or("unterminated character constant")?;
            let c = rest[1..].chars().next().unwrap_or(' ');
            Ok((Token::Constant(Value::Int(c as i64)), end + 2))
        }
        '.' if rest[1..].starts_with(is_name) && !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            let length = 1 + rest[1..].find(|c| !is_path(c)).unwrap_or(rest.len() - 1);
            Ok((Token::Field(&rest[1..length]), length))
        }
        '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Ok((Token::Dot, 1)),
        '$' => {
            let length = 1 + rest[1..].find(|c| !is_path(c)).unwrap_or(rest.len() - 1);
            Ok((Token::Variable(&rest[1..length]), length))
        }
        _ if is_name(first) && !first.is_ascii_digit() => {
            let length = span(&is_name);
            let word = &rest[..length];
            let token = match word {
                "true" | "false" => Token::Constant(Value::Bool(word == "true")),
                "nil" => Token::Constant(Value::Nil),
                _ => Token::Word(word),
            };
            Ok((token, length))
        }
        _ if first.is_ascii_digit() || matches!(first, '+' | '-' | '.') => {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
            let length = span(&is_part);
            let number = constant(&rest[..length])
                .ok_or_else(|| format!("bad number syntax: {:?}", &rest[..length]))?;
            Ok((Token::Constant(number), length))
        }
        _ => {
            let symbols = [":=", "=", "|", "(", ")", ","];
            let found = symbols.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = found.ok_or_else(|| format!("unexpected {first:?} in command"))?;
            Ok((Token::Symbol(symbol), symbol.len()))
        }
    }
}

fn constant(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    let hex = plain
        .strip_prefix("0x")
        .and_then(|digits| i64::from_str_radix(digits, 16).ok());
    let whole = hex.or_else(|| plain.parse().ok());
    whole
        .map(Value::Int)
        .or_else(|| plain.parse().ok().map(Value::Float))
}

/// What ends a list of nodes.
enum End<'t> {
    Text,
    Closed,
    /// What stands behind `else`.
    Else(Vec<Token<'t>>),
}

struct Parser<'t> {
    pieces: std::vec::IntoIter<Piece<'t>>,
    parsed: Parsed,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Nodes up to an end.
    fn nodes(&mut self) -> Result<(Vec<Node>, End<'t>), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("exceeded maximum nesting".into());
        }
        let mut nodes = Vec::new();
        let end = loop {
            let Some(piece) = self.pieces.next() else {
                break End::Text;
            };
            let tokens = match piece {
                Piece::Text("") => continue,
                Piece::Text(text) => {
                    nodes.push(Node::Text(text.into()));
                    continue;
                }
                Piece::Action(tokens) => tokens,
            };
            match tokens.first() {
                Some(Token::Word("end")) => break End::Closed,
                Some(Token::Word("else")) => break End::Else(tokens[1..].to_vec()),
                Some(Token::Word("if")) => nodes.push(self.choice(&tokens[1..])?),
                Some(Token::Word(word @ ("range" | "with"))) => {
                    let pipe = self.pipe(&tokens[1..])?;
                    let (body, otherwise) = self.body()?;
                    nodes.push(match *word {
                        "range" => Node::Range(pipe, body, otherwise),
                        _ => Node::With(pipe, body, otherwise),
                    });
                }
                Some(Token::Word(word @ ("define" | "template" | "block" | "break" | "continue"))) => {
                    return Err(format!("{{{{{word}}}}} is not supported"));
                }
                _ => nodes.push(Node::Print(self.pipe(&tokens)?)),
            }
        };
        self.depth -= 1;
        Ok((nodes, end))
    }

    /// What stands between `range` or `with` and its end.
    fn body(&mut self) -> Result<(Vec<Node>, Vec<Node>), String> {
        match self.nodes()? {
            (body, End::Closed) => Ok((body, Vec::new())),
            (body, End::Else(rest)) if rest.is_empty() => match self.nodes()? {
                (otherwise, End::Closed) => Ok((body, otherwise)),
                _ => Err("unexpected end of template".into()),
            },
            _ => Err("unexpected EOF".into()),
        }
    }

    fn choice(&mut self, condition: &[Token<'t>]) -> Result<Node, String> {
        let mut branches = Vec::new();
        let mut condition = condition.to_vec();
        loop {
            let pipe = self.pipe(&condition)?;
            let (body, end) = self.nodes()?;
            branches.push((pipe, body));
            match end {
                End::Closed => return Ok(Node::If(branches, Vec::new())),
                End::Else(rest) if rest.is_empty() => {
                    return match self.nodes()? {
                        (otherwise, End::Closed) => Ok(Node::If(branches, otherwise)),
                        _ => Err("unexpected EOF".into()),
                    };
                }
                End::Else(rest) if rest[0] == Token::Word("if") => condition = rest[1..].to_vec(),
                _ => return Err("unexpected EOF".into()),
            }
        }
    }

    fn pipe(&mut self, tokens: &[Token<'t>]) -> Result<Pipe, String> {
        let (variables, assigns, rest) = declaration(tokens);
        let mut reader = Reader {
            tokens: rest,
            parsed: &mut self.parsed,
            depth: 0,
        };
        let commands = reader.commands()?;
        if !reader.tokens.is_empty() {
            return Err("unexpected \")\" in command".into());
        }
        Ok(Pipe {
            variables,
            assigns,
            commands,
        })
    }
}

/// `$x :=`, `$i, $x :=` or `$x =` in front, and what follows.
fn declaration<'s, 't>(tokens: &'s [Token<'t>]) -> (Vec<Box<str>>, bool, &'s [Token<'t>]) {
    let (names, rest): (Vec<&str>, _) = match tokens {
        [Token::Variable(x), rest @ ..] if matches!(rest, [Token::Symbol(":=" | "="), ..]) => (vec![x], rest),
        [
            Token::Variable(i),
            Token::Symbol(","),
            Token::Variable(x),
            rest @ ..,
        ] => (vec![i, x], rest),
        _ => (Vec::new(), tokens),
    };
    match rest {
        [Token::Symbol(sign @ (":=" | "=")), rest @ ..] if !names.is_empty() => {
            (names.into_iter().map(Into::into).collect(), *sign == "=", rest)
        }
        _ => (Vec::new(), false, tokens),
    }
}

struct Reader<'s, 't> {
    tokens: &'s [Token<'t>],
    parsed: &'s mut Parsed,
    depth: usize,
}

impl Reader<'_, '_> {
    /// Commands up to a closing parenthesis or the end.
    fn commands(&mut self) -> Result<Vec<Vec<Term>>, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("exceeded maximum nesting".into());
        }
        let mut commands = vec![Vec::new()];
        while let Some((token, rest)) = self.tokens.split_first() {
            if *token == Token::Symbol(")") {
                break;
            }
            self.tokens = rest;
            if *token == Token::Symbol("|") {
                commands.push(Vec::new());
                continue;
            }
            let term = self.term(token)?;
            if let Some(command) = commands.last_mut() {
                command.push(term);
            }
        }
        if commands.iter().any(Vec::is_empty) {
            return Err("missing value for command".into());
        }
        self.depth -= 1;
        Ok(commands)
    }

    fn term(&mut self, token: &Token<'_>) -> Result<Term, String> {
        let path = |text: &str| -> Vec<Box<str>> {
            text.split('.')
                .filter(|part| !part.is_empty())
                .map(Into::into)
                .collect()
        };
        Ok(match token {
            Token::Dot => {
                self.parsed.reads_all_labels = true;
                Term::Dot
            }
            Token::Field(text) => {
                let names = path(text);
                self.parsed
                    .fields
                    .extend(names.first().map(|name| name.to_string()));
                Term::Field(names)
            }
            Token::Variable(text) => {
                let mut names = path(text);
                self.parsed.reads_all_labels |= text.is_empty() || text.starts_with('.');
                let is_root = names.is_empty() || text.starts_with('.');
                let name = if is_root { "".into() } else { names.remove(0) };
                Term::Variable(name, names)
            }
            Token::Constant(value) => Term::Constant(value.clone()),
            Token::Word(word) if is_function(word) => {
                self.parsed.reads_line |= *word == "__line__";
                Term::Function((*word).into())
            }
            Token::Word(word) => return Err(format!("function {word:?} not defined")),
            Token::Symbol("(") => {
                let commands = self.commands()?;
                let [Token::Symbol(")"), rest @ ..] = self.tokens else {
                    return Err("unclosed left paren".into());
                };
                self.tokens = rest;
                let mut fields = Vec::new();
                if let [Token::Field(text), rest @ ..] = rest {
                    fields = path(text);
                    self.tokens = rest;
                }
                let pipe = Pipe {
                    variables: Vec::new(),
                    assigns: false,
                    commands,
                };
                Term::Nested(Box::new(pipe), fields)
            }
            Token::Symbol(symbol) => return Err(format!("unexpected {symbol:?} in command")),
        })
    }
}
