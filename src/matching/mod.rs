//! Document words + index -> seeds -> alignments -> matches.
//!
//! One file a stage: [`anchors`] finds where shingles of the document stand in references, [`extend`] grows one such
//! place into a local alignment, [`cluster`] joins the alignments with one reference, [`verdict`] says which of them
//! mean something, [`gather`] gives each word of the document to the best reference that claims it. [`matcher`] joins
//! the stages. All of it is single-threaded, with its scratch handed in, and deterministic.

mod anchors;
mod cluster;
mod extend;
mod gather;
mod matcher;
mod parameters;
mod verdict;

pub use matcher::{Matcher, Outcome, Seen};
pub use parameters::{Kind, Match, MatchParameters};
