//! The table of PromQL's functions: [`Function`], found by name with [`find`].

use super::ast::ValueType;

/// A function of PromQL.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments; the optional ones come last.
    pub arguments: &'static [ValueType],
    /// How many of the last arguments may be left out, or, if below 0, the last one may be repeated without end
    /// and also left out: Prometheus' own encoding.
    pub variadic: i32,
    /// The type of its result.
    pub returns: ValueType,
    /// Whether Prometheus offers it only behind a flag.
    pub is_experimental: bool,
    /// How it is called: `rate(v range-vector)`.
    pub signature: &'static str,
    /// What it does, in one line of our own.
    pub doc: &'static str,
}

/// All functions, by name.
pub static FUNCTIONS: &[Function] = &[];

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
