//! How much a word says: its information content, from counts of the references' own words.
//!
//! Counts are kept in hashed buckets, one half for scripts with spaces and one for those without, so that a rare
//! character is not taken for a rare word. Counts of all segments (and of their background text) are added when an index
//! is opened, so an index built at once and one built by appending weigh words alike.

use super::tables::read_u32;
use crate::text::{Token, is_weak};

/// Buckets of the table; the upper half is for single characters.
pub const BUCKETS: usize = 1 << 17;
const HALF: usize = BUCKETS / 2;
/// Units of a weight: 1/16 bit.
pub const BIT: i32 = 16;

#[inline(always)]
fn bucket(token: Token) -> usize {
    let half = (token >> 31) as usize * HALF;
    // the token's two upper bits are its class
    half + (token & (HALF as u32 - 1)) as usize
}

/// Counts of words, while an index is built.
#[derive(Debug, Clone)]
pub struct Counts(Vec<u32>);

impl Default for Counts {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Counts {
    /// Counts a word.
    #[inline]
    pub fn add(&mut self, token: Token) {
        let c = &mut self.0[bucket(token)];
        *c = c.saturating_add(1);
    }

    /// The table's file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|c| c.to_le_bytes()).collect()
    }

    /// Adds the counts in a table's file.
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        for (i, c) in self.0.iter_mut().enumerate() {
            *c = c.saturating_add(read_u32(bytes, i));
        }
    }
}

/// Information of each word, in 1/16 bits.
///
/// Half of a word's -log2 frequency: neighbouring words predict each other, and a unigram model would count that twice.
/// Bounded to 1–7 bits; a number or a lone letter counts a quarter bit, since sequences of them prove nothing.
#[derive(Debug, Clone)]
pub struct Weights(Vec<u8>);

const WEAK_WEIGHT: i32 = BIT / 4;

impl Weights {
    /// Weights from counts.
    pub fn new(counts: &Counts) -> Self {
        let mut weights = vec![0u8; BUCKETS];
        for half in [0..HALF, HALF..BUCKETS] {
            let total: f64 = counts.0[half.clone()].iter().map(|&c| f64::from(c)).sum::<f64>() + 1000.0;
            for i in half {
                let bits = -((f64::from(counts.0[i]) + 1.0) / total).log2();
                weights[i] = ((bits / 2.0).clamp(1.0, 7.0) * f64::from(BIT)) as u8;
            }
        }
        Self(weights)
    }

    /// Information of a word, 1/16 bits.
    #[inline(always)]
    pub fn of(&self, token: Token) -> i32 {
        if is_weak(token) { WEAK_WEIGHT } else { i32::from(self.0[bucket(token)]) }
    }
}
