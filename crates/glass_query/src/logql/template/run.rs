//! Runs a template on a line.

use super::functions::call;
use super::parse::{Node, Pipe, Term};
use super::value::Value;
use super::{MAX_OUTPUT, MAX_ROUNDS, Moment};
use crate::logql::stages::LineState;
use serde_json::Value as Json;

/// What functions can see.
pub(super) struct Scope<'s, 'a> {
    pub state: &'s LineState<'a>,
    pub now: Moment,
    variables: Vec<(Box<str>, Value)>,
    out: String,
    n_rounds: usize,
}

pub(super) fn run(nodes: &[Node], state: &LineState<'_>, now: Moment) -> Result<String, String> {
    let mut scope = Scope {
        state,
        now,
        variables: Vec::new(),
        out: String::new(),
        n_rounds: 0,
    };
    scope.nodes(nodes, &Value::Labels)?;
    Ok(scope.out)
}

impl Scope<'_, '_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), String> {
        let n_variables = self.variables.len();
        for node in nodes {
            match node {
                Node::Text(text) => self.write(text)?,
                Node::Print(pipe) => self.print(pipe, dot)?,
                Node::If(branches, otherwise) => {
                    let mut chosen = otherwise;
                    for (condition, body) in branches {
                        if self.pipe(condition, dot)?.is_true() {
                            chosen = body;
                            break;
                        }
                    }
                    self.nodes(chosen, dot)?;
                }
                Node::With(pipe, body, otherwise) => {
                    let value = self.pipe(pipe, dot)?;
                    match value.is_true() {
                        true => self.nodes(body, &value)?,
                        false => self.nodes(otherwise, dot)?,
                    }
                }
                Node::Range(pipe, body, otherwise) => self.range(pipe, (body, otherwise), dot)?,
            }
        }
        self.variables.truncate(n_variables);
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), String> {
        if self.out.len() + text.len() > MAX_OUTPUT {
            return Err(format!("the template writes more than {MAX_OUTPUT} bytes"));
        }
        self.out.push_str(text);
        Ok(())
    }

    /// A label is the most frequent thing to print: it goes without a copy.
    fn print(&mut self, pipe: &Pipe, dot: &Value) -> Result<(), String> {
        if let ([command], true, Value::Labels) = (pipe.commands.as_slice(), pipe.variables.is_empty(), dot)
            && let [Term::Field(names)] = command.as_slice()
            && let [name] = names.as_slice()
        {
            let state = self.state;
            return self.write(state.get(name).unwrap_or(""));
        }
        let value = self.pipe(pipe, dot)?;
        match pipe.variables.is_empty() {
            true => self.write(&value.text()),
            false => Ok(()),
        }
    }

    fn range(&mut self, pipe: &Pipe, bodies: (&[Node], &[Node]), dot: &Value) -> Result<(), String> {
        let (body, otherwise) = bodies;
        let n_variables = self.variables.len();
        let value = self.commands(pipe, dot)?;
        let items: Vec<(Value, Value)> = match value {
            Value::Json(Json::Array(items)) => (0..)
                .map(Value::Int)
                .zip(items.into_iter().map(Value::of_json))
                .collect(),
            Value::Json(Json::Object(items)) => {
                let items = items.into_iter();
                items
                    .map(|(key, value)| (Value::Text(key), Value::of_json(value)))
                    .collect()
            }
            Value::Labels => {
                let of = |name: String| (Value::Text(self.state.get(&name).unwrap_or("").to_owned()), name);
                let names = self.state.names().into_iter();
                names
                    .map(of)
                    .map(|(value, name)| (Value::Text(name), value))
                    .collect()
            }
            Value::Int(n) => (0..n.clamp(0, MAX_ROUNDS as i64 + 1))
                .map(|i| (Value::Int(i), Value::Int(i)))
                .collect(),
            Value::Nil => Vec::new(),
            Value::Text(text) if text.is_empty() => Vec::new(),
            other => return Err(format!("range can't iterate over {}", other.text())),
        };
        if items.is_empty() {
            return self.nodes(otherwise, dot);
        }
        for (key, item) in items {
            self.n_rounds += 1;
            if self.n_rounds > MAX_ROUNDS {
                return Err(format!("the template goes round more than {MAX_ROUNDS} times"));
            }
            match pipe.variables.as_slice() {
                [x] => self.variables.push((x.clone(), item.clone())),
                [i, x] => self
                    .variables
                    .extend([(i.clone(), key), (x.clone(), item.clone())]),
                _ => {}
            }
            self.nodes(body, &item)?;
            self.variables.truncate(n_variables);
        }
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
            match known {
                Some((_, slot)) if pipe.assigns => *slot = value.clone(),
                _ if pipe.assigns => return Err(format!("undefined variable \"${name}\"")),
                _ => self.variables.push((name.clone(), value.clone())),
            }
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(command, dot, last)?);
        }
        Ok(last.unwrap_or(Value::Nil))
    }

    fn command(&mut self, command: &[Term], dot: &Value, last: Option<Value>) -> Result<Value, String> {
        let Some((first, rest)) = command.split_first() else {
            return Ok(Value::Nil);
        };
        let Term::Function(name) = first else {
            if last.is_some() || !rest.is_empty() {
                return Err("can't give argument to non-function".into());
            }
            return self.term(first, dot);
        };
        // These two stop at the first argument that decides.
        if matches!(&**name, "and" | "or") {
            return self.logical(&**name == "and", rest, dot, last);
        }
        let mut arguments = Vec::with_capacity(rest.len() + 1);
        for term in rest {
            arguments.push(self.term(term, dot)?);
        }
        arguments.extend(last);
        call(name, &arguments, self).map_err(|problem| format!("error calling {name}: {problem}"))
    }

    fn logical(
        &mut self,
        is_and: bool,
        terms: &[Term],
        dot: &Value,
        last: Option<Value>,
    ) -> Result<Value, String> {
        let mut value = None;
        for term in terms {
            let next = self.term(term, dot)?;
            if next.is_true() != is_and {
                return Ok(next);
            }
            value = Some(next);
        }
        last.or(value)
            .ok_or_else(|| "wrong number of args: want at least 1 got 0".into())
    }

    fn term(&mut self, term: &Term, dot: &Value) -> Result<Value, String> {
        match term {
            Term::Dot => Ok(dot.clone()),
            Term::Field(names) => Ok(self.fields(dot.clone(), names)),
            Term::Variable(name, fields) if name.is_empty() => Ok(self.fields(Value::Labels, fields)),
            Term::Variable(name, fields) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = found
                    .ok_or_else(|| format!("undefined variable \"${name}\""))?
                    .1
                    .clone();
                Ok(self.fields(value, fields))
            }
            Term::Constant(value) => Ok(value.clone()),
            Term::Nested(pipe, fields) => {
                let value = self.commands(pipe, dot)?;
                Ok(self.fields(value, fields))
            }
            Term::Function(name) => {
                call(name, &[], self).map_err(|problem| format!("error calling {name}: {problem}"))
            }
        }
    }

    /// A label or property that is not there is empty.
    fn fields(&self, value: Value, names: &[Box<str>]) -> Value {
        let mut value = value;
        for name in names {
            value = match value {
                Value::Labels => Value::Text(self.state.get(name).unwrap_or("").to_owned()),
                Value::Json(Json::Object(mut items)) => {
                    items.remove(&**name).map_or(Value::Nil, Value::of_json)
                }
                _ => Value::Nil,
            };
        }
        value
    }
}
