//! What matching can be told, and what it says.

use crate::reference::ReferenceId;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Parameters of matching; written into every run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchParameters {
    /// Fewest words of an excerpt. Every verbatim run of this many is found.
    pub min_words: u32,
    /// Places of one shingle in the references above which it is hot: followed only where nothing rarer is.
    pub hot_places: u32,
    /// Places above which a shingle is boilerplate: never followed.
    pub boilerplate_places: u32,
    /// Documents with a false match that are accepted, as a share of all documents.
    pub false_documents: f64,
    /// Points (1/16 bit) that a differing word costs an alignment.
    pub mismatch_points: i32,
    /// Points that an alignment may fall below its best before it ends.
    pub drop_points: i32,
    /// Share of a reference's words from which a match is a whole copy, and identity that it needs.
    pub copy_containment: f64,
    /// See `copy_containment`.
    pub copy_identity: f64,
    /// Share of a reference's words from which a match is a near-duplicate.
    pub near_containment: f64,
    /// Vendors whose references share a run from which it is taken for memorised human text.
    pub common_vendors: u32,
    /// Most places between two alignments with one reference that are still one match, words of the document.
    pub join_words: u32,
}

impl Default for MatchParameters {
    fn default() -> Self {
        Self {
            min_words: 30,
            hot_places: 48,
            boilerplate_places: 4096,
            false_documents: 1e-5,
            mismatch_points: 40,
            drop_points: 640,
            copy_containment: 0.9,
            copy_identity: 0.98,
            near_containment: 0.5,
            common_vendors: 3,
            join_words: 12,
        }
    }
}

/// What a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The whole reference, as it is.
    Copy,
    /// Most of the reference, edited.
    NearDuplicate,
    /// A part of the reference.
    Excerpt,
    /// Text that proves nothing: shared by several vendors' references, known human text, or of low information.
    /// Shown, never counted.
    Common,
}

/// A span of the document that agrees with a span of a reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The best reference.
    pub reference: ReferenceId,
    /// The others that share the span equally well.
    pub tied: Vec<ReferenceId>,
    /// What it is.
    pub kind: Kind,
    /// Words of the document.
    pub doc_words: Range<u32>,
    /// Words of the reference, from its start.
    pub ref_words: Range<u32>,
    /// Words that agree.
    pub matched_words: u32,
    /// Share of the aligned words that agree.
    pub identity: f64,
    /// Matched words by the words of the reference.
    pub containment: f64,
    /// Words of the span that no better match has taken.
    pub credited: Vec<Range<u32>>,
    /// Information of the distinct words that agree, bits.
    pub bits: f64,
    /// Information that was needed, bits.
    pub needed_bits: f64,
}

impl Match {
    /// Number of words credited.
    pub fn credited_words(&self) -> u32 {
        self.credited.iter().map(|r| r.end - r.start).sum()
    }
}
