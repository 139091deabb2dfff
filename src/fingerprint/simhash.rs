//! The 64-bit simhash of a document (Charikar 2002): words are the features, each weighs as often as it stands there.
//!
//! The definition is the `simhash` crate's: bit i is set where more features have it than not. The crate hashes each
//! feature with SipHash and counts in 64 integers, 53 ns a word; here the features are the word hashes that the scan
//! has anyway, and the counters are kept bit-sliced: 64 counters are added to at once by carry-save adders.

/// Planes of the bit-sliced counters: up to 2^32 words.
const PLANES: usize = 32;

struct Counters([u64; PLANES]);

impl Counters {
    /// Adds 2^`plane` to every counter whose bit is set.
    #[inline(always)]
    fn add(&mut self, bits: u64, plane: usize) {
        let mut carry = bits;
        for p in &mut self.0[plane..] {
            let both = *p & carry;
            *p ^= carry;
            carry = both;
            if carry == 0 {
                break;
            }
        }
    }

    /// Bits whose counter is above `threshold`.
    fn above(&self, threshold: u32) -> u64 {
        let (mut greater, mut equal) = (0u64, u64::MAX);
        for plane in (0..PLANES).rev() {
            let t = if threshold >> plane & 1 == 1 { u64::MAX } else { 0 };
            greater |= equal & self.0[plane] & !t;
            equal &= !(self.0[plane] ^ t);
        }
        greater
    }
}

#[inline(always)]
fn full_add(a: u64, b: u64, c: u64) -> (u64, u64) {
    let u = a ^ b;
    (u ^ c, (a & b) | (u & c))
}

/// A word as a feature: the class bits of its hash are spread.
#[inline(always)]
fn feature(word: u64) -> u64 {
    word.wrapping_mul(0xd1b5_4a32_d192_ed03) ^ (word >> 29)
}

/// Simhash of a text given as word hashes; 0 for an empty one.
pub fn fingerprint(words: &[u64]) -> u64 {
    let mut counters = Counters([0; PLANES]);
    let (mut ones, mut twos, mut fours) = (0u64, 0u64, 0u64);
    let (chunks, rest) = words.as_chunks::<8>();
    for w in chunks {
        let (s, t1) = full_add(ones, feature(w[0]), feature(w[1]));
        let (s, t2) = full_add(s, feature(w[2]), feature(w[3]));
        let (s, t3) = full_add(s, feature(w[4]), feature(w[5]));
        let (s, t4) = full_add(s, feature(w[6]), feature(w[7]));
        ones = s;
        let (s, f1) = full_add(twos, t1, t2);
        let (s, f2) = full_add(s, t3, t4);
        twos = s;
        let (s, e) = full_add(fours, f1, f2);
        fours = s;
        counters.add(e, 3);
    }
    counters.add(ones, 0);
    counters.add(twos, 1);
    counters.add(fours, 2);
    for &w in rest {
        counters.add(feature(w), 0);
    }
    counters.above(words.len() as u32 / 2)
}

/// Number of bits in which two fingerprints differ, 0 to 64.
pub fn distance(a: u64, b: u64) -> u32 {
    simhash::hamming_distance(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The crate's way of counting, on the same features.
    fn plain(words: &[u64]) -> u64 {
        let mut v = [0i64; 64];
        for &w in words {
            for (i, c) in v.iter_mut().enumerate() {
                *c += if feature(w) >> i & 1 == 1 { 1 } else { -1 };
            }
        }
        v.iter().enumerate().fold(0, |s, (i, &c)| s | u64::from(c > 0) << i)
    }

    proptest! {
        #[test]
        fn bit_sliced_counting_equals_plain_counting(words in prop::collection::vec(0u64..40, 0..400), spread in any::<u64>()) {
            let words: Vec<u64> = words.iter().map(|w| w.wrapping_mul(spread | 1)).collect();
            prop_assert_eq!(fingerprint(&words), plain(&words));
        }
    }

    #[test]
    fn distance_counts_differing_bits() {
        assert_eq!(distance(0b1011, 0b0110), 3);
    }
}
