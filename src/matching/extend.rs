//! Grows an anchor into a local alignment: exact runs, and between them a banded alignment that ends where its score
//! falls too far below its best (X-drop; Zhang, Schwartz, Wagner and Miller 2000).
//!
//! Words score their information where they agree; a differing, missing or added word costs
//! [`MatchParameters::mismatch_points`]. While words agree nothing but a comparison is done per word; the band is opened
//! at the first difference and closed as soon as its best path has agreed for [`CLOSE_AFTER`] words.

use super::parameters::MatchParameters;
use crate::reference::{Weights, WordTable};
use crate::text::Token;

/// Half the width of the band, words: how far insertions and deletions may drift before a run of agreement.
const HALF: usize = 10;
const WIDTH: usize = 2 * HALF + 1;
/// Agreeing words on one diagonal after which the band is left.
const CLOSE_AFTER: u8 = 6;
const NEVER: i32 = i32::MIN / 2;

const STOP: u8 = 0;
const AGREE: u8 = 1;
const DIFFER: u8 = 2;
const DOC_ONLY: u8 = 3;
const REF_ONLY: u8 = 4;

/// Words that agree, one after the other, on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// First word in the document.
    pub(super) doc: u32,
    /// First word in the reference, from its start.
    pub(super) reference: u32,
    /// How many.
    pub(super) len: u32,
}

/// Both sides of an alignment: the document's words, and one reference's.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) doc: &'a [Token],
    pub(super) words: WordTable<'a>,
    pub(super) ref_first: u32,
    pub(super) ref_len: u32,
}

impl Sides<'_> {
    #[inline(always)]
    fn reference(&self, j: u32) -> Token {
        self.words.token(self.ref_first + j)
    }
}

#[derive(Debug, Default)]
pub(super) struct Scratch {
    trace: Vec<([u8; WIDTH], isize)>,
}

/// One direction from a place between two words: coordinates count away from it.
struct Walk<'a, const FORWARD: bool> {
    sides: Sides<'a>,
    weights: &'a Weights,
    parameters: &'a MatchParameters,
    doc_from: u32,
    ref_from: u32,
    doc_left: usize,
    ref_left: usize,
}

/// A cell of the band.
#[derive(Clone, Copy)]
struct Row {
    score: [i32; WIDTH],
    streak: [u8; WIDTH],
    /// Reference words consumed in the middle of the band.
    centre: isize,
}

/// What a band came to.
enum Band {
    /// Back on a diagonal: consumed words of both sides, score.
    Closed(usize, usize, i32),
    /// Ended; the best place in it, if better than before.
    Ended(Option<(usize, usize, i32)>),
}

impl<const FORWARD: bool> Walk<'_, FORWARD> {
    #[inline(always)]
    fn doc(&self, a: usize) -> Token {
        self.sides.doc[if FORWARD { self.doc_from as usize + a } else { self.doc_from as usize - 1 - a }]
    }

    #[inline(always)]
    fn reference(&self, b: usize) -> Token {
        self.sides.reference(if FORWARD { self.ref_from + b as u32 } else { self.ref_from - 1 - b as u32 })
    }

    /// Appends the run of `len` words that ends after `a` and `b` consumed words.
    fn push_run(&self, runs: &mut Vec<Run>, a: usize, b: usize, len: usize) {
        if len == 0 {
            return;
        }
        let (doc, reference) = if FORWARD {
            (self.doc_from + (a - len) as u32, self.ref_from + (b - len) as u32)
        } else {
            (self.doc_from - a as u32, self.ref_from - b as u32)
        };
        runs.push(Run { doc, reference, len: len as u32 });
    }

    /// Extends as far as it pays; runs are appended in the order in which they are met. Returns the score gained.
    fn extend(&self, scratch: &mut Scratch, runs: &mut Vec<Run>) -> i32 {
        let (mut a, mut b, mut score) = (0, 0, 0);
        let (mut best, mut best_runs) = (0, runs.len());
        loop {
            let from = a;
            while a < self.doc_left && b < self.ref_left {
                let word = self.doc(a);
                if word != self.reference(b) {
                    break;
                }
                score += self.weights.of(word);
                a += 1;
                b += 1;
            }
            self.push_run(runs, a, b, a - from);
            if score > best {
                (best, best_runs) = (score, runs.len());
            }
            if a == self.doc_left || b == self.ref_left {
                break;
            }
            match self.band(scratch, a, b, score, best) {
                Band::Closed(da, db, closed) => {
                    self.trace_back(scratch, runs, (a, b), (da, db));
                    (a, b, score) = (a + da, b + db, closed);
                    if score > best {
                        (best, best_runs) = (score, runs.len());
                    }
                }
                Band::Ended(Some((da, db, reached))) => {
                    self.trace_back(scratch, runs, (a, b), (da, db));
                    (best, best_runs) = (reached, runs.len());
                    break;
                }
                Band::Ended(None) => break,
            }
        }
        runs.truncate(best_runs);
        best
    }

    /// Aligns from (a, b) on, row by row of document words, in a band that follows its best cell.
    fn band(&self, scratch: &mut Scratch, a: usize, b: usize, start: i32, best: i32) -> Band {
        let cost = self.parameters.mismatch_points;
        scratch.trace.clear();
        let mut row = Row { score: [NEVER; WIDTH], streak: [0; WIDTH], centre: 0 };
        let mut trace = [STOP; WIDTH];
        for o in HALF..WIDTH {
            let skipped = o - HALF;
            if b + skipped > self.ref_left {
                break;
            }
            row.score[o] = start - cost * skipped as i32;
            trace[o] = if skipped == 0 { STOP } else { REF_ONLY };
        }
        scratch.trace.push((trace, 0));
        let mut top: Option<(usize, usize, i32)> = None;
        let mut reached = best;
        let mut shift = 0isize;
        for t in 0..self.doc_left - a {
            let (next, trace, best_cell) = self.next_row(&row, shift, self.doc(a + t), b);
            scratch.trace.push((trace, next.centre));
            let row_best = next.score[best_cell];
            let consumed = (next.centre + best_cell as isize - HALF as isize).max(0) as usize;
            if row_best > reached {
                reached = row_best;
                top = Some((t + 1, consumed, row_best));
            }
            if next.streak[best_cell] >= CLOSE_AFTER {
                return Band::Closed(t + 1, consumed, row_best);
            }
            if row_best < reached - self.parameters.drop_points {
                break;
            }
            // the next row's band is centred one beyond this row's best cell
            shift = best_cell as isize - HALF as isize + 1;
            row = next;
        }
        Band::Ended(top)
    }

    /// One row further: the document's word against the band; returns the row, its trace and its best cell.
    #[inline]
    fn next_row(&self, row: &Row, shift: isize, word: Token, b: usize) -> (Row, [u8; WIDTH], usize) {
        let cost = self.parameters.mismatch_points;
        let weight = self.weights.of(word);
        let mut next = Row { score: [NEVER; WIDTH], streak: [0; WIDTH], centre: row.centre + shift };
        let mut trace = [STOP; WIDTH];
        let mut best = 0;
        let at = |o: isize| if (0..WIDTH as isize).contains(&o) { row.score[o as usize] } else { NEVER };
        for o in 0..WIDTH {
            let consumed = next.centre + o as isize - HALF as isize;
            if consumed < 0 || b as isize + consumed > self.ref_left as isize {
                continue;
            }
            let above = o as isize + shift;
            let (mut score, mut from, mut streak) = (at(above) - cost, DOC_ONLY, 0);
            let diagonal = at(above - 1);
            if consumed > 0 && diagonal > NEVER / 2 {
                let agree = word == self.reference(b + consumed as usize - 1);
                let s = if agree { diagonal + weight } else { diagonal - cost };
                if s >= score {
                    (score, from) = (s, if agree { AGREE } else { DIFFER });
                    streak = if agree { row.streak[(above - 1) as usize].saturating_add(1) } else { 0 };
                }
            }
            if o > 0 && next.score[o - 1] - cost > score {
                (score, from, streak) = (next.score[o - 1] - cost, REF_ONLY, 0);
            }
            next.score[o] = score;
            next.streak[o] = streak;
            trace[o] = from;
            if score > next.score[best] {
                best = o;
            }
        }
        (next, trace, best)
    }

    /// Appends the runs on the path from the band's start to the cell that consumed (da, db).
    fn trace_back(&self, scratch: &Scratch, runs: &mut Vec<Run>, (a, b): (usize, usize), (da, db): (usize, usize)) {
        let first = runs.len();
        let (mut t, mut consumed, mut len) = (da, db as isize, 0usize);
        let (mut end_a, mut end_b) = (0, 0);
        loop {
            let (trace, centre) = &scratch.trace[t];
            let o = consumed - centre + HALF as isize;
            let step = usize::try_from(o).ok().and_then(|o| trace.get(o)).copied().unwrap_or(STOP);
            if step == AGREE {
                if len == 0 {
                    (end_a, end_b) = (a + t, b + consumed as usize);
                }
                len += 1;
            } else if len > 0 {
                self.push_run(runs, end_a, end_b, len);
                len = 0;
            }
            match step {
                AGREE | DIFFER => (t, consumed) = (t - 1, consumed - 1),
                DOC_ONLY if t > 0 => t -= 1,
                REF_ONLY if consumed > 0 => consumed -= 1,
                _ => break,
            }
        }
        runs[first..].reverse();
    }
}

/// The local alignment through the anchor where word `doc` of the document equals word `reference` of the reference:
/// its runs in order, appended to `runs`, and its score.
pub(super) fn extend(
    sides: Sides<'_>,
    (doc, reference): (u32, u32),
    weights: &Weights,
    parameters: &MatchParameters,
    scratch: &mut Scratch,
    runs: &mut Vec<Run>,
) -> i32 {
    let first = runs.len();
    let backward = Walk::<false> {
        sides,
        weights,
        parameters,
        doc_from: doc,
        ref_from: reference,
        doc_left: doc as usize,
        ref_left: reference as usize,
    };
    let mut score = backward.extend(scratch, runs);
    runs[first..].reverse();
    let forward = Walk::<true> {
        sides,
        weights,
        parameters,
        doc_from: doc,
        ref_from: reference,
        doc_left: sides.doc.len() - doc as usize,
        ref_left: (sides.ref_len - reference) as usize,
    };
    score += forward.extend(scratch, runs);
    // runs that touch on one diagonal are one
    let mut kept = first;
    for at in first..runs.len() {
        let run = runs[at];
        if kept > first {
            let last = &mut runs[kept - 1];
            if last.doc + last.len == run.doc && last.reference + last.len == run.reference {
                last.len += run.len;
                continue;
            }
        }
        runs[kept] = run;
        kept += 1;
    }
    runs.truncate(kept);
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weights() -> Weights {
        Weights::new(&crate::reference::Counts::default())
    }

    fn align(doc: &[Token], reference: &[Token], anchor: (u32, u32)) -> Vec<Run> {
        let bytes: Vec<u8> = reference.iter().flat_map(|t| t.to_le_bytes()).collect();
        let sides = Sides { doc, words: WordTable(&bytes), ref_first: 0, ref_len: reference.len() as u32 };
        let mut runs = Vec::new();
        extend(sides, anchor, &weights(), &MatchParameters::default(), &mut Scratch::default(), &mut runs);
        runs
    }

    fn words(range: std::ops::Range<u32>) -> Vec<Token> {
        range.map(|i| i.wrapping_mul(2_654_435_761) >> 3).collect()
    }

    #[test]
    fn an_edited_copy_is_followed_from_end_to_end() {
        let reference = words(0..200);
        let mut doc = words(1000..1030);
        for (i, &w) in reference.iter().enumerate() {
            match i % 10 {
                3 => {}
                6 => doc.extend([w, 7]),
                8 => doc.push(9),
                _ => doc.push(w),
            }
        }
        doc.extend(words(2000..2050));
        let runs = align(&doc, &reference, (30, 0));
        assert_eq!((runs[0].doc, runs[0].reference), (30, 0));
        let last = runs[runs.len() - 1];
        assert_eq!(last.reference + last.len, 200);
        assert_eq!(runs.iter().map(|r| r.len).sum::<u32>(), 160);
    }

    proptest! {
        #[test]
        fn runs_agree_and_move_on(doc in prop::collection::vec(0u32..6, 1..80), reference in prop::collection::vec(0u32..6, 1..80), at in any::<(u16, u16)>()) {
            let anchor = (u32::from(at.0) % doc.len() as u32, u32::from(at.1) % reference.len() as u32);
            let runs = align(&doc, &reference, anchor);
            for r in &runs {
                for i in 0..r.len {
                    prop_assert_eq!(doc[(r.doc + i) as usize], reference[(r.reference + i) as usize]);
                }
            }
            for pair in runs.windows(2) {
                prop_assert!(pair[0].doc + pair[0].len <= pair[1].doc && pair[0].reference + pair[0].len <= pair[1].reference);
            }
        }
    }
}
