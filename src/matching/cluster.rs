//! Joins the local alignments of a document with one reference into clusters: what is reported as one match.

use super::anchors::Anchor;
use super::extend::{Run, Scratch, Sides, extend};
use super::parameters::MatchParameters;
use crate::reference::{ReferenceId, ReferenceIndex, Weights};
use crate::text::Token;

/// A local alignment: runs in order.
#[derive(Debug, Clone)]
struct Alignment {
    runs: Vec<Run>,
    score: i32,
}

impl Alignment {
    fn doc_start(&self) -> u32 {
        self.runs[0].doc
    }

    fn doc_end(&self) -> u32 {
        let last = self.runs[self.runs.len() - 1];
        last.doc + last.len
    }

    fn reference_range(&self) -> (u32, u32) {
        let last = self.runs[self.runs.len() - 1];
        (self.runs[0].reference, last.reference + last.len)
    }

    fn holds(&self, anchor: &Anchor) -> bool {
        let (from, to) = self.reference_range();
        (self.doc_start()..self.doc_end()).contains(&anchor.doc) && (from..to).contains(&anchor.reference)
    }
}

/// Alignments with one reference that lie together in the document.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) id: ReferenceId,
    /// Agreeing runs, by their place in the document.
    pub(super) runs: Vec<Run>,
    /// Sum of the alignments' scores, points.
    pub(super) score: i32,
    /// Aligned words: of each alignment the longer side.
    pub(super) columns: u32,
    /// Words of the reference.
    pub(super) ref_len: u32,
}

impl Cluster {
    fn of(id: ReferenceId, ref_len: u32, alignment: &Alignment) -> Self {
        let (from, to) = alignment.reference_range();
        let columns = (to - from).max(alignment.doc_end() - alignment.doc_start());
        Self { id, runs: alignment.runs.clone(), score: alignment.score, columns, ref_len }
    }

    fn join(&mut self, alignment: &Alignment) {
        let (from, to) = alignment.reference_range();
        self.columns += (to - from).max(alignment.doc_end() - alignment.doc_start());
        self.score += alignment.score;
        self.runs.extend_from_slice(&alignment.runs);
    }

    pub(super) fn doc_start(&self) -> u32 {
        self.runs[0].doc
    }

    pub(super) fn doc_end(&self) -> u32 {
        let last = self.runs[self.runs.len() - 1];
        last.doc + last.len
    }

    /// First and last word of the reference that any run has.
    pub(super) fn reference_range(&self) -> (u32, u32) {
        self.runs.iter().fold((u32::MAX, 0), |(from, to), r| (from.min(r.reference), to.max(r.reference + r.len)))
    }

    /// Words of the reference that agree with a word of the document, each counted once.
    pub(super) fn matched_words(&self) -> u32 {
        let mut ranges: Vec<(u32, u32)> = self.runs.iter().map(|r| (r.reference, r.reference + r.len)).collect();
        ranges.sort_unstable();
        let (mut total, mut reached) = (0, 0);
        for (from, to) in ranges {
            total += to.saturating_sub(from.max(reached));
            reached = reached.max(to);
        }
        total
    }
}

/// Aligns the document around each anchor of one reference (`anchors`: all of that reference, sorted by document word),
/// joins what lies together, and appends the clusters.
pub(super) fn clusters_of_reference(
    index: &ReferenceIndex,
    doc: &[Token],
    anchors: &[Anchor],
    parameters: &MatchParameters,
    scratch: &mut Scratch,
    out: &mut Vec<Cluster>,
) {
    let Some(first) = anchors.first() else { return };
    let segment = &index.segments()[first.id.segment as usize];
    let words = segment.references().words(first.id.number);
    let ref_len = words.end - words.start;
    let sides = Sides { doc, words: segment.words(), ref_first: words.start, ref_len };
    let weights: &Weights = index.weights();
    let mut alignments: Vec<Alignment> = Vec::new();
    for anchor in anchors {
        let recent = alignments.iter().rev().take(16);
        if anchor.reference >= ref_len || recent.clone().any(|a| a.holds(anchor)) {
            continue;
        }
        let mut runs = Vec::new();
        let score = extend(sides, (anchor.doc, anchor.reference), weights, parameters, scratch, &mut runs);
        // hash collisions of shingles leave nothing
        if !runs.is_empty() {
            alignments.push(Alignment { runs, score });
        }
    }
    join(first.id, ref_len, alignments, parameters, out);
}

fn join(id: ReferenceId, ref_len: u32, mut alignments: Vec<Alignment>, parameters: &MatchParameters, out: &mut Vec<Cluster>) {
    // the better of two alignments that claim the same words of the document stands
    alignments.sort_by_key(|a| (std::cmp::Reverse(a.score), a.doc_start(), a.runs[0].reference));
    let mut kept: Vec<Alignment> = Vec::new();
    for a in alignments {
        let taken: u32 = kept.iter().map(|k| a.doc_end().min(k.doc_end()).saturating_sub(a.doc_start().max(k.doc_start()))).sum();
        if taken == 0 {
            kept.push(a);
        } else if taken * 2 < a.doc_end() - a.doc_start() {
            // cut to the runs that are free
            let free: Vec<Run> =
                a.runs.iter().copied().filter(|r| kept.iter().all(|k| r.doc + r.len <= k.doc_start() || r.doc >= k.doc_end())).collect();
            if !free.is_empty() {
                let all: u32 = a.runs.iter().map(|r| r.len).sum();
                let left: u32 = free.iter().map(|r| r.len).sum();
                kept.push(Alignment { score: (i64::from(a.score) * i64::from(left) / i64::from(all)) as i32, runs: free });
            }
        }
    }
    kept.sort_by_key(Alignment::doc_start);
    let mut open: Option<Cluster> = None;
    for a in &kept {
        match &mut open {
            Some(c) if a.doc_start().saturating_sub(c.doc_end()) <= parameters.join_words => c.join(a),
            _ => out.extend(open.replace(Cluster::of(id, ref_len, a))),
        }
    }
    out.extend(open);
}
