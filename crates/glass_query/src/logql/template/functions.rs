//! The functions a template can call: [`call`], which finds them by name.

use super::MAX_OUTPUT;
use super::format::printf;
use super::number::rounded;
use super::run::Scope;
use super::time;
use super::value::Value;
use crate::logql::parse::values::{parse_bytes, parse_go_duration};
use crate::logql::regex::go_regex;
use glass_model::Timestamp;
use std::cmp::Ordering;
use std::fmt::Write;

/// All names.
pub(crate) const NAMES: [&str; 82] = [
    "__line__",
    "__timestamp__",
    "ToLower",
    "ToUpper",
    "Replace",
    "Trim",
    "TrimLeft",
    "TrimRight",
    "TrimPrefix",
    "TrimSuffix",
    "TrimSpace",
    "add",
    "addf",
    "alignLeft",
    "alignRight",
    "and",
    "b64dec",
    "b64enc",
    "bytes",
    "ceil",
    "contains",
    "count",
    "date",
    "default",
    "div",
    "divf",
    "duration",
    "duration_seconds",
    "eq",
    "float64",
    "floor",
    "fromJson",
    "ge",
    "gt",
    "hasPrefix",
    "hasSuffix",
    "indent",
    "index",
    "int",
    "le",
    "len",
    "lower",
    "lt",
    "max",
    "maxf",
    "min",
    "minf",
    "mod",
    "mul",
    "mulf",
    "ne",
    "nindent",
    "not",
    "now",
    "or",
    "print",
    "printf",
    "println",
    "regexReplaceAll",
    "regexReplaceAllLiteral",
    "repeat",
    "replace",
    "round",
    "sub",
    "subf",
    "substr",
    "title",
    "toDate",
    "toDateInZone",
    "trim",
    "trimAll",
    "trimPrefix",
    "trimSuffix",
    "trunc",
    "unixEpoch",
    "unixEpochMillis",
    "unixEpochNanos",
    "unixToTime",
    "upper",
    "urldecode",
    "urlencode",
    "urlquery",
];

pub(super) fn is_function(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[Value], scope: &Scope<'_, '_>) -> Result<Value, String> {
    if let Some(value) = of_time(name, arguments, scope)? {
        return Ok(value);
    }
    if let Some(value) = of_numbers(name, arguments)? {
        return Ok(value);
    }
    if let Some(value) = of_comparison(name, arguments)? {
        return Ok(value);
    }
    of_text(name, arguments)
}

/// The arguments as texts, if they are as many as asked.
fn texts<const N: usize>(arguments: &[Value]) -> Result<[String; N], String> {
    let all: Vec<String> = arguments.iter().map(|value| value.text().into_owned()).collect();
    let n = all.len();
    all.try_into().map_err(|_| wrong_number(N, n))
}

fn exactly<const N: usize>(arguments: &[Value]) -> Result<&[Value; N], String> {
    arguments.try_into().map_err(|_| wrong_number(N, arguments.len()))
}

fn wrong_number(wanted: usize, got: usize) -> String {
    format!("wrong number of args: want {wanted} got {got}")
}

fn of_time(name: &str, arguments: &[Value], scope: &Scope<'_, '_>) -> Result<Option<Value>, String> {
    let seconds = |text: &str| parse_go_duration(text).map_or(0.0, |nanos| nanos as f64 / 1e9);
    Ok(Some(match name {
        "__line__" => Value::Text(scope.state.line.to_string()),
        "__timestamp__" => Value::Time(scope.state.at),
        "now" => Value::Time(scope.now.0),
        "duration" | "duration_seconds" => {
            let [text] = texts(arguments)?;
            Value::Float(seconds(&text))
        }
        "date" => {
            let [layout, value] = exactly::<2>(arguments)?;
            let at = match value {
                Value::Time(at) => *at,
                Value::Int(secs) => Timestamp::from_secs(*secs),
                _ => scope.now.0,
            };
            Value::Text(time::format(at, &layout.text()))
        }
        "toDate" => {
            let [layout, text] = texts(arguments)?;
            parsed_time(&layout, &text)
        }
        "toDateInZone" => {
            let [layout, zone, text] = texts(arguments)?;
            if !matches!(zone.as_str(), "" | "UTC" | "Local") {
                return Err(format!("time zone {zone} is not supported, only UTC"));
            }
            parsed_time(&layout, &text)
        }
        "unixToTime" => {
            let [text] = texts(arguments)?;
            Value::Time(unix_to_time(&text)?)
        }
        "unixEpoch" | "unixEpochMillis" | "unixEpochNanos" => {
            let [Value::Time(at)] = exactly::<1>(arguments)? else {
                return Err("expected a time".into());
            };
            let number = match name {
                "unixEpoch" => at.secs(),
                "unixEpochMillis" => at.millis(),
                _ => at.nanos(),
            };
            Value::Text(number.to_string())
        }
        _ => return Ok(None),
    }))
}

/// A time that cannot be read is Go's zero time.
fn parsed_time(layout: &str, text: &str) -> Value {
    Value::Time(time::parse(text, layout).unwrap_or(Timestamp::MIN))
}

/// The number of digits tells days, seconds, milliseconds, microseconds and nanoseconds apart.
fn unix_to_time(text: &str) -> Result<Timestamp, String> {
    let invalid = || format!("unable to parse time '{text}'");
    let number: i64 = text.parse().map_err(|_| invalid())?;
    let unit: i64 = match text.len() {
        5 => 86_400_000_000_000,
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return Err(invalid()),
    };
    number
        .checked_mul(unit)
        .map(Timestamp::from_nanos)
        .ok_or_else(invalid)
}

fn of_numbers(name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
    let whole = |combine: fn(i64, i64) -> i64| {
        let all = arguments.iter().map(Value::int).reduce(combine);
        all.map(Value::Int).ok_or_else(|| wrong_number(1, 0))
    };
    let float = |combine: fn(f64, f64) -> f64| {
        let all = arguments.iter().map(Value::float).reduce(combine);
        all.map(Value::Float).ok_or_else(|| wrong_number(1, 0))
    };
    let value = match name {
        "add" => whole(i64::wrapping_add)?,
        "sub" => whole(i64::wrapping_sub)?,
        "mul" => whole(i64::wrapping_mul)?,
        "max" => whole(i64::max)?,
        "min" => whole(i64::min)?,
        "div" | "mod" => {
            let [left, right] = exactly::<2>(arguments)?;
            let (left, right) = (left.int(), right.int());
            if right == 0 {
                return Err("runtime error: integer divide by zero".into());
            }
            Value::Int(if name == "div" {
                left.wrapping_div(right)
            } else {
                left.wrapping_rem(right)
            })
        }
        "addf" => float(|a, b| a + b)?,
        "subf" => float(|a, b| a - b)?,
        "mulf" => float(|a, b| a * b)?,
        "divf" => float(|a, b| a / b)?,
        "maxf" => float(f64::max)?,
        "minf" => float(f64::min)?,
        "ceil" => Value::Float(exactly::<1>(arguments)?[0].float().ceil()),
        "floor" => Value::Float(exactly::<1>(arguments)?[0].float().floor()),
        "float64" => Value::Float(exactly::<1>(arguments)?[0].float()),
        "int" => Value::Int(exactly::<1>(arguments)?[0].int()),
        "round" => match arguments {
            [number, digits] => Value::Float(rounded(number.float(), digits.int(), 0.5)),
            [number, digits, threshold] => {
                Value::Float(rounded(number.float(), digits.int(), threshold.float()))
            }
            _ => return Err(wrong_number(2, arguments.len())),
        },
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn of_comparison(name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
    let order = || -> Result<Ordering, String> {
        let [left, right] = exactly::<2>(arguments)?;
        compared(left, right)
    };
    let is = match name {
        "not" => !exactly::<1>(arguments)?[0].is_true(),
        "eq" => match arguments {
            [first, others @ ..] if !others.is_empty() => others.iter().any(|other| is_equal(first, other)),
            _ => return Err(wrong_number(2, arguments.len())),
        },
        "ne" => {
            let [left, right] = exactly::<2>(arguments)?;
            !is_equal(left, right)
        }
        "lt" => order()?.is_lt(),
        "le" => order()?.is_le(),
        "gt" => order()?.is_gt(),
        "ge" => order()?.is_ge(),
        _ => return Ok(None),
    };
    Ok(Some(Value::Bool(is)))
}

fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => left.float() == right.float(),
        _ => left == right,
    }
}

fn compared(left: &Value, right: &Value) -> Result<Ordering, String> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Ok(left.cmp(right)),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => left
            .float()
            .partial_cmp(&right.float())
            .ok_or_else(|| "not a number".into()),
        _ => Err("incompatible types for comparison".into()),
    }
}

fn of_text(name: &str, arguments: &[Value]) -> Result<Value, String> {
    if let Some(is) = of_text_test(name, arguments)? {
        return Ok(is);
    }
    if let Some(text) = of_trimming(name, arguments)? {
        return Ok(Value::Text(text));
    }
    match name {
        "bytes" => {
            let [text] = texts(arguments)?;
            return parse_bytes(&text).map(|bytes| Value::Float(bytes as f64));
        }
        "fromJson" => {
            let [text] = texts(arguments)?;
            let json = serde_json::from_str(&text);
            return Ok(json.map_or(Value::Text(String::new()), Value::of_json));
        }
        "index" => return indexed(arguments),
        "len" => {
            let n = match &exactly::<1>(arguments)?[0] {
                Value::Json(serde_json::Value::Array(items)) => items.len(),
                Value::Json(serde_json::Value::Object(items)) => items.len(),
                Value::Text(text) => text.len(),
                other => return Err(format!("len of {}", other.text())),
            };
            return Ok(Value::Int(n as i64));
        }
        "count" => {
            let [regex, text] = texts(arguments)?;
            return Ok(Value::Int(
                go_regex(&regex, false)?.find_iter(&text).count() as i64
            ));
        }
        _ => {}
    }
    written(name, arguments).map(Value::Text)
}

fn of_text_test(name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
    if !matches!(name, "contains" | "hasPrefix" | "hasSuffix") {
        return Ok(None);
    }
    let [part, text] = texts(arguments)?;
    let is = match name {
        "contains" => text.contains(&part),
        "hasPrefix" => text.starts_with(&part),
        _ => text.ends_with(&part),
    };
    Ok(Some(Value::Bool(is)))
}

/// The older functions, in capitals, take the text first.
fn of_trimming(name: &str, arguments: &[Value]) -> Result<Option<String>, String> {
    if matches!(name, "trim" | "TrimSpace") {
        let [text] = texts(arguments)?;
        return Ok(Some(text.trim().to_owned()));
    }
    let known = name.strip_prefix("trim").or_else(|| name.strip_prefix("Trim"));
    let Some(how) = known else { return Ok(None) };
    let [first, second] = texts(arguments)?;
    let (text, what) = if name.starts_with('T') {
        (first, second)
    } else {
        (second, first)
    };
    let is_one = |c: char| what.contains(c);
    let trimmed = match how {
        "All" | "" => text.trim_matches(is_one),
        "Left" => text.trim_start_matches(is_one),
        "Right" => text.trim_end_matches(is_one),
        "Prefix" => text.strip_prefix(&what).unwrap_or(&text),
        _ => text.strip_suffix(&what).unwrap_or(&text),
    };
    Ok(Some(trimmed.to_owned()))
}

fn indexed(arguments: &[Value]) -> Result<Value, String> {
    let Some((first, keys)) = arguments.split_first() else {
        return Err(wrong_number(1, 0));
    };
    let mut value = first.clone();
    for key in keys {
        value = match value {
            Value::Json(serde_json::Value::Array(mut items)) => {
                let at = usize::try_from(key.int()).ok().filter(|at| *at < items.len());
                Value::of_json(items.swap_remove(at.ok_or("index out of range")?))
            }
            Value::Json(serde_json::Value::Object(mut items)) => {
                items.remove(&*key.text()).map_or(Value::Nil, Value::of_json)
            }
            _ => return Err("can't index item of this type".into()),
        };
    }
    Ok(value)
}

fn written(name: &str, arguments: &[Value]) -> Result<String, String> {
    Ok(match name {
        "lower" | "ToLower" => texts::<1>(arguments)?[0].to_lowercase(),
        "upper" | "ToUpper" => texts::<1>(arguments)?[0].to_uppercase(),
        "title" => title(&texts::<1>(arguments)?[0]),
        "replace" => {
            let [old, new, text] = texts(arguments)?;
            bounded(text.matches(&old).count() * new.len() + text.len())?;
            text.replace(&old, &new)
        }
        "Replace" => {
            let [text, old, new, n] = exactly::<4>(arguments)?;
            let (text, old, new) = (text.text(), old.text(), new.text());
            let n = usize::try_from(n.int()).unwrap_or(usize::MAX);
            bounded(text.matches(&*old).count().min(n) * new.len() + text.len())?;
            text.replacen(&*old, &new, n)
        }
        "default" => {
            let [other, text] = texts(arguments)?;
            if text.is_empty() { other } else { text }
        }
        "repeat" => {
            let [n, text] = exactly::<2>(arguments)?;
            let (n, text) = (usize::try_from(n.int()).unwrap_or(0), text.text());
            bounded(text.len().saturating_mul(n))?;
            text.repeat(n)
        }
        "substr" => substr(exactly(arguments)?),
        "trunc" => trunc(exactly(arguments)?),
        "alignLeft" | "alignRight" => aligned(name == "alignRight", exactly(arguments)?)?,
        "indent" | "nindent" => indented(name == "nindent", exactly(arguments)?)?,
        "b64enc" => base64(texts::<1>(arguments)?[0].as_bytes()),
        "b64dec" => unbase64(&texts::<1>(arguments)?[0])?,
        "urlencode" | "urlquery" => urlencoded(&texts::<1>(arguments)?[0]),
        "urldecode" => urldecoded(&texts::<1>(arguments)?[0])?,
        "regexReplaceAll" | "regexReplaceAllLiteral" => {
            let [regex, text, new] = texts(arguments)?;
            let regex = go_regex(&regex, false)?;
            bounded((text.len() + 1).saturating_mul(new.len() + 1))?;
            match name {
                "regexReplaceAll" => regex.replace_all(&text, new.as_str()).into_owned(),
                _ => regex.replace_all(&text, regex::NoExpand(&new)).into_owned(),
            }
        }
        "print" | "println" => {
            let all: Vec<_> = arguments.iter().map(Value::text).collect();
            if name == "print" {
                all.concat()
            } else {
                all.join(" ") + "\n"
            }
        }
        "printf" => {
            let (format, rest) = arguments.split_first().ok_or_else(|| wrong_number(1, 0))?;
            printf(&format.text(), rest)?
        }
        _ => return Err("not supported here".into()),
    })
}

/// That a text of so many bytes may be made.
pub(super) fn bounded(n_bytes: usize) -> Result<(), String> {
    match n_bytes {
        0..=MAX_OUTPUT => Ok(()),
        _ => Err(format!("the text would be longer than {MAX_OUTPUT} bytes")),
    }
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_inside = false;
    for c in text.chars() {
        if is_inside {
            out.push(c)
        } else {
            out.extend(c.to_uppercase())
        }
        is_inside = c.is_alphanumeric() || matches!(c, '_' | '\'');
    }
    out
}

/// A part of a text by bytes, moved to the borders of characters.
fn slice(text: &str, start: usize, end: usize) -> String {
    let start = text.floor_char_boundary(start.min(text.len()));
    let end = text.floor_char_boundary(end.min(text.len())).max(start);
    text[start..end].to_owned()
}

fn substr([start, end, text]: &[Value; 3]) -> String {
    let text = text.text();
    let (start, end) = (start.int(), usize::try_from(end.int()).unwrap_or(usize::MAX));
    slice(&text, usize::try_from(start).unwrap_or(0), end)
}

fn trunc([n, text]: &[Value; 2]) -> String {
    let text = text.text();
    match n.int() {
        n if n >= 0 => slice(&text, 0, usize::try_from(n).unwrap_or(usize::MAX)),
        n => {
            let n = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
            slice(&text, text.len().saturating_sub(n), usize::MAX)
        }
    }
}

fn aligned(is_right: bool, [width, text]: &[Value; 2]) -> Result<String, String> {
    let text = text.text();
    let width = usize::try_from(width.int()).unwrap_or(0);
    bounded(width)?;
    let n = text.chars().count();
    let cut: String = match is_right {
        true => text.chars().skip(n.saturating_sub(width)).collect(),
        false => text.chars().take(width).collect(),
    };
    Ok(if is_right {
        format!("{cut:>width$}")
    } else {
        format!("{cut:<width$}")
    })
}

fn indented(has_newline: bool, [width, text]: &[Value; 2]) -> Result<String, String> {
    let text = text.text();
    let width = usize::try_from(width.int()).unwrap_or(0);
    bounded(width.saturating_mul(text.matches('\n').count() + 1) + text.len())?;
    let pad = " ".repeat(width);
    let start = if has_newline { "\n" } else { "" };
    Ok(format!("{start}{pad}{}", text.replace('\n', &format!("\n{pad}"))))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { digit as char } else { '=' });
        }
    }
    out
}

fn unbase64(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut n_bits) = (0_u32, 0);
    for (at, byte) in text.trim_end_matches('=').bytes().enumerate() {
        let digit = BASE64.iter().position(|known| *known == byte);
        let digit = digit.ok_or_else(|| format!("illegal base64 data at input byte {at}"))?;
        bits = (bits << 6 | digit as u32) & 0xff_ffff;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits & 0xff) as u8);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn urlencoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn urldecoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().enumerate();
    while let Some((at, byte)) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                rest.nth(1);
                let code = text
                    .get(at + 1..at + 3)
                    .and_then(|code| u8::from_str_radix(code, 16).ok());
                code.ok_or_else(|| format!("invalid URL escape {:?}", text.get(at..at + 3).unwrap_or("%")))?
            }
            _ => byte,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
