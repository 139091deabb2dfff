//! Shingles: k consecutive words as one hash, at every position.

use crate::text::is_single;
use serde::{Deserialize, Serialize};

/// Rotation between neighbouring words; odd and prime to 64, so that equal words at different places do not cancel.
const TURN: u32 = 11;

/// How many words make a shingle. Part of an index; a scan takes its index's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shingling {
    /// Words of a shingle, in scripts with spaces.
    pub words: u32,
    /// Words of a shingle whose first word is a single character (Han, Kana, Thai, …): one character says less.
    pub characters: u32,
}

impl Default for Shingling {
    fn default() -> Self {
        Self { words: 6, characters: 8 }
    }
}

impl Shingling {
    /// Words of a shingle that starts with this word.
    #[inline]
    pub fn len_at(self, first: u64) -> usize {
        if is_single(first) { self.characters as usize } else { self.words as usize }
    }

    /// The longest shingle, words.
    pub fn longest(self) -> usize {
        self.words.max(self.characters) as usize
    }
}

#[inline(always)]
fn finish(sum: u64) -> u64 {
    let product = u128::from(sum) * 0x9fb2_1c65_1e98_df25_u128;
    (product as u64) ^ ((product >> 64) as u64)
}

fn direct(words: &[u64]) -> u64 {
    finish(words.iter().enumerate().fold(0, |sum, (j, &h)| sum ^ h.rotate_left(TURN * j as u32)))
}

/// Replaces `out` by the shingle hash at every position of `words` (word hashes of one text): `out[i]` is that of the
/// words from i on, 0 where too few are left.
pub fn shingles_into(words: &[u64], shingling: Shingling, out: &mut Vec<u64>) {
    let k = shingling.words as usize;
    out.clear();
    out.reserve(words.len());
    let mut singles = 0;
    if words.len() >= k {
        let mut sum = words[..k].iter().enumerate().fold(0u64, |sum, (j, &h)| sum ^ h.rotate_left(TURN * j as u32));
        let last_turn = TURN * (k as u32 - 1);
        out.push(finish(sum));
        singles |= words[0];
        for (&gone, &come) in words.iter().zip(&words[k..]) {
            sum = (sum ^ gone).rotate_right(TURN) ^ come.rotate_left(last_turn);
            out.push(finish(sum));
            singles |= come;
        }
    }
    singles |= words.iter().take(k).fold(0, |all, &h| all | h);
    out.resize(words.len(), 0);
    if is_single(singles) {
        let long = shingling.characters as usize;
        for (i, &h) in words.iter().enumerate() {
            if is_single(h) {
                out[i] = words.get(i..i + long).map_or(0, direct);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_shingle_depends_on_its_words_alone(words in prop::collection::vec(any::<u64>(), 0..60), k in 1u32..10, c in 1u32..12) {
            let shingling = Shingling { words: k, characters: c };
            let mut out = Vec::new();
            shingles_into(&words, shingling, &mut out);
            prop_assert_eq!(out.len(), words.len());
            for i in 0..words.len() {
                let want = words.get(i..i + shingling.len_at(words[i])).map_or(0, direct);
                prop_assert_eq!(out[i], want);
            }
        }
    }
}
