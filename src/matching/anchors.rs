//! Where shingles of the document stand in references.

use super::parameters::MatchParameters;
use crate::reference::{ReferenceId, ReferenceIndex};
use std::collections::HashMap;
use std::ops::Range;

/// A word of the document from which a shingle agrees with one of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Anchor {
    /// The reference.
    pub(super) id: ReferenceId,
    /// Word of the document.
    pub(super) doc: u32,
    /// Word of the reference, from its start.
    pub(super) reference: u32,
}

/// A shingle of the document that is a seed of the index: its entries in one segment's table.
#[derive(Debug, Clone)]
struct Hit {
    doc: u32,
    segment: u32,
    entries: Range<u32>,
    places: u32,
}

/// Scratch of the stage.
#[derive(Debug, Default)]
pub(super) struct Finder {
    passed: Vec<u32>,
    hits: Vec<Hit>,
    hot: Vec<usize>,
    votes: HashMap<(ReferenceId, i64), (u32, Anchor)>,
    /// Shingles that were not followed because they are boilerplate.
    pub(super) boilerplate: u64,
}

/// Occurrences of one hot shingle in a document that are followed.
const HOT_REPEATS: u32 = 8;

impl Finder {
    /// Looks up every shingle; fills `out` with the anchors, sorted. Nothing is allocated where none is in the index.
    pub(super) fn find(&mut self, index: &ReferenceIndex, shingles: &[u64], parameters: &MatchParameters, out: &mut Vec<Anchor>) {
        out.clear();
        self.hits.clear();
        self.boilerplate = 0;
        for (segment, s) in index.segments().iter().enumerate() {
            let filter = s.filter();
            self.passed.clear();
            for (i, &shingle) in shingles.iter().enumerate() {
                if filter.may_contain(shingle) {
                    self.passed.push(i as u32);
                }
            }
            let table = s.seed_table();
            for &doc in &self.passed {
                let shingle = shingles[doc as usize];
                let entries = table.find(shingle);
                if !entries.is_empty() && shingle != 0 {
                    let places = entries.len() as u32;
                    self.hits.push(Hit { doc, segment: segment as u32, entries, places });
                }
            }
        }
        if self.hits.is_empty() {
            return;
        }
        if index.segments().len() > 1 {
            self.add_places_of_all_segments();
        }
        self.hot.clear();
        let mut place = Placer { index, last: None };
        for (n, hit) in self.hits.iter().enumerate() {
            if hit.places > parameters.boilerplate_places {
                self.boilerplate += 1;
            } else if hit.places > parameters.hot_places {
                self.hot.push(n);
            } else {
                out.extend(hit.entries.clone().map(|entry| place.anchor(hit, entry)));
            }
        }
        self.follow_hot(index, parameters, out);
        out.sort_unstable();
        out.dedup();
    }

    /// A shingle is as hot as it is in the whole index, however it came to be in segments.
    fn add_places_of_all_segments(&mut self) {
        self.hits.sort_by_key(|h| (h.doc, h.segment));
        for same in self.hits.chunk_by_mut(|a, b| a.doc == b.doc) {
            let places = same.iter().map(|h| h.places).sum();
            same.iter_mut().for_each(|h| h.places = places);
        }
    }

    /// Follows hot shingles where they stand so densely that a verbatim run of `min_words` could lie there: such a run
    /// holds `votes` seeds of its reference on one diagonal, so only diagonals with as many are kept.
    fn follow_hot(&mut self, index: &ReferenceIndex, parameters: &MatchParameters, out: &mut Vec<Anchor>) {
        if self.hot.is_empty() {
            return;
        }
        let catalog = &index.catalog().parameters;
        let reach = parameters.min_words.saturating_sub(catalog.shingling.longest() as u32);
        // seeds of a run of min_words, of which one may be cut at either end, and hot and rare ones may be mixed
        let votes = (reach / catalog.stride).saturating_sub(1).clamp(1, 3);
        let mut repeats: HashMap<(u32, u32), u32> = HashMap::new();
        self.votes.clear();
        let mut place = Placer { index, last: None };
        for (n, &at) in self.hot.iter().enumerate() {
            let hit = &self.hits[at];
            let near = |other: usize| self.hot.get(other).is_some_and(|&o| self.hits[o].doc.abs_diff(hit.doc) <= reach);
            // alone: a phrase, not a run
            let dense = (0..=votes as usize - 1).any(|back| n >= back && near(n - back) && near(n - back + votes as usize - 1));
            if !dense {
                continue;
            }
            let seen = repeats.entry((hit.segment, hit.entries.start)).or_default();
            *seen += 1;
            if *seen > HOT_REPEATS {
                continue;
            }
            for entry in hit.entries.clone() {
                let anchor = place.anchor(hit, entry);
                let diagonal = i64::from(anchor.doc) - i64::from(anchor.reference);
                let vote = self.votes.entry((anchor.id, diagonal)).or_insert((0, anchor));
                vote.0 += 1;
            }
        }
        out.extend(self.votes.values().filter(|(count, _)| *count >= votes).map(|(_, anchor)| *anchor));
    }
}

/// Turns entries into anchors, remembering the last reference: neighbours mostly share it.
struct Placer<'a> {
    index: &'a ReferenceIndex,
    last: Option<(u32, u32, Range<u32>)>,
}

impl Placer<'_> {
    fn anchor(&mut self, hit: &Hit, entry: u32) -> Anchor {
        let segment = &self.index.segments()[hit.segment as usize];
        let word = segment.seed_table().word(entry);
        let (number, words) = match &self.last {
            Some((s, number, words)) if *s == hit.segment && words.contains(&word) => (*number, words.clone()),
            _ => {
                let table = segment.references();
                let number = table.owner(word);
                (number, table.words(number))
            }
        };
        let anchor = Anchor { id: ReferenceId { segment: hit.segment, number }, doc: hit.doc, reference: word.saturating_sub(words.start) };
        self.last = Some((hit.segment, number, words));
        anchor
    }
}
