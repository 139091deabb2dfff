//! Builds a segment: references in, tables and store out.

use super::catalog::{Attribution, CATALOG_FILE, Catalog, FileEntry, IndexParameters, SegmentEntry};
use super::frequencies::Counts;
use super::store::{Indexed, Known, StoreWriter, StoredReference};
use super::tables::{FILTER_FILE, FREQUENCIES_FILE, Filter, MASK_FILE, QUOTED_FILE, REFERENCES_FILE, ReferenceRow, SEEDS_FILE, Seed, SeedTable, WORDS_FILE};
use crate::error::{Error, Result};
use crate::fingerprint::{Shingling, fingerprint, shingles_into};
use crate::text::{Splitter, Words, normalise, token};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// A reference as it comes from a reader, with its attribution resolved.
#[derive(Debug, Clone)]
pub struct NewReference {
    /// Its own id, if it has one.
    pub id: Option<String>,
    /// The answer.
    pub text: String,
    /// The prompt, or empty.
    pub prompt: String,
    /// Who, from where.
    pub attribution: Attribution,
}

/// What a build did.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuildSummary {
    /// References given.
    pub given: u64,
    /// References of distinct texts written.
    pub references: u64,
    /// References left out because they hold no word.
    pub empty: u64,
    /// Words written.
    pub words: u64,
    /// Seeds written.
    pub seeds: u64,
}

/// Most words of one segment (word numbers are 32 bits); a build that has more starts another.
const SEGMENT_WORDS: u64 = 1 << 31;
/// References split into words at a time, in parallel.
const BATCH: usize = 2048;

/// A reference split and hashed: what the parallel stage hands to the sequential one.
struct Prepared {
    reference: NewReference,
    hashes: Vec<u64>,
    shingles: Vec<u64>,
    quoted: Vec<bool>,
    key: u128,
    searchable: String,
}

/// Adds segments to an index folder. Nothing that is there is touched until [`Builder::finish`] replaces the catalogue.
pub struct Builder {
    folder: PathBuf,
    catalog: Catalog,
    with_text: bool,
    pending: Vec<NewReference>,
    references: Vec<Grouped>,
    by_text: HashMap<u128, usize>,
    segment: SegmentData,
    summary: BuildSummary,
    background: Vec<u64>,
    background_words: u64,
}

#[derive(Default)]
struct SegmentData {
    tokens: Vec<u8>,
    quoted: Vec<u8>,
    words: u64,
    seeds: Vec<Seed>,
    counts: Counts,
}

struct Grouped {
    stored: StoredReference,
    searchable: String,
    first_word: u32,
    simhash: u64,
}

impl Builder {
    /// A builder that makes the index `folder`, or appends to it.
    ///
    /// # Errors
    /// Where an index is there and `append` is false, none is there and it is true, or the folder cannot be written.
    pub fn open(folder: &Path, parameters: IndexParameters, append: bool, with_text: bool) -> Result<Self> {
        let exists = folder.join(CATALOG_FILE).exists();
        let catalog = match (exists, append) {
            (true, true) => Catalog::read(folder)?,
            (true, false) => return Err(Error::index(folder, "an index is here already; add to it with --append, or choose another --out")),
            (false, true) => return Err(Error::index(folder, "no index to append to; leave out --append to make one")),
            (false, false) => {
                if fs::read_dir(folder).is_ok_and(|mut d| d.next().is_some_and(|e| e.is_ok_and(|e| !is_leftover(&e.path())))) {
                    return Err(Error::index(folder, "the folder is not empty and holds no index; choose another --out"));
                }
                Catalog::new(parameters)
            }
        };
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, "cannot create", e))?;
        Ok(Self {
            folder: folder.into(),
            catalog,
            with_text,
            pending: Vec::new(),
            references: Vec::new(),
            by_text: HashMap::new(),
            segment: SegmentData::default(),
            summary: BuildSummary::default(),
            background: Vec::new(),
            background_words: 0,
        })
    }

    /// Adds a reference.
    ///
    /// # Errors
    /// Where a segment is full and cannot be written.
    pub fn add(&mut self, reference: NewReference) -> Result<()> {
        self.summary.given += 1;
        self.pending.push(reference);
        if self.pending.len() >= BATCH { self.drain() } else { Ok(()) }
    }

    /// Adds human text: its shingles prove nothing from now on.
    pub fn add_background(&mut self, text: &str) {
        let (mut words, mut shingles) = (Words::default(), Vec::new());
        Splitter::new().split(text, &mut words);
        shingles_into(&words.hash, self.catalog.parameters.shingling, &mut shingles);
        self.background.extend(shingles.into_iter().filter(|&s| s != 0));
        self.background_words += words.len() as u64;
        if self.background.len() > 1 << 26 {
            self.shrink_background();
        }
    }

    fn shrink_background(&mut self) {
        self.background.par_sort_unstable();
        self.background.dedup();
    }

    fn drain(&mut self) -> Result<()> {
        let shingling = self.catalog.parameters.shingling;
        let pending = std::mem::take(&mut self.pending);
        let prepared: Vec<Prepared> = pending
            .into_par_iter()
            .map_init(
                || (Splitter::new(), Words::default()),
                |(splitter, words), r| prepare(r, shingling, self.with_text, splitter, words),
            )
            .collect();
        for p in prepared {
            self.take(p)?;
        }
        Ok(())
    }

    fn attribution(&mut self, attribution: &Attribution) -> u32 {
        let known = &mut self.catalog.attributions;
        // data sets have few; the newest is the likeliest
        let at = known.iter().rposition(|a| a == attribution).unwrap_or_else(|| {
            known.push(attribution.clone());
            known.len() - 1
        });
        at as u32
    }

    fn take(&mut self, p: Prepared) -> Result<()> {
        if p.hashes.is_empty() {
            self.summary.empty += 1;
            return Ok(());
        }
        let attribution = self.attribution(&p.reference.attribution);
        let id = p.reference.id.unwrap_or_else(|| format!("{:016x}", p.key as u64));
        if let Some(&at) = self.by_text.get(&p.key) {
            let also = &mut self.references[at].stored.also;
            let known = Known { id, attribution };
            if !also.contains(&known) {
                also.push(known);
            }
            return Ok(());
        }
        if self.segment.words + p.hashes.len() as u64 >= SEGMENT_WORDS {
            self.write_segment()?;
        }
        let first_word = self.segment.words as u32;
        let IndexParameters { stride, .. } = self.catalog.parameters;
        let segment = &mut self.segment;
        for (i, &h) in p.hashes.iter().enumerate() {
            segment.tokens.extend_from_slice(&token(h).to_le_bytes());
            segment.counts.add(token(h));
            let n = segment.words as usize + i;
            if n / 8 >= segment.quoted.len() {
                segment.quoted.push(0);
            }
            segment.quoted[n / 8] |= u8::from(p.quoted[i]) << (n % 8);
        }
        let seeds = p.shingles.iter().enumerate().step_by(stride as usize).filter(|&(_, &s)| s != 0);
        segment.seeds.extend(seeds.map(|(i, &hash)| Seed { hash, word: first_word + i as u32 }));
        segment.words += p.hashes.len() as u64;
        self.by_text.insert(p.key, self.references.len());
        let also = vec![Known { id: id.clone(), attribution }];
        let stored = StoredReference { id, text: p.reference.text, prompt: p.reference.prompt, also };
        self.references.push(Grouped { stored, searchable: p.searchable, first_word, simhash: fingerprint(&p.hashes) });
        Ok(())
    }

    fn write_segment(&mut self) -> Result<()> {
        let mut segment = std::mem::take(&mut self.segment);
        let references = std::mem::take(&mut self.references);
        self.by_text.clear();
        let name = format!("segment-{:04}", self.catalog.segments.len());
        let folder = self.folder.join(&name);
        if folder.exists() {
            // left by a build that died before its catalogue was written
            fs::remove_dir_all(&folder).map_err(|e| Error::io(&folder, "cannot remove the leftover", e))?;
        }
        let store_folder = folder.join("tantivy");
        let mut rows = Vec::with_capacity((references.len() + 1) * 16);
        let mut sets: HashMap<Vec<u32>, u32> = self.catalog.sets.iter().cloned().zip(0..).collect();
        for r in &references {
            let mut set: Vec<u32> = r.stored.also.iter().map(|k| k.attribution).collect();
            set.sort_unstable();
            set.dedup();
            let next = sets.len() as u32;
            let set = *sets.entry(set.clone()).or_insert_with(|| {
                self.catalog.sets.push(set);
                next
            });
            ReferenceRow { first_word: r.first_word, set, simhash: r.simhash }.write(&mut rows);
        }
        ReferenceRow { first_word: segment.words as u32, set: 0, simhash: 0 }.write(&mut rows);
        let with_text = self.with_text;
        let attributions = &self.catalog.attributions;
        self.background.par_sort_unstable();
        self.background.dedup();
        let background = std::mem::take(&mut self.background);
        let (stored, tables) = rayon::join(
            || -> Result<()> {
                let mut writer = StoreWriter::create(&store_folder, with_text)?;
                for r in &references {
                    let attribution = &attributions[r.stored.also[0].attribution as usize];
                    writer.add(&r.stored, Indexed { attribution, simhash: r.simhash, searchable: &r.searchable })?;
                }
                writer.finish()
            },
            || {
                segment.seeds.par_sort_unstable();
                let filter = Filter::build(segment.seeds.iter().map(|s| s.hash), segment.seeds.len());
                let mask = if background.is_empty() { Vec::new() } else { Filter::build(background.iter().copied(), background.len()) };
                (SeedTable::build(&segment.seeds), filter, mask)
            },
        );
        stored?;
        let (seeds, filter, mask) = tables;
        let frequencies = segment.counts.to_bytes();
        for (file, bytes) in [
            (WORDS_FILE, &segment.tokens),
            (SEEDS_FILE, &seeds),
            (FILTER_FILE, &filter),
            (REFERENCES_FILE, &rows),
            (QUOTED_FILE, &segment.quoted),
            (FREQUENCIES_FILE, &frequencies),
            (MASK_FILE, &mask),
        ] {
            let path = folder.join(file);
            write_synced(&path, bytes)?;
        }
        self.summary.references += references.len() as u64;
        self.summary.words += segment.words;
        self.summary.seeds += segment.seeds.len() as u64;
        self.catalog.segments.push(SegmentEntry {
            name,
            references: references.len() as u64,
            words: segment.words,
            seeds: segment.seeds.len() as u64,
            background_words: std::mem::take(&mut self.background_words),
            text: with_text,
            files: file_entries(&folder)?,
        });
        Ok(())
    }

    /// Writes what is left and makes it part of the index.
    ///
    /// # Errors
    /// Where nothing was added, or the folder cannot be written; the index is then what it was before.
    pub fn finish(mut self) -> Result<BuildSummary> {
        self.drain()?;
        if !self.references.is_empty() || self.background_words > 0 {
            self.write_segment()?;
        }
        if self.catalog.segments.is_empty() {
            return Err(Error::input("no reference with any words in the input: nothing to index", None));
        }
        self.catalog.sievert_version = env!("CARGO_PKG_VERSION").into();
        self.catalog.write(&self.folder)?;
        Ok(self.summary)
    }
}

fn is_leftover(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("segment-") || n.to_string_lossy().ends_with(".new"))
}

fn prepare(reference: NewReference, shingling: Shingling, with_text: bool, splitter: &mut Splitter, words: &mut Words) -> Prepared {
    let mut prompt_shingles = Vec::new();
    splitter.split(&reference.prompt, words);
    shingles_into(&words.hash, shingling, &mut prompt_shingles);
    let prompt: std::collections::HashSet<u64> = prompt_shingles.into_iter().filter(|&s| s != 0).collect();
    splitter.split(&reference.text, words);
    let mut shingles = Vec::new();
    shingles_into(&words.hash, shingling, &mut shingles);
    let mut quoted = vec![false; words.len()];
    if !prompt.is_empty() {
        for (i, s) in shingles.iter().enumerate().filter(|(_, s)| prompt.contains(s)) {
            debug_assert!(*s != 0);
            let len = shingling.len_at(words.hash[i]);
            quoted[i..i + len].fill(true);
        }
    }
    let bytes: Vec<u8> = words.hash.iter().flat_map(|h| h.to_le_bytes()).collect();
    let searchable = if with_text { normalise(&reference.text) } else { String::new() };
    Prepared { hashes: words.hash.clone(), shingles, quoted, key: xxh3_128(&bytes), searchable, reference }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::create(path).map_err(|e| Error::io(path, "cannot create", e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::io(path, "cannot write", e))
}

/// Every file below a segment's folder with its size and checksum.
fn file_entries(folder: &Path) -> Result<BTreeMap<String, FileEntry>> {
    let mut out = BTreeMap::new();
    for sub in ["", "tantivy"] {
        let dir = folder.join(sub);
        for entry in fs::read_dir(&dir).map_err(|e| Error::io(&dir, "cannot read", e))? {
            let path = entry.map_err(|e| Error::io(&dir, "cannot read", e))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !path.is_file() || name.ends_with(".lock") {
                continue;
            }
            let bytes = fs::read(&path).map_err(|e| Error::io(&path, "cannot read", e))?;
            let name = if sub.is_empty() { name } else { format!("{sub}/{name}") };
            out.insert(name, FileEntry { bytes: bytes.len() as u64, xxh3: format!("{:016x}", xxh3_64(&bytes)) });
        }
    }
    Ok(out)
}
