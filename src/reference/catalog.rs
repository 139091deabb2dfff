//! `sievert.json`: what an index is, replaced atomically whenever it changes.

use crate::error::{Error, Result};
use crate::fingerprint::Shingling;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Version of the index's layout. An index of another version is refused.
pub const SCHEMA_VERSION: u32 = 1;
/// Name of the catalogue in the index folder.
pub const CATALOG_FILE: &str = "sievert.json";

/// What must be equal on both sides of a match; fixed when the index is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexParameters {
    /// Words of a shingle.
    pub shingling: Shingling,
    /// Every how many words of a reference a seed is taken. A verbatim run of `stride + shingle - 1` words holds one.
    pub stride: u32,
    /// Version of normalisation and word hashing.
    pub words_version: u32,
}

/// Version of normalisation and word hashing in this build.
pub const WORDS_VERSION: u32 = 1;

impl Default for IndexParameters {
    fn default() -> Self {
        Self { shingling: Shingling::default(), stride: 4, words_version: WORDS_VERSION }
    }
}

/// Who gave an answer, and from which data set it is known. Empty strings where unknown, but for model and vendor,
/// which are then `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribution {
    /// Model as the data set names it.
    pub model: String,
    /// Who makes the model.
    pub vendor: String,
    /// Data set.
    pub source: String,
    /// The model's public release, `YYYY-MM-DD`, or empty.
    pub released: String,
    /// SPDX licence of the data set, or empty.
    pub license: String,
    /// Language, or empty.
    pub lang: String,
}

/// One file of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Size, bytes.
    pub bytes: u64,
    /// xxh3 of its bytes, hexadecimal.
    pub xxh3: String,
}

/// One immutable part of an index: what one build or append added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// Folder in the index.
    pub name: String,
    /// References in it.
    pub references: u64,
    /// Their words.
    pub words: u64,
    /// Their seeds.
    pub seeds: u64,
    /// Words of background text in its mask.
    pub background_words: u64,
    /// Whether the references' texts are stored.
    pub text: bool,
    /// Every file, by its path below the segment's folder.
    pub files: BTreeMap<String, FileEntry>,
}

/// The index's table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Layout version, see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// sievert that wrote it last.
    pub sievert_version: String,
    /// Fixed at creation.
    pub parameters: IndexParameters,
    /// Everyone that references are attributed to; only ever appended to.
    pub attributions: Vec<Attribution>,
    /// Combinations of attributions that references of equal text have; only ever appended to.
    pub sets: Vec<Vec<u32>>,
    /// The parts, oldest first.
    pub segments: Vec<SegmentEntry>,
}

impl Catalog {
    /// A catalogue of nothing.
    pub fn new(parameters: IndexParameters) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            sievert_version: env!("CARGO_PKG_VERSION").into(),
            parameters,
            attributions: Vec::new(),
            sets: Vec::new(),
            segments: Vec::new(),
        }
    }

    /// Identity of the index: a hash over parameters and the checksums of all files.
    pub fn id(&self) -> String {
        let files: Vec<_> = self.segments.iter().flat_map(|s| s.files.iter().map(|(n, f)| (n, &f.xxh3))).collect();
        let text = serde_json::to_string(&(&self.parameters, &self.attributions, &self.sets, files)).expect("plain data serialises");
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
    }

    /// Reads the catalogue of the index in `folder`.
    ///
    /// # Errors
    /// Where there is no index, it is damaged, or of another version.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CATALOG_FILE);
        let bytes = fs::read(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::index(folder, "no index here (no sievert.json); make one with `sievert index INPUT --out INDEX`"),
            _ => Error::io(&path, "cannot read", e),
        })?;
        #[derive(Deserialize)]
        struct Version {
            schema_version: u32,
        }
        let damaged = |e: serde_json::Error| Error::index(&path, format!("the index is damaged: {e}; build it again"));
        let Version { schema_version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if schema_version != SCHEMA_VERSION {
            let age = if schema_version > SCHEMA_VERSION { "newer; update sievert" } else { "older; build it again" };
            return Err(Error::index(folder, format!("index of schema version {schema_version}, this sievert reads {SCHEMA_VERSION}: it is {age}")));
        }
        let catalog: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        if catalog.parameters.words_version != WORDS_VERSION {
            return Err(Error::index(folder, "index built with another normalisation; build it again"));
        }
        let shingling = catalog.parameters.shingling;
        if catalog.parameters.stride == 0 || shingling.words == 0 || shingling.characters == 0 || shingling.longest() > 64 {
            return Err(Error::index(&path, "the index is damaged: absurd parameters; build it again"));
        }
        Ok(catalog)
    }

    /// Writes the catalogue to `folder`: a new file renamed over the old, so that a crash leaves one or the other.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("plain data serialises");
        bytes.push(b'\n');
        replace_file(&folder.join(CATALOG_FILE), &bytes)
    }

    /// References of all segments.
    pub fn references(&self) -> u64 {
        self.segments.iter().map(|s| s.references).sum()
    }

    /// Words of all segments' references.
    pub fn words(&self) -> u64 {
        self.segments.iter().map(|s| s.words).sum()
    }

    /// Seeds of all segments.
    pub fn seeds(&self) -> u64 {
        self.segments.iter().map(|s| s.seeds).sum()
    }
}

/// Writes a file whole or not at all: to a temporary name beside it, synced, renamed.
///
/// # Errors
/// Where the folder cannot be written.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let temporary: PathBuf = path.with_file_name(name);
    let mut file = fs::File::create(&temporary).map_err(|e| Error::io(&temporary, "cannot create", e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::io(&temporary, "cannot write", e))?;
    fs::rename(&temporary, path).map_err(|e| Error::io(path, "cannot replace", e))
}
