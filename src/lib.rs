//! sievert: a training-data contamination scanner.
pub mod error;
pub mod shard;
pub use error::{Error, Result};
