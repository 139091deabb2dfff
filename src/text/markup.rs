//! HTML left in plain text: entities are decoded, formatting tags are passed over.

/// Longest entity with its `&` and `;`, bytes.
const ENTITY_MAX: usize = 12;
/// Longest tag that is passed over, bytes.
const TAG_MAX: usize = 256;

/// Named entities that stand for letters or digits.
const LETTERS: &[(&str, char)] = &[
    ("Agrave", 'À'), ("Aacute", 'Á'), ("Acirc", 'Â'), ("Atilde", 'Ã'), ("Auml", 'Ä'), ("Aring", 'Å'), ("AElig", 'Æ'), ("Ccedil", 'Ç'),
    ("Egrave", 'È'), ("Eacute", 'É'), ("Ecirc", 'Ê'), ("Euml", 'Ë'), ("Igrave", 'Ì'), ("Iacute", 'Í'), ("Icirc", 'Î'), ("Iuml", 'Ï'),
    ("ETH", 'Ð'), ("Ntilde", 'Ñ'), ("Ograve", 'Ò'), ("Oacute", 'Ó'), ("Ocirc", 'Ô'), ("Otilde", 'Õ'), ("Ouml", 'Ö'), ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'), ("Uacute", 'Ú'), ("Ucirc", 'Û'), ("Uuml", 'Ü'), ("Yacute", 'Ý'), ("THORN", 'Þ'), ("szlig", 'ß'), ("agrave", 'à'),
    ("aacute", 'á'), ("acirc", 'â'), ("atilde", 'ã'), ("auml", 'ä'), ("aring", 'å'), ("aelig", 'æ'), ("ccedil", 'ç'), ("egrave", 'è'),
    ("eacute", 'é'), ("ecirc", 'ê'), ("euml", 'ë'), ("igrave", 'ì'), ("iacute", 'í'), ("icirc", 'î'), ("iuml", 'ï'), ("eth", 'ð'),
    ("ntilde", 'ñ'), ("ograve", 'ò'), ("oacute", 'ó'), ("ocirc", 'ô'), ("otilde", 'õ'), ("ouml", 'ö'), ("oslash", 'ø'), ("ugrave", 'ù'),
    ("uacute", 'ú'), ("ucirc", 'û'), ("uuml", 'ü'), ("yacute", 'ý'), ("thorn", 'þ'), ("yuml", 'ÿ'), ("OElig", 'Œ'), ("oelig", 'œ'),
    ("Scaron", 'Š'), ("scaron", 'š'), ("Yuml", 'Ÿ'), ("fnof", 'ƒ'), ("ordf", 'ª'), ("ordm", 'º'), ("micro", 'µ'), ("sup1", '¹'),
    ("sup2", '²'), ("sup3", '³'), ("frac12", '½'), ("frac14", '¼'), ("frac34", '¾'), ("shy", '\u{ad}'), ("zwj", '\u{200d}'), ("zwnj", '\u{200c}'),
];

/// Named entities that stand for punctuation, symbols or space.
const SILENT: &[&str] = &[
    "amp", "lt", "gt", "quot", "apos", "nbsp", "ensp", "emsp", "thinsp", "hellip", "mdash", "ndash", "lsquo", "rsquo", "sbquo", "ldquo", "rdquo",
    "bdquo", "laquo", "raquo", "lsaquo", "rsaquo", "bull", "middot", "copy", "reg", "trade", "deg", "plusmn", "times", "divide", "sect", "para",
    "euro", "pound", "yen", "cent", "dagger", "Dagger", "permil", "prime", "Prime", "larr", "rarr", "uarr", "darr", "harr", "iexcl", "iquest",
    "brvbar", "not", "macr", "acute", "cedil", "uml", "tilde", "circ", "lrm", "rlm", "minus", "infin", "asymp", "ne", "le", "ge", "hearts",
];

/// Tags that format text; everything from `<` to `>` is passed over.
const TAGS: &[&str] = &[
    "a", "abbr", "b", "big", "blockquote", "br", "center", "cite", "code", "del", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "ins", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "tt", "u", "ul",
];

/// Decodes the entity at the start of `bytes` (which is at its `&`): the character (a space for punctuation) and its
/// length in bytes; `None` where there is none.
pub(super) fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.iter().take(ENTITY_MAX).position(|&b| b == b';')?;
    let name = std::str::from_utf8(bytes.get(1..end)?).ok()?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
            None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
            _ => return None,
        };
        return Some((char::from_u32(code)?, end + 1));
    }
    if let Some(&(_, c)) = LETTERS.iter().find(|(n, _)| *n == name) {
        return Some((c, end + 1));
    }
    SILENT.contains(&name).then_some((' ', end + 1))
}

/// Length in bytes of the formatting tag at the start of `bytes` (which is at its `<`); `None` where there is none.
pub(super) fn tag(bytes: &[u8]) -> Option<usize> {
    let closing = usize::from(bytes.get(1) == Some(&b'/'));
    let name_start = 1 + closing;
    let name_len = bytes[name_start..].iter().take(11).position(|b| !b.is_ascii_alphanumeric())?;
    let mut lower = [0u8; 11];
    lower[..name_len].copy_from_slice(&bytes[name_start..name_start + name_len]);
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(&lower[..name_len]).ok()?;
    if name_len == 0 || TAGS.binary_search(&name).is_err() {
        return None;
    }
    let rest = name_start + name_len;
    if !matches!(bytes[rest], b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
        return None;
    }
    let close = bytes[rest..].iter().take(TAG_MAX).position(|&b| b == b'>' || b == b'<')?;
    (bytes[rest + close] == b'>').then_some(rest + close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded() {
        for (text, want) in [
            ("&eacute;t", Some(('é', 8))),
            ("&#233;", Some(('é', 6))),
            ("&#xE9;", Some(('é', 6))),
            ("&amp;c", Some((' ', 5))),
            ("&eacute", None),
            ("& co;", None),
            ("&#+3;", None),
            ("&#x110000;", None),
            ("&", None),
        ] {
            assert_eq!(entity(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn only_formatting_tags_are_passed_over() {
        assert!(TAGS.is_sorted());
        for (text, want) in [
            ("<b>x", Some(3)),
            ("</STRONG> x", Some(9)),
            ("<a href=\"https://a.example/\">x", Some(29)),
            ("<br/>", Some(5)),
            ("<vec<int>>", None),
            ("<b and c", None),
            ("<", None),
            ("</", None),
            ("<think>", None),
            ("<a <b>", None),
        ] {
            assert_eq!(tag(text.as_bytes()), want, "{text}");
        }
    }
}
