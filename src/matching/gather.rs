//! Attribution: the best reference takes its words first, the next is credited with what is left (as sourmash's gather
//! does), so that shares add up; references that share the best span equally are listed as tied.

use super::cluster::Cluster;
use super::parameters::{Kind, Match, MatchParameters};
use super::verdict::{Discounts, Verdict, judge};
use crate::reference::ReferenceIndex;
use crate::text::Token;
use std::ops::Range;

/// Ties listed with a match, at most; more say nothing new.
const MOST_TIED: usize = 255;
/// Difference in containment up to which two claims on one span are equal.
const EQUAL_CONTAINMENT: f64 = 0.02;

/// The parts of `range` that no range in `taken` (disjoint, sorted) covers.
fn free_parts(range: Range<u32>, taken: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut out = Vec::new();
    let mut at = range.start;
    for t in taken.iter().filter(|t| t.end > range.start && t.start < range.end) {
        if t.start > at {
            out.push(at..t.start);
        }
        at = at.max(t.end);
    }
    if at < range.end {
        out.push(at..range.end);
    }
    out
}

fn take(taken: &mut Vec<Range<u32>>, parts: &[Range<u32>]) {
    taken.extend_from_slice(parts);
    taken.sort_unstable_by_key(|r| r.start);
}

/// Everything the stage reads.
pub(super) struct Claims<'a> {
    pub(super) index: &'a ReferenceIndex,
    pub(super) doc: &'a [Token],
    pub(super) parameters: &'a MatchParameters,
}

/// Turns clusters into matches: counted ones first by score, then what is common among what they left.
pub(super) fn gather(claims: &Claims<'_>, clusters: &[Cluster], discounts: &mut Discounts) -> Vec<Match> {
    let Claims { index, doc, parameters } = *claims;
    let mut judged: Vec<(&Cluster, Verdict)> = clusters
        .iter()
        .filter_map(|c| judge(index, doc, c, &[c.doc_start()..c.doc_end()], discounts, parameters).map(|v| (c, v)))
        .collect();
    judged.sort_by(|(a, va), (b, vb)| {
        (va.kind == Kind::Common)
            .cmp(&(vb.kind == Kind::Common))
            .then(b.score.cmp(&a.score))
            .then(vb.containment.total_cmp(&va.containment))
            .then(a.id.cmp(&b.id))
            .then(a.doc_start().cmp(&b.doc_start()))
    });
    let mut taken: Vec<Range<u32>> = Vec::new();
    let mut out: Vec<(i32, Match)> = Vec::new();
    for (cluster, verdict) in judged {
        let span = cluster.doc_start()..cluster.doc_end();
        let free = free_parts(span.clone(), &taken);
        let free_words: u32 = free.iter().map(|r| r.end - r.start).sum();
        let tied = out.iter_mut().find(|(score, m)| {
            *score == cluster.score && m.doc_words == span && (m.containment - verdict.containment).abs() <= EQUAL_CONTAINMENT && m.kind == verdict.kind
        });
        if let Some((_, m)) = tied {
            if m.tied.len() < MOST_TIED && m.reference != cluster.id && !m.tied.contains(&cluster.id) {
                m.tied.push(cluster.id);
            }
            continue;
        }
        let verdict = if free_words == span.end - span.start {
            verdict
        } else {
            // what is left must stand for itself
            match (free_words >= parameters.min_words).then(|| judge(index, doc, cluster, &free, discounts, parameters)).flatten() {
                Some(rest) if rest.kind != Kind::Common => Verdict { kind: verdict.kind.max(rest.kind.min(Kind::Excerpt)), ..verdict },
                _ => continue,
            }
        };
        take(&mut taken, &free);
        let (from, to) = cluster.reference_range();
        out.push((
            cluster.score,
            Match {
                reference: cluster.id,
                tied: Vec::new(),
                kind: verdict.kind,
                doc_words: span,
                ref_words: from..to,
                matched_words: verdict.matched_words,
                identity: verdict.identity,
                containment: verdict.containment,
                credited: free,
                bits: verdict.bits,
                needed_bits: verdict.needed_bits,
            },
        ));
    }
    let mut out: Vec<Match> = out.into_iter().map(|(_, m)| m).collect();
    out.sort_by_key(|m| (m.doc_words.start, m.doc_words.end, m.reference));
    out
}

#[cfg(test)]
mod tests {
    use super::free_parts;

    #[test]
    fn what_is_taken_is_not_free() {
        let taken = [2..4, 6..9];
        assert_eq!(free_parts(0..10, &taken), [0..2, 4..6, 9..10]);
        assert_eq!(free_parts(3..7, &taken), vec![4..6]);
        assert!(free_parts(6..8, &taken).is_empty());
    }
}
