//! What a line goes through: [`Stage`]. Read [`LineState`] next: a line on its way, and [`Pipeline`], which takes
//! lines through all stages of a query.

mod filter;
mod format;
mod ip;
mod json;
mod line;
mod logfmt;
mod pattern;
mod pick;
mod pipeline;
mod regexp;
mod state;

pub use filter::{Compare, LabelFilter, Threshold};
pub use format::LabelFormat;
pub use ip::IpSet;
pub use json::{JsonPath, JsonStage};
pub use line::{LineFilter, LineOp, LineTerm};
pub use logfmt::LogfmtStage;
pub use pattern::{LinePattern, PatternStage};
pub use pick::LabelPick;
pub use pipeline::Pipeline;
pub use regexp::RegexpStage;
pub use state::{Category, LineState, Scratch, Wanted};

use super::template::Template;

/// A step that filters lines, takes them apart, or writes them anew.
#[derive(Clone, Debug)]
pub enum Stage {
    /// `|= "text"`
    Line(LineFilter),
    /// `| json`
    Json(JsonStage),
    /// `| logfmt`
    Logfmt(LogfmtStage),
    /// `| regexp "…"`
    Regexp(RegexpStage),
    /// `| pattern "…"`
    Pattern(PatternStage),
    /// `| unpack`
    Unpack,
    /// `| status >= 500`
    Labels(LabelFilter),
    /// `| line_format "…"`
    LineFormat(Template),
    /// `| label_format to=from`
    LabelFormat(Vec<(Box<str>, LabelFormat)>),
    /// `| drop name`
    Drop(Vec<LabelPick>),
    /// `| keep name`
    Keep(Vec<LabelPick>),
    /// `| decolorize`
    Decolorize,
}

impl Stage {
    /// Whether it takes labels out of the line.
    pub fn is_parser(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Logfmt(_) | Self::Regexp(_) | Self::Pattern(_) | Self::Unpack
        )
    }

    /// Whether it may change the line's text.
    pub fn changes_line(&self) -> bool {
        matches!(self, Self::LineFormat(_) | Self::Unpack | Self::Decolorize)
    }
}
