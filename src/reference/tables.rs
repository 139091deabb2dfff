//! The mapped tables of one segment: words, seeds, filter, references, word frequencies, background mask.
//!
//! All numbers are little-endian. Nothing is checked word by word at opening (that is O(1) in the tables' size): sizes
//! are held against the catalogue, and every look-up is bounds-checked, so that a damaged table can give wrong answers
//! but never a fault. `sievert inspect --verify` reads the checksums.

use crate::text::Token;

/// File of the references' words, one 4-byte token each, back to back.
pub const WORDS_FILE: &str = "words.bin";
/// File of the seeds: directory, then entries of (low 32 bits of the hash, word number), sorted by hash and number.
pub const SEEDS_FILE: &str = "seeds.bin";
/// File of the filter over the seeds.
pub const FILTER_FILE: &str = "filter.bin";
/// File of the references: first word, attribution set, simhash; 16 bytes each, and one more for the end.
pub const REFERENCES_FILE: &str = "references.bin";
/// File of one bit per word: whether it stands in the reference's own prompt.
pub const QUOTED_FILE: &str = "quoted.bin";
/// File of the word frequencies: a 4-byte count per bucket.
pub const FREQUENCIES_FILE: &str = "frequencies.bin";
/// File of the filter over the shingles of background text; empty where there is none.
pub const MASK_FILE: &str = "mask.bin";

#[inline(always)]
pub(super) fn read_u32(bytes: &[u8], index: usize) -> u32 {
    bytes.get(index * 4..index * 4 + 4).map_or(0, |b| u32::from_le_bytes(b.try_into().expect("four bytes")))
}

#[inline(always)]
pub(super) fn read_u64(bytes: &[u8], index: usize) -> u64 {
    bytes.get(index * 8..index * 8 + 8).map_or(0, |b| u64::from_le_bytes(b.try_into().expect("eight bytes")))
}

/// `hash` scaled to 0..n, keeping the order of hashes.
#[inline(always)]
fn scale(hash: u64, n: u64) -> u64 {
    ((u128::from(hash) * u128::from(n)) >> 64) as u64
}

/// Blocked Bloom filter over shingle hashes: one 64-bit block a key, three bits in it; 16 bits a key give about 1 %
/// false positives at the price of one memory access.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    bytes: &'a [u8],
    blocks: u64,
}

impl<'a> Filter<'a> {
    /// The filter in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, blocks: bytes.len() as u64 / 8 }
    }

    #[inline(always)]
    fn bits(hash: u64) -> u64 {
        1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63)
    }

    /// Whether the hash may be among the keys; never false where it is.
    #[inline(always)]
    pub fn may_contain(&self, hash: u64) -> bool {
        let bits = Self::bits(hash);
        read_u64(self.bytes, scale(hash, self.blocks) as usize) & bits == bits
    }

    /// Builds the filter of these hashes.
    pub fn build(hashes: impl Iterator<Item = u64>, count: usize) -> Vec<u8> {
        let blocks = (count / 4 + 1) as u64;
        let mut table = vec![0u64; blocks as usize];
        for hash in hashes {
            table[scale(hash, blocks) as usize] |= Self::bits(hash);
        }
        table.into_iter().flat_map(u64::to_le_bytes).collect()
    }
}

/// One indexed place: a shingle's hash and the word of the segment where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed {
    /// Hash of the shingle.
    pub hash: u64,
    /// Number of its first word in the segment.
    pub word: u32,
}

/// The sorted table of seeds behind a directory of their hashes' upper bits.
#[derive(Debug, Clone, Copy)]
pub struct SeedTable<'a> {
    directory: &'a [u8],
    entries: &'a [u8],
    buckets: u64,
}

/// Seeds a bucket, on average.
const BUCKET: u64 = 4;

impl<'a> SeedTable<'a> {
    fn buckets_of(seeds: u64) -> u64 {
        seeds / BUCKET + 1
    }

    /// The table of `seeds` seeds in `bytes`; `None` where the size does not fit.
    pub fn new(bytes: &'a [u8], seeds: u64) -> Option<Self> {
        let buckets = Self::buckets_of(seeds);
        let directory = usize::try_from((buckets + 1) * 4).ok()?;
        if bytes.len() as u64 != directory as u64 + seeds * 8 {
            return None;
        }
        let (directory, entries) = bytes.split_at(directory);
        Some(Self { directory, entries, buckets })
    }

    /// The places of a shingle, as a range of entries (see [`Self::word`]); mostly empty.
    #[inline]
    pub fn find(&self, hash: u64) -> std::ops::Range<u32> {
        let bucket = scale(hash, self.buckets) as usize;
        let (from, to) = (read_u32(self.directory, bucket), read_u32(self.directory, bucket + 1));
        let low = hash as u32;
        let mut first = from;
        while first < to && read_u32(self.entries, first as usize * 2) != low {
            first += 1;
        }
        let mut last = first;
        while last < to && read_u32(self.entries, last as usize * 2) == low {
            last += 1;
        }
        first..last
    }

    /// The word number of an entry.
    #[inline(always)]
    pub fn word(&self, entry: u32) -> u32 {
        read_u32(self.entries, entry as usize * 2 + 1)
    }

    /// Builds the table of seeds sorted by hash, then word.
    pub fn build(seeds: &[Seed]) -> Vec<u8> {
        let buckets = Self::buckets_of(seeds.len() as u64);
        let mut out = Vec::with_capacity((buckets as usize + 1) * 4 + seeds.len() * 8);
        let mut at = 0usize;
        for bucket in 0..=buckets {
            while at < seeds.len() && scale(seeds[at].hash, buckets) < bucket {
                at += 1;
            }
            out.extend_from_slice(&(at as u32).to_le_bytes());
        }
        for bucket in seeds.chunk_by(|a, b| scale(a.hash, buckets) == scale(b.hash, buckets)) {
            // equal low halves must stand together even where the upper halves differ
            let mut bucket: Vec<(u32, u32)> = bucket.iter().map(|s| (s.hash as u32, s.word)).collect();
            bucket.sort_unstable();
            for (low, word) in bucket {
                out.extend_from_slice(&low.to_le_bytes());
                out.extend_from_slice(&word.to_le_bytes());
            }
        }
        out
    }
}

/// One row of the references' table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceRow {
    /// First word in the segment.
    pub first_word: u32,
    /// Number of its attribution set in the catalogue.
    pub set: u32,
    /// Simhash of its words.
    pub simhash: u64,
}

impl ReferenceRow {
    /// Appends the row's 16 bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.first_word.to_le_bytes());
        out.extend_from_slice(&self.set.to_le_bytes());
        out.extend_from_slice(&self.simhash.to_le_bytes());
    }
}

/// The references' table: which words are whose.
#[derive(Debug, Clone, Copy)]
pub struct ReferenceTable<'a>(pub &'a [u8]);

impl ReferenceTable<'_> {
    /// References in the table.
    pub fn len(&self) -> u32 {
        (self.0.len() / 16).saturating_sub(1) as u32
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row of reference `n`; that of `len()` holds the end of the last.
    #[inline(always)]
    pub fn row(&self, n: u32) -> ReferenceRow {
        let n = n as usize;
        ReferenceRow { first_word: read_u32(self.0, n * 4), set: read_u32(self.0, n * 4 + 1), simhash: read_u64(self.0, n * 2 + 1) }
    }

    /// Words of reference `n` in the segment.
    #[inline]
    pub fn words(&self, n: u32) -> std::ops::Range<u32> {
        let (from, to) = (self.row(n).first_word, self.row(n + 1).first_word);
        from..to.max(from)
    }

    /// The reference that word `word` belongs to.
    pub fn owner(&self, word: u32) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.row(middle).first_word <= word { low = middle + 1 } else { high = middle }
        }
        low.saturating_sub(1)
    }
}

/// The words of the segment's references.
#[derive(Debug, Clone, Copy)]
pub struct WordTable<'a>(pub &'a [u8]);

impl WordTable<'_> {
    /// Token of word `n` of the segment.
    #[inline(always)]
    pub fn token(&self, n: u32) -> Token {
        read_u32(self.0, n as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_seed_is_found_with_all_its_places(hashes in prop::collection::vec(any::<u64>(), 0..300), few in prop::collection::vec(0u64..8, 0..100)) {
            let all = hashes.into_iter().chain(few.into_iter().map(|f| f << 61 | f));
            let mut seeds: Vec<Seed> = all.enumerate().map(|(i, hash)| Seed { hash, word: i as u32 }).collect();
            seeds.sort_unstable();
            let bytes = SeedTable::build(&seeds);
            let table = SeedTable::new(&bytes, seeds.len() as u64).expect("the size fits");
            let filter = Filter::build(seeds.iter().map(|s| s.hash), seeds.len());
            for s in &seeds {
                prop_assert!(Filter::new(&filter).may_contain(s.hash));
                let places: Vec<u32> = table.find(s.hash).map(|e| table.word(e)).collect();
                let want: Vec<u32> = seeds.iter().filter(|o| o.hash == s.hash).map(|o| o.word).collect();
                prop_assert!(want.iter().all(|w| places.contains(w)));
            }
        }

        #[test]
        fn damaged_tables_never_fault(bytes in prop::collection::vec(any::<u8>(), 0..400), seeds in 0u64..40, hash in any::<u64>()) {
            if let Some(table) = SeedTable::new(&bytes, seeds) {
                for e in table.find(hash).take(1000) {
                    table.word(e);
                }
            }
            let references = ReferenceTable(&bytes);
            references.words(references.owner(hash as u32));
            Filter::new(&bytes).may_contain(hash);
        }
    }

    #[test]
    fn a_words_owner_is_the_reference_it_stands_in() {
        let mut bytes = Vec::new();
        for first_word in [0, 5, 5, 9] {
            ReferenceRow { first_word, set: 0, simhash: 0 }.write(&mut bytes);
        }
        let table = ReferenceTable(&bytes);
        assert_eq!(table.len(), 3);
        assert_eq!([0, 4, 5, 8].map(|w| table.owner(w)), [0, 0, 2, 2]);
        assert_eq!(table.words(2), 5..9);
    }
}
