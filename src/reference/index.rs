//! An open index: mapped tables and stores of all segments, weights, attributions.

use super::catalog::{Attribution, CATALOG_FILE, Catalog, FileEntry};
use super::frequencies::{Counts, Weights};
use super::store::{Known, Store, StoredReference};
use super::tables::{
    FILTER_FILE, FREQUENCIES_FILE, Filter, MASK_FILE, QUOTED_FILE, REFERENCES_FILE, ReferenceTable, SEEDS_FILE, SeedTable, WORDS_FILE, WordTable,
};
use crate::error::{Error, Result};
use crate::shard::Map;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use xxhash_rust::xxh3::xxh3_64;

/// A reference in the whole index: segment and number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceId {
    /// Segment, oldest first.
    pub segment: u32,
    /// Number in the segment.
    pub number: u32,
}

/// One open segment.
#[derive(Debug)]
pub struct Segment {
    maps: Maps,
    seeds: u64,
    store_path: PathBuf,
    store: OnceLock<Store>,
}

#[derive(Debug)]
struct Maps {
    words: Map,
    seeds: Map,
    filter: Map,
    references: Map,
    quoted: Map,
    mask: Map,
}

impl Segment {
    /// Filter over the seeds.
    pub fn filter(&self) -> Filter<'_> {
        Filter::new(&self.maps.filter)
    }

    /// The seeds.
    pub fn seed_table(&self) -> SeedTable<'_> {
        SeedTable::new(&self.maps.seeds, self.seeds).expect("the size was checked at opening")
    }

    /// The references' table.
    pub fn references(&self) -> ReferenceTable<'_> {
        ReferenceTable(&self.maps.references)
    }

    /// The references' words.
    pub fn words(&self) -> WordTable<'_> {
        WordTable(&self.maps.words)
    }

    /// Whether word `n` stands in its reference's own prompt.
    #[inline]
    pub fn is_quoted(&self, n: u32) -> bool {
        self.maps.quoted.get(n as usize / 8).is_some_and(|b| b >> (n % 8) & 1 == 1)
    }

    /// Filter over the shingles of background text.
    pub fn mask(&self) -> Option<Filter<'_>> {
        (!self.maps.mask.is_empty()).then(|| Filter::new(&self.maps.mask))
    }

    /// The references as documents; opened at the first call.
    ///
    /// # Errors
    /// Where the store is damaged.
    pub fn store(&self) -> Result<&Store> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = Store::open(&self.store_path)?;
        Ok(self.store.get_or_init(|| store))
    }
}

/// An index open for reading; shared by all threads.
#[derive(Debug)]
pub struct ReferenceIndex {
    path: PathBuf,
    catalog: Catalog,
    segments: Vec<Segment>,
    weights: Weights,
}

impl ReferenceIndex {
    /// Opens the index in `folder`: maps its tables; nothing is read whole but the catalogue and the word frequencies.
    ///
    /// # Errors
    /// Where there is none, it is damaged, or of another version.
    pub fn open(folder: &Path) -> Result<Self> {
        let catalog = Catalog::read(folder)?;
        let mut segments = Vec::new();
        let mut counts = Counts::default();
        for entry in &catalog.segments {
            let base = folder.join(&entry.name);
            for (name, file) in &entry.files {
                check_size(&base.join(name), file)?;
            }
            let map = |name: &str| {
                let path = base.join(name);
                if !entry.files.contains_key(name) {
                    return Err(Error::index(folder.join(CATALOG_FILE), format!("the index is damaged: {}/{name} is not listed; build it again", entry.name)));
                }
                Map::open(&path).map_err(|e| Error::io(&path, "cannot map", e))
            };
            counts.add_bytes(&map(FREQUENCIES_FILE)?);
            let maps = Maps {
                words: map(WORDS_FILE)?,
                seeds: map(SEEDS_FILE)?,
                filter: map(FILTER_FILE)?,
                references: map(REFERENCES_FILE)?,
                quoted: map(QUOTED_FILE)?,
                mask: map(MASK_FILE)?,
            };
            let fits = SeedTable::new(&maps.seeds, entry.seeds).is_some()
                && maps.words.len() as u64 == entry.words * 4
                && maps.references.len() as u64 == (entry.references + 1) * 16
                && !maps.filter.is_empty();
            if !fits {
                return Err(Error::index(&base, "the index is damaged: tables and catalogue disagree; build it again"));
            }
            segments.push(Segment { maps, seeds: entry.seeds, store_path: base.join("tantivy"), store: OnceLock::new() });
        }
        Ok(Self { path: folder.into(), weights: Weights::new(&counts), catalog, segments })
    }

    /// Reads every file and compares its checksum.
    ///
    /// # Errors
    /// Names the first file that differs.
    pub fn verify(&self) -> Result<()> {
        for entry in &self.catalog.segments {
            for (name, file) in &entry.files {
                let path = self.path.join(&entry.name).join(name);
                let bytes = std::fs::read(&path).map_err(|e| Error::io(&path, "cannot read", e))?;
                if format!("{:016x}", xxh3_64(&bytes)) != file.xxh3 {
                    return Err(Error::index(&path, "the index is damaged: the checksum differs; build it again"));
                }
            }
        }
        Ok(())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its table of contents.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Its parts.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How much each word says.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The attributions of a reference: one, or more where several gave the same answer.
    pub fn attributions(&self, id: ReferenceId) -> impl Iterator<Item = &Attribution> {
        let set = self.segments[id.segment as usize].references().row(id.number).set;
        let numbers: &[u32] = self.catalog.sets.get(set as usize).map_or(&[], Vec::as_slice);
        numbers.iter().filter_map(|&n| self.catalog.attributions.get(n as usize))
    }

    /// The reference as a document, with the ids of all of its text.
    ///
    /// # Errors
    /// Where the store is damaged.
    pub fn stored(&self, id: ReferenceId) -> Result<StoredReference> {
        let segment = &self.segments[id.segment as usize];
        let mut stored = segment.store()?.get(id.number)?;
        if stored.also.is_empty() {
            let set = segment.references().row(id.number).set;
            let attribution = self.catalog.sets.get(set as usize).and_then(|s| s.first()).copied().unwrap_or(0);
            stored.also.push(Known { id: stored.id.clone(), attribution });
        }
        Ok(stored)
    }

    /// An attribution by its number.
    pub fn attribution(&self, number: u32) -> Option<&Attribution> {
        self.catalog.attributions.get(number as usize)
    }
}

fn check_size(path: &Path, file: &FileEntry) -> Result<()> {
    let found = std::fs::metadata(path).map_err(|e| Error::io(path, "the index is damaged: cannot open", e))?.len();
    if found == file.bytes {
        return Ok(());
    }
    Err(Error::index(path, format!("the index is damaged: {found} bytes instead of {}; build it again", file.bytes)))
}
