//! Splits a text into normalised words: a vectorisable pass over ASCII, a table-driven one over the rest.

use super::chars::{self, Class, Entry, entry, expand, part};
use super::markup;
use super::word_hash::{Token, ascii_word_hash, single_hash, token, word_hash};
use unicode_normalization::UnicodeNormalization;

/// The words of one text, as parallel arrays.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Words {
    /// Hash of each normalised word (see [`super::word_hash`]).
    pub hash: Vec<u64>,
    /// First byte of each word in the text.
    pub start: Vec<u32>,
    /// Byte after the last of each word.
    pub end: Vec<u32>,
}

impl Words {
    /// Number of words.
    pub fn len(&self) -> usize {
        self.hash.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.hash.is_empty()
    }

    /// The words as alignment compares them, appended to `out`.
    pub fn tokens_into(&self, out: &mut Vec<Token>) {
        out.extend(self.hash.iter().map(|&h| token(h)));
    }

    fn clear(&mut self) {
        self.hash.clear();
        self.start.clear();
        self.end.clear();
    }

    #[inline(always)]
    fn push(&mut self, hash: u64, start: usize, end: usize) {
        self.hash.push(hash);
        self.start.push(start as u32);
        self.end.push(end as u32);
    }
}

/// Splits texts into words, reusing its buffers.
#[derive(Debug)]
pub struct Splitter {
    table: &'static [Entry],
    long: Vec<u8>,
    pending: Pending,
}

/// A word of the general path that may still grow.
#[derive(Debug, Default)]
struct Pending {
    text: String,
    start: usize,
    end: usize,
    single: bool,
    compose: bool,
}

/// Where words go: hashes for the scan, text for [`normalise`].
trait Sink {
    fn word(&mut self, normalised: &[u8], single: bool, start: usize, end: usize);
}

impl Sink for Words {
    #[inline]
    fn word(&mut self, normalised: &[u8], single: bool, start: usize, end: usize) {
        self.push(if single { single_hash(normalised) } else { word_hash(normalised) }, start, end);
    }
}

struct Joined(String);

impl Sink for Joined {
    fn word(&mut self, normalised: &[u8], _: bool, _: usize, _: usize) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(&String::from_utf8_lossy(normalised));
    }
}

/// The normalised words of `text`, joined by single spaces. For display and tests; the scan uses hashes.
pub fn normalise(text: &str) -> String {
    let mut splitter = Splitter::new();
    let mut out = Joined(String::with_capacity(text.len()));
    let mut at = 0;
    while at < text.len() {
        at = splitter.general(text, at, &mut out);
        if at < text.len() && text.as_bytes()[at].is_ascii() {
            // the general path also takes ASCII, character by character
            at = splitter.general_ascii(text, at, &mut out);
        }
    }
    out.0
}

const BLOCK: usize = 64;
/// Letters and digits, then bytes that the ASCII path leaves to the general one (`&`, `<` and everything not ASCII).
const ALNUM: u8 = 1;
const SPECIAL: u8 = 2;

#[inline(always)]
fn class(byte: u8) -> u8 {
    let letter = ((byte | 0x20).wrapping_sub(b'a') < 26) as u8;
    let digit = (byte.wrapping_sub(b'0') < 10) as u8;
    let special = (byte >= 0x80) as u8 | (byte == b'&') as u8 | (byte == b'<') as u8;
    (letter | digit) * ALNUM | special * SPECIAL
}

/// Bit i of the first result: byte i is a letter or digit; of the second: it is special.
#[inline(always)]
fn bitmaps(block: &[u8; BLOCK]) -> (u64, u64) {
    let mut classes = [0u8; BLOCK];
    for (c, &b) in classes.iter_mut().zip(block) {
        *c = class(b);
    }
    let (mut alnum, mut special) = (0u64, 0u64);
    for (i, eight) in classes.chunks_exact(8).enumerate() {
        let eight = u64::from_le_bytes(eight.try_into().expect("chunks of eight"));
        // gathers the lowest bit of each byte in the top byte
        let gather = |x: u64| (x & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        alnum |= gather(eight) << (i * 8);
        special |= gather(eight >> 1) << (i * 8);
    }
    (alnum, special)
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new()
    }
}

impl Splitter {
    /// A splitter with empty buffers.
    pub fn new() -> Self {
        Self { table: chars::table(), long: Vec::new(), pending: Pending::default() }
    }

    /// Replaces `out` by the words of `text`.
    ///
    /// # Panics
    /// Where `text` is 4 GiB or longer: offsets are 32 bits. Readers refuse such records before.
    pub fn split(&mut self, text: &str, out: &mut Words) {
        assert!(u32::try_from(text.len()).is_ok(), "a record of 4 GiB or more");
        out.clear();
        let expected = text.len() / 5;
        out.hash.reserve(expected);
        out.start.reserve(expected);
        out.end.reserve(expected);
        let mut at = 0;
        while at < text.len() {
            at = self.ascii(text.as_bytes(), at, out);
            if at < text.len() {
                at = self.general(text, at, out);
            }
        }
    }

    /// Takes words up to the first special byte; returns where the general path goes on: at that byte, or at the start
    /// of the word that touches it.
    fn ascii(&mut self, bytes: &[u8], from: usize, out: &mut Words) -> usize {
        let mut at = from;
        let mut open = usize::MAX; // start of a word that runs over the block's end
        loop {
            let (alnum, special, len) = if let Some(block) = bytes.get(at..at + BLOCK) {
                let (alnum, special) = bitmaps(block.try_into().expect("a whole block"));
                (alnum, special, BLOCK)
            } else {
                let rest = &bytes[at..];
                let mut block = [b' '; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                let (alnum, special) = bitmaps(&block);
                (alnum, special, rest.len())
            };
            let usable = if special == 0 { len } else { special.trailing_zeros() as usize };
            // only what stands before the special byte
            let alnum = if usable == BLOCK { alnum } else { alnum & ((1u64 << usable) - 1) };
            let carry = u64::from(open != usize::MAX);
            let before = (alnum << 1) | carry;
            let mut starts = alnum & !before;
            let mut ends = !alnum & before;
            if usable < BLOCK {
                ends &= (1u64 << usable) - 1;
            }
            if open != usize::MAX && ends != 0 {
                let end = at + ends.trailing_zeros() as usize;
                ends &= ends - 1;
                self.push_ascii(bytes, open, end, out);
                open = usize::MAX;
            }
            while ends != 0 {
                let (s, e) = (at + starts.trailing_zeros() as usize, at + ends.trailing_zeros() as usize);
                starts &= starts - 1;
                ends &= ends - 1;
                self.push_ascii(bytes, s, e, out);
            }
            if starts != 0 {
                open = at + starts.trailing_zeros() as usize;
            }
            if special != 0 {
                return if open == usize::MAX { at + usable } else { open };
            }
            at += len;
            if len < BLOCK || at == bytes.len() {
                if open != usize::MAX {
                    self.push_ascii(bytes, open, bytes.len(), out);
                }
                return bytes.len();
            }
        }
    }

    #[inline(always)]
    fn push_ascii(&mut self, bytes: &[u8], start: usize, end: usize, out: &mut Words) {
        let len = end - start;
        if len <= 16 {
            let block = match bytes.get(start..start + 16) {
                Some(b) => b.try_into().expect("sixteen bytes"),
                None => {
                    let mut block = [0u8; 16];
                    block[..len].copy_from_slice(&bytes[start..end]);
                    block
                }
            };
            out.push(ascii_word_hash(block, len), start, end);
        } else {
            self.long.clear();
            self.long.extend(bytes[start..end].iter().map(u8::to_ascii_lowercase));
            out.push(word_hash(&self.long), start, end);
        }
    }

    /// Takes characters from `from` on, of any script, until none is pending and an ASCII byte comes that the fast path
    /// can take; returns where that is. Always moves on.
    fn general(&mut self, text: &str, from: usize, out: &mut impl Sink) -> usize {
        let bytes = text.as_bytes();
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            if byte < 0x80 {
                if self.pending.text.is_empty() && at > from && byte != b'&' && byte != b'<' {
                    return at;
                }
                at = self.ascii_char(bytes, at, out);
            } else {
                let c = text[at..].chars().next().expect("a character at a boundary");
                let next = at + c.len_utf8();
                self.take(entry(self.table, c), c, at, next, out);
                at = next;
            }
        }
        self.flush(out);
        at
    }

    /// Takes ASCII characters until the next special one: the slow twin of [`Self::ascii`].
    fn general_ascii(&mut self, text: &str, from: usize, out: &mut impl Sink) -> usize {
        let bytes = text.as_bytes();
        let mut at = from;
        while at < bytes.len() && bytes[at].is_ascii_alphanumeric() {
            at = self.ascii_char(bytes, at, out);
        }
        if at < bytes.len() && (!self.pending.text.is_empty() || at == from) { self.general(text, at, out) } else {
            self.flush(out);
            at
        }
    }

    /// Takes one ASCII byte, entity or tag at `at`; returns what follows it.
    #[inline]
    fn ascii_char(&mut self, bytes: &[u8], at: usize, out: &mut impl Sink) -> usize {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() {
            let e = entry(self.table, byte as char);
            self.take(e, byte as char, at, at + 1, out);
            return at + 1;
        }
        if byte == b'&'
            && let Some((c, len)) = markup::entity(&bytes[at..])
        {
            self.take(entry(self.table, c), c, at, at + len, out);
            return at + len;
        }
        self.flush(out);
        let len = if byte == b'<' { markup::tag(&bytes[at..]).unwrap_or(1) } else { 1 };
        at + len
    }

    #[inline]
    fn take(&mut self, e: Entry, c: char, start: usize, end: usize, out: &mut impl Sink) {
        match e.class() {
            Class::Complex => {
                for x in expand(c) {
                    self.take_simple(part(x), start, end, out);
                }
            }
            _ => self.take_simple(e, start, end, out),
        }
    }

    #[inline]
    fn take_simple(&mut self, e: Entry, start: usize, end: usize, out: &mut impl Sink) {
        match e.class() {
            Class::Word => {
                if self.pending.single {
                    self.flush(out);
                }
                self.grow(e, start, end);
            }
            Class::Single => {
                self.flush(out);
                self.grow(e, start, end);
                self.pending.single = true;
            }
            // a mark on nothing is nothing
            Class::Mark if !self.pending.text.is_empty() => self.grow(e, start, end),
            Class::Mark | Class::Ignored => {}
            Class::Separator | Class::Complex => self.flush(out),
        }
    }

    #[inline]
    fn grow(&mut self, e: Entry, start: usize, end: usize) {
        if self.pending.text.is_empty() {
            self.pending.start = start;
        }
        self.pending.end = end;
        self.pending.compose |= e.composes();
        self.pending.text.push(e.folded());
    }

    #[inline]
    fn flush(&mut self, out: &mut impl Sink) {
        let p = &mut self.pending;
        if p.text.is_empty() {
            return;
        }
        if p.compose {
            let composed: String = p.text.nfc().flat_map(expand).nfc().collect();
            p.text = composed;
        }
        out.word(p.text.as_bytes(), p.single, p.start, p.end);
        p.text.clear();
        p.single = false;
        p.compose = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Words {
        let mut words = Words::default();
        Splitter::new().split(text, &mut words);
        words
    }

    fn pieces(text: &str) -> Vec<&str> {
        let w = split(text);
        (0..w.len()).map(|i| &text[w.start[i] as usize..w.end[i] as usize]).collect()
    }

    /// Everything by the general path: the twin that the ASCII path is held to.
    fn split_slowly(text: &str) -> Words {
        let mut words = Words::default();
        let mut splitter = Splitter::new();
        let mut at = 0;
        while at < text.len() {
            at = splitter.general(text, at, &mut words);
            if at < text.len() {
                at = splitter.general_ascii(text, at, &mut words);
            }
        }
        words
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(pieces("Don't  panic: it's 42 (really)."), ["Don", "t", "panic", "it", "s", "42", "really"]);
        assert_eq!(pieces("caf\u{e9} cafe\u{301} na\u{ef}ve"), ["caf\u{e9}", "cafe\u{301}", "na\u{ef}ve"]);
        assert_eq!(pieces("ex\u{ad}am\u{200b}ple"), ["ex\u{ad}am\u{200b}ple"]);
        assert_eq!(pieces("AT&amp;T caf&eacute;s"), ["AT", "T", "caf&eacute;s"]);
        assert_eq!(pieces("a <b>bold</b> <a href=\"x y\">link</a>"), ["a", "bold", "link"]);
        assert_eq!(pieces(""), [""; 0]);
    }

    #[test]
    fn characters_of_scripts_without_spaces_are_words() {
        assert_eq!(pieces("私はAI3です。"), ["私", "は", "AI3", "で", "す"]);
        assert_eq!(pieces("ที่นี่"), ["ที่", "นี่"]);
        assert_eq!(pieces("ｶﾞｷﾞ"), ["ｶﾞ", "ｷﾞ"]);
        assert_eq!(pieces("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(pieces("السلامُ عليكم"), ["السلامُ", "عليكم"]);
        assert_eq!(pieces("Съешь ещё этих"), ["Съешь", "ещё", "этих"]);
    }

    #[test]
    fn variants_of_one_word_have_one_hash() {
        for (a, b) in [
            ("cafe\u{301}", "CAF\u{c9}"),
            ("stra\u{df}e", "STRASSE"),
            ("ﬁne", "fine"),
            ("ＡＢＣ１２３", "abc123"),
            ("ｶﾞ", "ガ"),
            ("își ţară şi", "ÎȘI ȚARĂ ȘI"),
            ("ex\u{ad}ample", "example"),
            ("caf&eacute;", "café"),
            ("ΟΔΟΣ", "οδος"),
            ("οδός", "ΟΔΌΣ"),
            ("Internationalisation Übergrößenträger", "INTERNATIONALISATION übergrössenträger"),
            ("ş", "s\u{326}"),
            ("ş", "s\u{327}"),
            ("한국어", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}"),
        ] {
            assert_eq!(split(a).hash, split(b).hash, "{a} {b}");
        }
    }

    fn texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-zA-Z0-9]{1,20}",
            2 => "[ .,;'\"\\n-]{1,3}",
            1 => prop::sample::select(vec!["&amp;", "&eacute;", "&", "<b>", "</p>", "<", ">", "\u{ad}", "\u{200b}", "e\u{301}", "ﬁ", "½", "ß", "İ", "ş", "“", "’", "語", "か", "ガ", "ｶﾞ", "ที่", "हिन्दी", "العربية", "é", "Ж", "😀", "ำ", "\u{301}", "한", "ᄒ", "ᅡ", "ᆫ", "ﷺ", "㎏", "Ⅷ"]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|v| v.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn offsets_fall_on_character_boundaries_in_order(text in texts()) {
            let w = split(&text);
            let mut last = 0;
            for i in 0..w.len() {
                let (s, e) = (w.start[i] as usize, w.end[i] as usize);
                // characters that expand to several words share their bytes
                prop_assert!(s < e && e <= text.len() && s >= last.min(s));
                prop_assert!(text.is_char_boundary(s) && text.is_char_boundary(e));
                last = e;
            }
        }

        #[test]
        fn a_word_sliced_out_has_the_same_hash(text in texts()) {
            let w = split(&text);
            for i in 0..w.len() {
                let alone = split(&text[w.start[i] as usize..w.end[i] as usize]);
                prop_assert!(alone.hash.contains(&w.hash[i]));
            }
        }

        #[test]
        fn the_ascii_path_equals_the_general_one(text in texts()) {
            prop_assert_eq!(split(&text), split_slowly(&text));
        }

        #[test]
        fn normalising_twice_changes_nothing(text in texts()) {
            let once = normalise(&text);
            prop_assert_eq!(&normalise(&once), &once);
            prop_assert_eq!(split(&once).hash, split(&text).hash);
        }
    }
}
