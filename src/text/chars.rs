//! What a character is to the word splitter: one table look-up for the basic plane.

use std::sync::LazyLock;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Class of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word.
    Separator,
    /// Letter or digit.
    Word,
    /// Letter of a script written without spaces: a word by itself.
    Single,
    /// Combining mark: belongs to the word it stands on.
    Mark,
    /// Zero-width: as if it were not there.
    Ignored,
    /// Becomes several characters, or one in need of thought: see [`expand`].
    Complex,
}

/// One table entry: the class, the folded character, and whether the word must be composed once it is complete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry(u32);

const COMPOSE: u32 = 1 << 21;

impl Entry {
    fn new(class: Class, folded: char, compose: bool) -> Self {
        Self((class as u32) << 24 | if compose { COMPOSE } else { 0 } | folded as u32)
    }

    #[inline(always)]
    pub(super) fn class(self) -> Class {
        match self.0 >> 24 {
            0 => Class::Separator,
            1 => Class::Word,
            2 => Class::Single,
            3 => Class::Mark,
            4 => Class::Ignored,
            _ => Class::Complex,
        }
    }

    #[inline(always)]
    pub(super) fn folded(self) -> char {
        char::from_u32(self.0 & 0x1f_ffff).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// Whether the character may compose with, or be reordered among, those before it.
    #[inline(always)]
    pub(super) fn composes(self) -> bool {
        self.0 & COMPOSE != 0
    }
}

static BASIC_PLANE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| (0..0x1_0000).map(|c| char::from_u32(c).map_or(Entry::new(Class::Separator, ' ', false), classify)).collect());

/// The basic plane's table, to be looked up once a document.
pub(super) fn table() -> &'static [Entry] {
    &BASIC_PLANE
}

/// The entry of any character.
#[inline(always)]
pub(super) fn entry(table: &[Entry], c: char) -> Entry {
    match table.get(c as usize) {
        Some(&e) => e,
        None => beyond(c),
    }
}

#[cold]
fn beyond(c: char) -> Entry {
    match c as u32 {
        0x1_f000..=0x1_faff => Entry::new(Class::Separator, ' ', false), // emoji and pictographs
        _ => classify(c),
    }
}

/// Characters that leave no trace: soft hyphen, zero-width space and joiners, word joiner, byte-order mark, variation
/// selectors, directional marks.
fn is_ignored(c: char) -> bool {
    matches!(c as u32, 0xad | 0x34f | 0x61c | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064 | 0x2066..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xe_0000..=0xe_0fff)
}

/// Scripts written without spaces: every base character is one word.
fn is_single_script(c: char) -> bool {
    matches!(c as u32, 0xe01..=0xeff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3005..=0x3007 | 0x3040..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xa9e0..=0xa9ff | 0xaa60..=0xaa7f | 0xf900..=0xfaff | 0x1_b000..=0x1_b16f | 0x2_0000..=0x3_ffff)
}

fn class_of(c: char) -> Class {
    if is_ignored(c) {
        Class::Ignored
    } else if is_combining_mark(c) {
        Class::Mark
    } else if !c.is_alphanumeric() {
        Class::Separator
    } else if is_single_script(c) {
        Class::Single
    } else {
        Class::Word
    }
}

/// Case-folds one character: lower-case of its upper-case, which also brings ß to ss and final sigma to sigma; then the
/// Romanian cedilla letters to those with a comma below.
fn fold_into(c: char, out: &mut Vec<char>) {
    if is_combining_mark(c) || c == '\u{130}' {
        out.push(if c == '\u{130}' { 'i' } else { c });
        return;
    }
    for lower in c.to_uppercase().flat_map(char::to_lowercase) {
        out.push(match lower {
            'ş' => 'ș',
            'ţ' => 'ț',
            'ς' => 'σ',
            other => other,
        });
    }
}

/// The characters that `c` becomes: NFKC, folded, NFKC again.
pub(super) fn expand(c: char) -> Vec<char> {
    let mut folded = Vec::with_capacity(4);
    std::iter::once(c).nfkc().for_each(|n| fold_into(n, &mut folded));
    let mut out = Vec::with_capacity(4);
    folded.into_iter().nfkc().for_each(|n| fold_into(n, &mut out));
    out
}

fn classify(c: char) -> Entry {
    let class = class_of(c);
    if class == Class::Ignored {
        return Entry::new(class, c, false);
    }
    let expanded = expand(c);
    let &[only] = expanded.as_slice() else {
        // a decomposition into separators alone (`…`, `™` is letters) needs no word
        let silent = expanded.iter().all(|&e| class_of(e) == Class::Separator);
        return Entry::new(if silent { Class::Separator } else { Class::Complex }, c, false);
    };
    let compose = canonical_combining_class(only) != 0 || is_nfc_quick(std::iter::once(only)) != IsNormalized::Yes || (0x1160..0x1200).contains(&(only as u32));
    Entry::new(class_of(only), only, compose)
}

/// Class and folded form of one character out of [`expand`].
pub(super) fn part(c: char) -> Entry {
    let compose = canonical_combining_class(c) != 0 || is_nfc_quick(std::iter::once(c)) != IsNormalized::Yes;
    Entry::new(class_of(c), c, compose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_stable() {
        for c in (0..=0x2_ffff).filter_map(char::from_u32) {
            let once = expand(c);
            let twice: Vec<char> = once.iter().copied().flat_map(expand).collect();
            assert_eq!(once, twice, "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn classes_are_the_contracts() {
        let class = |c| entry(table(), c).class();
        for (chars, want) in [
            ("aZ9éж", Class::Word),
            ("語かカไမខ々", Class::Single),
            ("\u{301}\u{93f}\u{e31}", Class::Mark),
            ("\u{ad}\u{200b}\u{feff}", Class::Ignored),
            ("-_'’“…。、 \u{a0}😀", Class::Separator),
        ] {
            for c in chars.chars() {
                assert_eq!(class(c), want, "{c:?}");
            }
        }
    }
}
