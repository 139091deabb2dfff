//! Shards: a path -> batches of records with text and metadata.
mod record;
pub use record::{Content, Damage, DamageKind, Document, Entry};
mod map;
pub use map::Map;
