//! sievert: a training-data contamination scanner.
pub mod error;
pub mod fingerprint;
pub mod matching;
pub mod reference;
pub mod shard;
pub mod text;
pub use error::{Error, Result};
