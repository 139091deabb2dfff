//! Text -> normalised words with byte offsets.
//!
//! In: the UTF-8 text of a document or of a reference. Out: [`Words`], one 64-bit hash a word with the bytes it stands
//! on. Both sides of a match are split by the same code, so what is equal after normalisation is equal in hash.
//!
//! Normalisation is that of the contract: NFKC, case-fold, full and half width folded, zero-width characters and soft
//! hyphens dropped, Romanian cedilla variants folded to the comma-below letters, HTML entities decoded, punctuation,
//! common HTML tags and white space ignored.

mod chars;
mod markup;
mod word_hash;
mod words;

pub use word_hash::{Token, is_single, is_weak, token, word_hash};
pub use words::{Splitter, Words, normalise};
