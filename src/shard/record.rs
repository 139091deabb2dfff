//! What a shard is read into: entries, documents with their metadata, and damage.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One entry of a shard, borrowed from the batch that holds it.
///
/// Every byte of a decompressed stream belongs to exactly one entry (`raw`), so that a filter can copy what it keeps.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Position among the entries of the *batch*, from 0. A shard's record number (from 1) is this plus the entries of
    /// all batches before, plus one.
    pub number: u64,
    /// Offset of the entry in the decompressed stream, in bytes; in Parquet and Arrow the row number in the shard.
    pub offset: u64,
    /// The entry's bytes in the decompressed stream with its terminator (a JSON line with its `\n`, a WARC record with
    /// its two trailing CRLF); empty where the format has no such bytes (Parquet, Arrow).
    pub raw: &'a [u8],
    /// What the entry holds.
    pub content: Content<'a>,
}

/// What an [`Entry`] holds.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// A text to scan. A document that had to be repaired (invalid UTF-8 replaced, end of the record missing) carries
    /// the damage beside its text.
    Document(Document<'a>, Option<DamageKind>),
    /// A record that holds no document by its nature (`warcinfo`, `request`, an image, a blank line): not damage.
    Other,
    /// A record that could not be read as a document.
    Damaged(DamageKind),
}

/// The text of a record and what the record says about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// The text to scan; every offset in a match is a byte offset in it.
    pub text: Cow<'a, str>,
    /// The record's own id: the `id` field, WARC-Record-ID without its angle brackets.
    pub id: Option<Cow<'a, str>>,
    /// Address of the page.
    pub url: Option<Cow<'a, str>>,
    /// When it was crawled or created, as written (see [`crate::shard::day`] for the day in it).
    pub date: Option<Cow<'a, str>>,
    /// Language as written (`en`, `eng`, `en-US`).
    pub lang: Option<Cow<'a, str>>,
    /// Host where the record names one; else it is taken from the address.
    pub host: Option<Cow<'a, str>>,
}

/// Ways in which input is broken. The names are those of `summary.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DamageKind {
    /// The shard could not be opened or read.
    Unreadable,
    /// The shard's format is not one that is read, or its container is broken from the start.
    NotAShard,
    /// The compressed stream ends early.
    TruncatedCompression,
    /// The compressed stream is corrupt (bad checksum, bad block).
    CorruptCompression,
    /// The shard ends inside a record.
    TruncatedRecord,
    /// A record's header cannot be parsed, or its length is absurd.
    BadHeader,
    /// A line is not JSON.
    BadJson,
    /// A record without the text field, or with one that is not text.
    NoText,
    /// Bytes that are not UTF-8 (the text is scanned with U+FFFD in their place).
    InvalidUtf8,
    /// A record longer than `--max-record-bytes`: skipped.
    TooLong,
    /// A row, page or row group that the decoder refuses.
    BadRows,
    /// A shard of no bytes.
    Empty,
    /// A decompression ratio or nesting that no honest shard has.
    Bomb,
    /// The shard changed while it was read.
    Changed,
}

/// Damage found in a shard: data, not an error. Counted in the report, fatal only with `--strict`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Path of the shard as it was named.
    pub shard: String,
    /// What is broken.
    pub kind: DamageKind,
    /// Records that it concerns (0 where the container broke and their number cannot be known).
    pub records: u64,
    /// Offset of the first, in the decompressed stream, bytes.
    pub first_offset: u64,
}
