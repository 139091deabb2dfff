//! Joins the stages: a text in, its matches out.

use super::anchors::{Anchor, Finder};
use super::cluster::{Cluster, clusters_of_reference};
use super::extend::Scratch;
use super::gather::{Claims, gather};
use super::parameters::{Match, MatchParameters};
use super::verdict::Discounts;
use crate::fingerprint::{fingerprint, shingles_into};
use crate::reference::ReferenceIndex;
use crate::text::{Splitter, Token, Words};

/// What a text was found to hold.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its words, with their places.
    pub words: Words,
    /// Simhash of its words.
    pub simhash: u64,
    /// Its matches, by their place; empty for almost every text.
    pub matches: Vec<Match>,
    /// Shingles that stand in more references than are followed.
    pub boilerplate: u64,
}

/// Sizes of what was looked at, for `--explain` and for tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Places in references that share a shingle with the text.
    pub anchors: usize,
    /// Alignments around them.
    pub clusters: usize,
}

/// Matches texts against an index; one a thread, its buffers reused.
pub struct Matcher<'i> {
    index: &'i ReferenceIndex,
    parameters: MatchParameters,
    splitter: Splitter,
    shingles: Vec<u64>,
    tokens: Vec<Token>,
    finder: Finder,
    anchors: Vec<Anchor>,
    clusters: Vec<Cluster>,
    scratch: Scratch,
    discounts: Discounts,
    outcome: Outcome,
}

impl<'i> Matcher<'i> {
    /// A matcher with empty buffers.
    pub fn new(index: &'i ReferenceIndex, parameters: MatchParameters) -> Self {
        Self {
            index,
            parameters,
            splitter: Splitter::new(),
            shingles: Vec::new(),
            tokens: Vec::new(),
            finder: Finder::default(),
            anchors: Vec::new(),
            clusters: Vec::new(),
            scratch: Scratch::default(),
            discounts: Discounts::default(),
            outcome: Outcome::default(),
        }
    }

    /// The index it matches against.
    pub fn index(&self) -> &'i ReferenceIndex {
        self.index
    }

    /// Matches a text. The outcome stands until the next call.
    pub fn scan(&mut self, text: &str) -> &Outcome {
        self.splitter.split(text, &mut self.outcome.words);
        let hashes = &self.outcome.words.hash;
        shingles_into(hashes, self.index.catalog().parameters.shingling, &mut self.shingles);
        self.outcome.simhash = fingerprint(hashes);
        self.outcome.matches.clear();
        self.finder.find(self.index, &self.shingles, &self.parameters, &mut self.anchors);
        self.outcome.boilerplate = self.finder.boilerplate;
        self.clusters.clear();
        if !self.anchors.is_empty() {
            self.align();
        }
        &self.outcome
    }

    fn align(&mut self) {
        let words = &self.outcome.words;
        self.tokens.clear();
        words.tokens_into(&mut self.tokens);
        for of_reference in self.anchors.chunk_by(|a, b| a.id == b.id) {
            clusters_of_reference(self.index, &self.tokens, of_reference, &self.parameters, &mut self.scratch, &mut self.clusters);
        }
        self.discounts.mask_background(self.index, &words.hash, &self.shingles, &self.clusters);
        self.discounts.mark_shared(self.index, &self.clusters, &self.parameters);
        let claims = Claims { index: self.index, doc: &self.tokens, parameters: &self.parameters };
        self.outcome.matches = gather(&claims, &self.clusters, &mut self.discounts);
    }

    /// What the last text had to be compared with.
    pub fn seen(&self) -> Seen {
        Seen { anchors: self.anchors.len(), clusters: self.clusters.len() }
    }
}
