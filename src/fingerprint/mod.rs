//! Words -> shingles (the seeds of matching) and the simhash of a document.

mod shingle;
mod simhash;

pub use shingle::{Shingling, shingles_into};
pub use simhash::{distance, fingerprint};
