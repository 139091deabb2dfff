//! Known outputs: readers, model table, tantivy store, seed tables; build, append, open, verify.
//!
//! An index is a folder of immutable segments and one catalogue (`sievert.json`) that is replaced atomically. What a
//! build or an append adds is a new segment; a crash leaves a folder that no catalogue names, and the next build removes.

mod build;
mod catalog;
mod frequencies;
mod index;
mod store;
mod tables;

pub use build::{BuildSummary, Builder, NewReference};
pub use catalog::{Attribution, CATALOG_FILE, Catalog, FileEntry, IndexParameters, SCHEMA_VERSION, SegmentEntry, replace_file};
pub use frequencies::{BIT, Counts, Weights};
pub use index::{ReferenceId, ReferenceIndex, Segment};
pub use store::{Known, Store, StoredReference};
pub use tables::{Filter, ReferenceRow, ReferenceTable, SeedTable, WordTable};
