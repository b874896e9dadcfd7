//! What dashboards need beside a screen: variables in texts, values with Grafana's units, and the grid.

pub(crate) mod interpolation;
pub(crate) mod layout;
pub(crate) mod panels;
pub(crate) mod values;
pub(crate) mod variables;
