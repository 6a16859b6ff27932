//! The parameters of a header, as clients of every age write them: `form-data; name="file"; filename*=UTF-8''%D1%8F.pdf`.
//!
//! They are read as Django and Werkzeug read them, for which clients of forms were written. Where those two differ,
//! `hosts/test_multipart.py` says which of them is followed, and why.

use crate::shared::http::urlencoded::percent_decoded;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use encoding_rs::{Encoding, UTF_8};
use http::HeaderValue;
use std::collections::BTreeMap;
use std::iter;

/// The parameters of a header by their names in small letters, in the order in which they stand.
#[derive(Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of a header. What is no UTF-8 in it becomes U+FFFD: in which encoding it is, nobody said.
    pub(super) fn of(header: &HeaderValue) -> Self {
        let header = String::from_utf8_lossy(header.as_bytes());
        let mut found = Vec::new();
        let (_, mut rest) = header.split_once(';').unwrap_or_default();
        while let Some(end) = rest.find(['=', ';']) {
            let (name, after) = rest.split_at(end);
            rest = match after.strip_prefix('=') {
                Some(said) => {
                    let (value, rest) = value(said.trim_start());
                    found.push((name.trim().to_ascii_lowercase(), value));
                    rest
                }
                None => after.strip_prefix(';').unwrap_or_default(),
            };
        }
        Self(found)
    }

    /// The value of a parameter: what is said of it in the extended way, wherever it stands (RFC 6266 §4.3), else the
    /// last that is said.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.extended(name).or_else(|| {
            let (_, said) = self.0.iter().rev().find(|(known, _)| known == name)?;
            // So browsers write a quote.
            Some(of_words(said).unwrap_or_else(|| said.replace("%22", "\"")))
        })
    }

    /// `name*=UTF-8''…` (RFC 5987), or in pieces: `name*0*=UTF-8''…; name*1=…` (RFC 2231 §4.1).
    fn extended(&self, name: &str) -> Option<String> {
        let mut pieces = BTreeMap::new();
        for (said, value) in &self.0 {
            let Some(mark) = said.strip_prefix(name).and_then(|mark| mark.strip_prefix('*')) else {
                continue;
            };
            let number = mark.strip_suffix('*').unwrap_or(mark);
            let place = if mark.is_empty() { Ok(0) } else { number.parse::<u16>() };
            if let Ok(place) = place {
                pieces.insert(place, (mark.is_empty() || mark.ends_with('*'), value.as_str()));
            }
        }
        let mut pieces = pieces.into_values();
        let (is_encoded, first) = pieces.next()?;
        let mut marks = first.splitn(3, '\'');
        let (charset, first) = match (is_encoded, marks.next(), marks.nth(1)) {
            (true, Some(charset), Some(first)) => (charset, first),
            _ => ("", first),
        };
        let plain = |(is_encoded, piece): (bool, &str)| match is_encoded {
            true => percent_decoded(piece),
            false => piece.as_bytes().to_vec(),
        };
        let bytes: Vec<u8> = iter::once((is_encoded, first)).chain(pieces).flat_map(plain).collect();
        Some(text(charset, &bytes))
    }
}

/// A value, and what stands after the `;` behind it.
fn value(text: &str) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted_value(quoted);
    }
    let (value, rest) = text.split_once(';').unwrap_or((text, ""));
    (value.trim_end().to_owned(), rest)
}

/// A value after its first quote. Its last is the one behind which nothing or a `;` stands: not every client marks the
/// quotes within. Other backslashes than those before a quote or a backslash are ones: browsers write them so.
fn quoted_value(text: &str) -> (String, &str) {
    let (mut value, mut rest) = (String::new(), text.chars());
    while let Some(char) = rest.next() {
        let ahead = rest.as_str();
        match char {
            '\\' if ahead.starts_with(['\\', '"']) => value.extend(rest.next()),
            '"' if ahead.trim_start().is_empty() => return (value, ""),
            '"' if let Some(after) = ahead.trim_start().strip_prefix(';') => return (value, after),
            _ => value.push(char),
        }
    }
    (value, "")
}

/// The text of `=?utf-8?B?…?=`, of one such word or several (RFC 2047): .NET writes a name so that is not ASCII.
fn of_words(value: &str) -> Option<String> {
    let mut found = None;
    for word in value.split_ascii_whitespace() {
        let word = word.strip_prefix("=?")?.strip_suffix("?=")?;
        let (charset, word) = word.split_once('?')?;
        let bytes = match word.split_once('?')? {
            ("B" | "b", coded) => BASE64_STANDARD.decode(coded).ok()?,
            ("Q" | "q", coded) => percent_decoded(&coded.replace('%', "%25").replace('_', " ").replace('=', "%")),
            _ => return None,
        };
        found.get_or_insert_with(String::new).push_str(&text(charset, &bytes));
    }
    found
}

/// What bytes say in a charset; one that nobody knows is taken for UTF-8.
fn text(charset: &str, bytes: &[u8]) -> String {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(header: impl AsRef<[u8]>) -> (Option<String>, Option<String>) {
        let said = Parameters::of(&HeaderValue::from_bytes(header.as_ref()).unwrap());
        (said.get("name"), said.get("filename"))
    }

    fn file_name(parameters: impl AsRef<[u8]>) -> String {
        let header = [b"form-data; name=\"file\"; ", parameters.as_ref()].concat();
        let (name, file_name) = said(&header);
        assert_eq!(name.as_deref(), Some("file"), "{}", String::from_utf8_lossy(&header));
        file_name.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&header)))
    }

    #[test]
    fn a_name_is_said_in_many_ways() {
        for (parameters, wanted) in [
            ("filename=\"отчёт за май.pdf\"", "отчёт за май.pdf"),
            ("FileName=a.txt", "a.txt"),
            ("filename = a b.txt ; x=y", "a b.txt"),
            ("filename=\"a.txt\" ; x", "a.txt"),
            ("filename=\"a.txt\"; filename=\"b.txt\"", "b.txt"),
            ("x; ;; filename=\"a.txt\"", "a.txt"),
            ("filename=\"a; b.txt\"", "a; b.txt"),
            ("filename=\"a; name=b; filename=c\"", "a; name=b; filename=c"),
            ("filename=\"a name=\\\"b\\\".txt\"", "a name=\"b\".txt"),
            ("filename=\"a \"b\" c.txt\"; x=\"y\"", "a \"b\" c.txt"),
            ("filename=\"a\\\\\"", "a\\"),
            ("filename=\"C:\\docs\\new.txt\"", "C:\\docs\\new.txt"),
            ("filename=\"%22a%22 100%25.txt\"", "\"a\" 100%25.txt"),
            ("filename=\"a.txt", "a.txt"),
            ("filename=\"\"", ""),
            ("filename=", ""),
        ] {
            assert_eq!(file_name(parameters), wanted, "{parameters}");
        }
        assert_eq!(said("form-data"), (None, None));
        assert_eq!(said("form-data; filename*"), (None, None));
        assert_eq!(said("form-data; xname=a; name-x=b; filenames=c"), (None, None));
    }

    #[test]
    fn the_extended_way_wins_wherever_it_stands() {
        for (parameters, wanted) in [
            ("filename*=UTF-8''%D1%8F.pdf", "я.pdf"),
            ("filename*=utf-8'ru'%D1%8F'%22.pdf", "я'\".pdf"),
            ("filename*=utf-8''%D1%8F.pdf; filename=\"x\"", "я.pdf"),
            ("filename=\"x\"; filename*=utf-8''%D1%8F.pdf", "я.pdf"),
            ("filename*=\"utf-8''%D1%8F.pdf\"", "я.pdf"),
            ("filename*=utf-8''a+b%2", "a+b%2"),
            ("filename*=utf-8''%FF.pdf", "\u{fffd}.pdf"),
            ("filename*=''%D1%8F", "я"),
            ("filename*=%D1%8F", "я"),
            ("filename*=iso-8859-1''caf%E9", "café"),
            ("filename*=windows-1251''%FF", "я"),
            ("filename*=martian''%D1%8F", "я"),
            ("filename*1=b.txt; filename*0=a", "ab.txt"),
            ("filename*0*=utf-8''%D1; filename*1*=%8F; filename*2=%.txt", "я%.txt"),
            ("filename*0=a; filename*x=b; filename=\"c\"", "a"),
        ] {
            assert_eq!(file_name(parameters), wanted, "{parameters}");
        }
    }

    #[test]
    fn a_name_in_coded_words_is_decoded_where_it_is_nothing_else() {
        for (value, wanted) in [
            ("=?utf-8?B?0L7RgtGH0ZHRgi5wZGY=?=", "отчёт.pdf"),
            ("=?UTF-8?Q?=D1=8F_100%.pdf?=", "я 100%.pdf"),
            ("=?windows-1251?b?/w==?=", "я"),
            ("=?utf-8?B?0L7RgtGH?= =?utf-8?B?0ZHRgg==?=", "отчёт"),
            ("=?utf-8?B?0L7RgtGH?= a", "=?utf-8?B?0L7RgtGH?= a"),
            ("=?utf-8?B?!?=", "=?utf-8?B?!?="),
            ("=?utf-8?X?0L7RgtGH?=", "=?utf-8?X?0L7RgtGH?="),
            ("=?=", "=?="),
            ("=??=", "=??="),
        ] {
            assert_eq!(file_name(format!("filename=\"{value}\"")), wanted, "{value}");
        }
    }

    #[test]
    fn bytes_in_no_known_encoding_cost_their_letters_alone() {
        assert_eq!(file_name(b"filename=\"\xee\xf2.txt\""), "\u{fffd}\u{fffd}.txt");
        // Read in the wrong encoding by whoever sent it: that is the name now.
        assert_eq!(file_name("filename=\"Ð¿Ñ€.txt\""), "Ð¿Ñ€.txt");
    }
}
