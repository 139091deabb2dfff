//! Which clusters mean something.
//!
//! A cluster counts when the information of the *distinct* words that agree in it, less what is known to prove nothing,
//! is more than an alignment reaches by chance in this document against this many references: the expected number of
//! such alignments, E = document words x reference words x 2^-bits (the form of Karlin and Altschul 1990), must be
//! below the accepted share of documents with a false match. Word repeats count once, so a table, a counted sequence or
//! a repeated line proves nothing whatever its length.

use super::cluster::Cluster;
use super::parameters::{Kind, MatchParameters};
use crate::reference::{BIT, ReferenceIndex};
use crate::text::Token;
use std::ops::Range;

/// What a cluster was found to be.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) kind: Kind,
    pub(super) matched_words: u32,
    pub(super) identity: f64,
    pub(super) containment: f64,
    pub(super) bits: f64,
    pub(super) needed_bits: f64,
}

/// Words of a run from which vendors are said to share it.
const SHARED_RUN: u32 = 10;

/// The document's words that prove nothing.
#[derive(Debug, Default)]
pub(super) struct Discounts {
    common: Vec<bool>,
    seen: Vec<(Token, u32)>,
}

impl Discounts {
    /// Marks the words under shingles of background text, where clusters are.
    pub(super) fn mask_background(&mut self, index: &ReferenceIndex, hashes: &[u64], shingles: &[u64], clusters: &[Cluster]) {
        self.common.clear();
        self.common.resize(hashes.len(), false);
        let shingling = index.catalog().parameters.shingling;
        let masks: Vec<_> = index.segments().iter().filter_map(crate::reference::Segment::mask).collect();
        if masks.is_empty() {
            return;
        }
        for c in clusters {
            for i in c.doc_start() as usize..c.doc_end() as usize {
                if shingles[i] != 0 && masks.iter().any(|m| m.may_contain(shingles[i])) {
                    let to = (i + shingling.len_at(hashes[i])).min(hashes.len());
                    self.common[i..to].fill(true);
                }
            }
        }
    }

    /// Marks the words in runs that references of several known vendors share word for word.
    pub(super) fn mark_shared(&mut self, index: &ReferenceIndex, clusters: &[Cluster], parameters: &MatchParameters) {
        let mut vendors: Vec<&str> = Vec::new();
        let mut runs: Vec<(usize, Range<u32>)> = Vec::new();
        for c in clusters {
            let long = c.runs.iter().filter(|r| r.len >= SHARED_RUN);
            let long: Vec<_> = long.collect();
            if long.is_empty() {
                continue;
            }
            for a in index.attributions(c.id).filter(|a| a.vendor != "unknown" && !a.vendor.is_empty()) {
                let vendor = vendors.iter().position(|v| *v == a.vendor).unwrap_or_else(|| {
                    vendors.push(&a.vendor);
                    vendors.len() - 1
                });
                runs.extend(long.iter().map(|r| (vendor, r.doc..r.doc + r.len)));
            }
        }
        if vendors.len() < parameters.common_vendors as usize {
            return;
        }
        runs.sort_unstable_by_key(|(vendor, r)| (*vendor, r.start));
        let mut count = vec![0u16; self.common.len()];
        for of_vendor in runs.chunk_by(|a, b| a.0 == b.0) {
            let mut reached = 0;
            for (_, r) in of_vendor {
                for c in &mut count[r.start.max(reached) as usize..r.end.max(reached) as usize] {
                    *c += 1;
                }
                reached = reached.max(r.end);
            }
        }
        for (flag, n) in self.common.iter_mut().zip(count) {
            *flag |= u32::from(n) >= parameters.common_vendors;
        }
    }

    /// Information of the distinct words that agree in `within`, bits: all of them, and without the discounted ones.
    pub(super) fn information(&mut self, index: &ReferenceIndex, doc: &[Token], cluster: &Cluster, within: &[Range<u32>]) -> (f64, f64) {
        let segment = &index.segments()[cluster.id.segment as usize];
        let first = segment.references().words(cluster.id.number).start;
        self.seen.clear();
        for run in &cluster.runs {
            for i in 0..run.len {
                let at = run.doc + i;
                if within.iter().any(|w| w.contains(&at)) {
                    let discounted = self.common[at as usize] || segment.is_quoted(first + run.reference + i);
                    self.seen.push((doc[at as usize], u32::from(discounted)));
                }
            }
        }
        // of a word that agrees in several places, one that is not discounted stands
        self.seen.sort_unstable();
        self.seen.dedup_by_key(|(token, _)| *token);
        let weights = index.weights();
        let (mut all, mut proving) = (0, 0);
        for &(token, discounted) in &self.seen {
            let w = weights.of(token);
            all += w;
            proving += if discounted == 0 { w } else { 0 };
        }
        (f64::from(all) / f64::from(BIT), f64::from(proving) / f64::from(BIT))
    }
}

/// Bits from which an alignment is no accident, in a document of `doc_words`.
pub(super) fn needed_bits(index: &ReferenceIndex, doc_words: usize, parameters: &MatchParameters) -> f64 {
    (doc_words.max(1) as f64).log2() + (index.catalog().words().max(1) as f64).log2() - parameters.false_documents.log2()
}

/// Judges a cluster by the words in `within`; `None` where it is too little to speak of.
pub(super) fn judge(
    index: &ReferenceIndex,
    doc: &[Token],
    cluster: &Cluster,
    within: &[Range<u32>],
    discounts: &mut Discounts,
    parameters: &MatchParameters,
) -> Option<Verdict> {
    let matched_words = cluster.matched_words();
    let containment = f64::from(matched_words) / f64::from(cluster.ref_len.max(1));
    let identity = (f64::from(cluster.runs.iter().map(|r| r.len).sum::<u32>()) / f64::from(cluster.columns.max(1))).min(1.0);
    let span: u32 = within.iter().map(|w| w.end - w.start).sum();
    let whole = containment >= parameters.copy_containment;
    if span.max(cluster.columns.min(span + parameters.join_words)) < parameters.min_words && !whole {
        return None;
    }
    let needed_bits = needed_bits(index, doc.len(), parameters);
    let (all, bits) = discounts.information(index, doc, cluster, within);
    let score_bits = f64::from(cluster.score) / f64::from(BIT);
    let kind = if bits >= needed_bits && score_bits >= needed_bits {
        if whole && identity >= parameters.copy_identity {
            Kind::Copy
        } else if containment >= parameters.near_containment {
            Kind::NearDuplicate
        } else {
            Kind::Excerpt
        }
    } else if identity >= 0.9 && matched_words >= parameters.min_words || all >= needed_bits && score_bits >= needed_bits {
        Kind::Common
    } else {
        return None;
    };
    Some(Verdict { kind, matched_words, identity, containment, bits, needed_bits })
}
