//! The hash of one normalised word.

use xxhash_rust::xxh3::xxh3_64;

/// A word as alignment compares it: the upper half of its hash, with the two class bits on top.
pub type Token = u32;

/// Set where the word is one character of a script written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar).
const SINGLE: u64 = 1 << 63;
/// Set where the word alone says next to nothing: only digits, or one ASCII letter.
const WEAK: u64 = 1 << 62;

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
/// Bits that no ASCII digit has once letters are lower-case.
const NOT_DIGIT: u64 = 0xc0c0_c0c0_c0c0_c0c0;

/// Bytes kept of the first and of the second eight bytes of a word of `len` <= 16 bytes.
#[inline(always)]
fn masks(len: usize) -> (u64, u64) {
    let bits = len as u32 * 8;
    (u64::MAX >> (64 - bits.min(64)), if bits > 64 { u64::MAX >> (128 - bits) } else { 0 })
}

#[inline(always)]
fn mix(lo: u64, hi: u64, len: usize) -> u64 {
    let product = u128::from(lo ^ K0 ^ ((len as u64) << 56)) * u128::from(hi ^ K1);
    let hash = (product as u64) ^ ((product >> 64) as u64);
    let weak = if (lo | hi) & NOT_DIGIT == 0 || len == 1 { WEAK } else { 0 };
    (hash & !(SINGLE | WEAK)) | weak
}

/// Hash of an ASCII word of 1 to 16 letters and digits that starts a block of 16 readable bytes; case is folded here
/// (setting bit 5 lowers a letter and leaves a digit as it is).
#[inline(always)]
pub(super) fn ascii_word_hash(block: [u8; 16], len: usize) -> u64 {
    let both = u128::from_le_bytes(block);
    let (m0, m1) = masks(len);
    mix((both as u64 | 0x2020_2020_2020_2020) & m0, ((both >> 64) as u64 | 0x2020_2020_2020_2020) & m1, len)
}

/// Hash of a normalised word: 62 bits of hash under the two class bits, of which this sets only "weak".
///
/// Words of up to 16 bytes: folded multiply of the two halves; longer ones: xxh3. Not a cryptographic hash: a hostile
/// page can make words collide, which costs it a verification and nothing else.
pub fn word_hash(normalised: &[u8]) -> u64 {
    if normalised.len() > 16 {
        return xxh3_64(normalised) & !(SINGLE | WEAK);
    }
    if normalised.is_empty() {
        return 0;
    }
    let mut block = [0u8; 16];
    block[..normalised.len()].copy_from_slice(normalised);
    let both = u128::from_le_bytes(block);
    let weak_single = normalised.len() == 1;
    let hash = mix(both as u64, (both >> 64) as u64, normalised.len());
    debug_assert!(!weak_single || hash & WEAK != 0);
    hash
}

/// The same for a character that is a word by itself.
pub(super) fn single_hash(normalised: &[u8]) -> u64 {
    (word_hash(normalised) & !WEAK) | SINGLE
}

/// Whether the word is a single character of a script written without spaces.
#[inline(always)]
pub fn is_single(hash: u64) -> bool {
    hash & SINGLE != 0
}

/// Whether the word is only digits or one ASCII letter.
#[inline(always)]
pub fn is_weak(token: Token) -> bool {
    token & (WEAK >> 32) as u32 != 0
}

/// The word as alignment compares it.
#[inline(always)]
pub fn token(hash: u64) -> Token {
    (hash >> 32) as Token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ascii_path_hashes_as_the_general_one() {
        for word in ["a", "the", "eightbyt", "ninebytes", "sixteenbyteslong", "2024", "x1"] {
            let mut block = [b'?'; 16];
            block[..word.len()].copy_from_slice(word.to_uppercase().as_bytes());
            assert_eq!(ascii_word_hash(block, word.len()), word_hash(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn digits_and_single_letters_are_weak() {
        for (word, weak) in [("7", true), ("1234567890123456", true), ("a", true), ("ab", false), ("é", false), ("3d", false)] {
            assert_eq!(is_weak(token(word_hash(word.as_bytes()))), weak, "{word}");
        }
    }
}
