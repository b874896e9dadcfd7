//! Types: whether each part of an expression has the type that its place asks for.

use super::{ParseError, error, text};
use crate::promql::Expr;
use crate::promql::ast::{
    Aggregate, Binary, BinaryStep, Call, Cardinality, ExprKind, ValueType, VectorSelector,
};
use std::ops::Range;

/// Checks all of a tree and fills in what depends on types: how vectors meet, and what operators return.
pub(super) fn check(text: &str, expr: &mut Expr) -> Result<(), ParseError> {
    Checker { text }.check(expr).map(|_| ())
}

struct Checker<'a> {
    text: &'a str,
}

type Checked<T = ()> = Result<T, ParseError>;

impl Checker<'_> {
    fn check(&self, expr: &mut Expr) -> Checked<ValueType> {
        let at = expr.at.clone();
        match &mut expr.kind {
            ExprKind::Number(_) | ExprKind::Seconds(_) | ExprKind::Text(_) => {}
            ExprKind::Paren(inner) => return self.check(inner),
            ExprKind::Negate(inner) | ExprKind::Plus(inner) => {
                let found = self.check(inner)?;
                if !matches!(found, ValueType::Scalar | ValueType::Vector) {
                    let message = format!(
                        "unary expression only allowed on expressions of type scalar or instant vector, got {}",
                        text::quote(found.name())
                    );
                    return Err(self.error(at, &message));
                }
                return Ok(found);
            }
            ExprKind::Binary(binary) => self.binary(binary)?,
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate)?,
            ExprKind::Call(call) => self.call(call, at)?,
            ExprKind::Vector(selector) => self.selector(selector, at)?,
            ExprKind::Matrix(matrix) => self.selector(&matrix.selector, at)?,
            ExprKind::Subquery(subquery) => {
                let found = self.check(&mut subquery.inner)?;
                if found != ValueType::Vector {
                    let message = format!(
                        "subquery is only allowed on instant vector, got {} instead",
                        found.short_name()
                    );
                    return Err(self.error(at, &message));
                }
            }
        }
        Ok(expr.value_type())
    }

    fn error(&self, at: Range<usize>, message: &str) -> ParseError {
        error(self.text, at, message)
    }

    fn expect(&self, expr: &mut Expr, wanted: ValueType, context: &str) -> Checked {
        let found = self.check(expr)?;
        if found == wanted {
            return Ok(());
        }
        let message = format!(
            "expected type {} in {context}, got {}",
            wanted.name(),
            found.name()
        );
        Err(self.error(expr.at.clone(), &message))
    }

    fn aggregate(&self, aggregate: &mut Aggregate) -> Checked {
        self.expect(&mut aggregate.inner, ValueType::Vector, "aggregation expression")?;
        match (&mut aggregate.parameter, aggregate.op.parameter()) {
            (Some(parameter), Some(wanted)) => self.expect(parameter, wanted, "aggregation parameter"),
            _ => Ok(()),
        }
    }

    fn call(&self, call: &mut Call, at: Range<usize>) -> Checked {
        self.argument_count(call, at.clone())?;
        let (function, arguments) = (call.function, &mut call.arguments);
        if function.name == "info"
            && let Some(selector) = arguments.get_mut(1)
        {
            self.info_selector(selector, at)?;
        }
        let context = format!("call to function {}", text::quote(function.name));
        for (i, argument) in arguments.iter_mut().enumerate() {
            let is_info_selector = function.name == "info" && i == 1;
            let Some(wanted) = function.arguments.get(i).or(function.arguments.last()) else {
                break;
            };
            if !is_info_selector {
                self.expect(argument, *wanted, &context)?;
            }
        }
        Ok(())
    }

    fn argument_count(&self, call: &Call, at: Range<usize>) -> Checked {
        let function = call.function;
        let (n_named, n) = (function.arguments.len(), call.arguments.len());
        let name = text::quote(function.name);
        let message = if function.variadic == 0 {
            if n == n_named {
                return Ok(());
            }
            format!("expected {n_named} argument(s) in call to {name}, got {n}")
        } else {
            let least = n_named - 1;
            let most = usize::try_from(function.variadic).map_or(usize::MAX, |more| least + more);
            if n < least {
                format!("expected at least {least} argument(s) in call to {name}, got {n}")
            } else if n > most {
                format!("expected at most {most} argument(s) in call to {name}, got {n}")
            } else {
                return Ok(());
            }
        };
        Err(self.error(at, &message))
    }

    /// The second argument of `info`: conditions on labels, which may all match the empty text.
    fn info_selector(&self, argument: &Expr, call_at: Range<usize>) -> Checked {
        let found = argument.value_type();
        if found != ValueType::Vector {
            let message = format!(
                "expected type instant vector in call to function \"info\", got {}",
                found.name()
            );
            return Err(self.error(call_at, &message));
        }
        match &argument.kind {
            ExprKind::Vector(selector) if selector.name.is_empty() => Ok(()),
            ExprKind::Vector(_) => {
                let message = "expected label selectors only, got vector selector instead";
                Err(self.error(argument.at.clone(), message))
            }
            _ => Err(self.error(argument.at.clone(), "expected label selectors only")),
        }
    }

    fn selector(&self, selector: &VectorSelector, at: Range<usize>) -> Checked {
        if let Some((_, others)) = selector.matchers.split_last()
            && !selector.name.is_empty()
        {
            let Some(second) = others.iter().find(|matcher| matcher.name() == "__name__") else {
                return Ok(());
            };
            let message = format!(
                "metric name must not be set twice: {} or {}",
                text::quote(&selector.name),
                text::quote(second.value())
            );
            return Err(self.error(at, &message));
        }
        if selector.matchers.iter().all(|matcher| matcher.matches_value("")) {
            let message = "vector selector must contain at least one non-empty matcher";
            return Err(self.error(at, message));
        }
        Ok(())
    }

    fn binary(&self, binary: &mut Binary) -> Checked {
        let start = binary.first.at.start;
        let mut left_at = binary.first.at.clone();
        let mut left = self.check(&mut binary.first)?;
        for step in &mut binary.steps {
            let right = self.check(&mut step.right)?;
            self.step(step, (left, left_at), right)?;
            left = step.returns;
            left_at = start..step.right.at.end;
        }
        Ok(())
    }

    fn step(
        &self,
        step: &mut BinaryStep,
        (left, left_at): (ValueType, Range<usize>),
        right: ValueType,
    ) -> Checked {
        let at = left_at.start..step.right.at.end;
        let op_at = left_at.end..step.right.at.start;
        if step.returns_bool && !step.op.is_comparison() {
            let message = "bool modifier can only be used on comparison operators";
            return Err(self.error(self.trimmed(op_at), message));
        }
        let both_scalar = (left, right) == (ValueType::Scalar, ValueType::Scalar);
        if both_scalar && step.op.is_comparison() && !step.returns_bool {
            let message = "comparisons between scalars must use BOOL modifier";
            return Err(self.error(self.trimmed(op_at), message));
        }
        self.included_labels(step, op_at)?;
        for (found, at) in [(left, left_at), (right, step.right.at.clone())] {
            if !matches!(found, ValueType::Scalar | ValueType::Vector) {
                let message = "binary expression must contain only scalar and instant vector types";
                return Err(self.error(at, message));
            }
        }
        self.matching(step, (left, right), &at)?;
        if (left == ValueType::Scalar || right == ValueType::Scalar) && step.op.is_set() {
            let message = format!(
                "set operator {} not allowed in binary scalar expression",
                text::quote(step.op.text())
            );
            return Err(self.error(at, &message));
        }
        step.returns = if both_scalar {
            ValueType::Scalar
        } else {
            ValueType::Vector
        };
        Ok(())
    }

    /// The bytes without the spaces around them.
    fn trimmed(&self, at: Range<usize>) -> Range<usize> {
        let text = self.text.get(at.clone()).unwrap_or("");
        let start = at.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }

    fn included_labels(&self, step: &BinaryStep, op_at: Range<usize>) -> Checked {
        let Some(matching) = step.matching.as_ref().filter(|matching| matching.is_on) else {
            return Ok(());
        };
        let (Cardinality::ManyToOne(included) | Cardinality::OneToMany(included)) = &matching.cardinality
        else {
            return Ok(());
        };
        let on: std::collections::HashSet<&String> = matching.labels.iter().collect();
        let Some(label) = included.iter().find(|label| on.contains(label)) else {
            return Ok(());
        };
        let message = format!(
            "label {} must not occur in ON and GROUP clause at once",
            text::quote(label)
        );
        Err(self.error(self.trimmed(op_at), &message))
    }

    fn matching(&self, step: &mut BinaryStep, types: (ValueType, ValueType), at: &Range<usize>) -> Checked {
        let op = step.op;
        let Some(matching) = &mut step.matching else {
            return Ok(());
        };
        let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
        let message = if types != (ValueType::Vector, ValueType::Vector) {
            if !matching.labels.is_empty() {
                "vector matching only allowed between instant vectors".into()
            } else if fills {
                "filling in missing series only allowed between instant vectors".into()
            } else {
                step.matching = None;
                return Ok(());
            }
        } else if !op.is_set() {
            return Ok(());
        } else if matching.cardinality != Cardinality::OneToOne {
            format!("no grouping allowed for {} operation", text::quote(op.text()))
        } else if fills {
            "filling in missing series not allowed for set operators".into()
        } else {
            matching.cardinality = Cardinality::ManyToMany;
            return Ok(());
        };
        Err(self.error(at.clone(), &message))
    }
}
