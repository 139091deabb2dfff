//! sievert: a training-data contamination scanner.
pub mod error;
pub mod fingerprint;
pub mod shard;
pub mod text;
pub use error::{Error, Result};
