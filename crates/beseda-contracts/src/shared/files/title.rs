//! What a sender called a file, made harmless: it is shown and offered to save under, and never names anything here.

/// The longest title, in bytes: what file systems take.
const MOST_BYTES: usize = 255;

/// Names that Windows gives to devices, whatever stands behind a dot.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2",
    "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// The title of what somebody called `name`: the last part of a path, without what turns text around, controls a
/// terminal or means something to a file system; `file` where nothing is left.
#[must_use]
pub fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|char| !is_odd(*char)).collect();
    let kept = shortened(kept.trim_matches(is_edge));
    let kept = kept.trim_end_matches(is_edge);
    let stem = kept.split('.').next().unwrap_or_default().trim_end();
    if kept.chars().all(is_joiner) {
        "file".to_owned()
    } else if DEVICES.iter().any(|device| device.eq_ignore_ascii_case(stem)) {
        format!("_{kept}")
    } else {
        kept.to_owned()
    }
}

/// What no title begins with, because it would be hidden, and none ends with, because Windows would lose it.
fn is_edge(char: char) -> bool {
    char == '.' || char.is_whitespace()
}

fn is_odd(char: char) -> bool {
    let turns = matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    char.is_control() || turns && !is_joiner(char) || "<>:\"|?*".contains(char)
}

/// ZWNJ and ZWJ: they are seen in what they part and join, in Persian and Hindi words and in pictographs.
fn is_joiner(char: char) -> bool {
    matches!(char, '\u{200c}' | '\u{200d}')
}

/// At most [`MOST_BYTES`], the ending kept.
fn shortened(name: &str) -> String {
    // One byte is left for the mark in front of a device's name.
    let most = MOST_BYTES - 1;
    if name.len() <= most {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| name.get(dot..).unwrap_or_default());
    let ending = if ending.len() <= 20 { ending } else { "" };
    let mut end = most - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.get(..end).unwrap_or_default())
}

/// The title as a part of an address: percent-encoded, but for letters, digits, `-`, `.`, `_` and `~` (RFC 3986).
#[must_use]
pub fn in_address(title: &str) -> String {
    encoded(title, b"-._~")
}

/// The `Content-Disposition` that offers to save under this title (RFC 6266): ASCII for old programs, and the whole.
#[must_use]
pub fn disposition(kind: &str, title: &str) -> String {
    let ascii: String = title
        .chars()
        .map(|char| {
            if char.is_ascii_graphic() && !"\"\\%;".contains(char) || char == ' ' {
                char
            } else {
                '_'
            }
        })
        .collect();
    // The characters of RFC 5987 that stand for themselves.
    format!(
        "{kind}; filename=\"{ascii}\"; filename*=UTF-8''{}",
        encoded(title, b"!#$&+-.^_`|~")
    )
}

fn encoded(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_name_and_nothing_else() {
        for (name, title) in [
            ("отчёт.pdf", "отчёт.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system.ini", "system.ini"),
            ("/etc/passwd", "passwd"),
            ("a/..", "file"),
            ("...", "file"),
            ("", "file"),
            (" .htaccess ", "htaccess"),
            (".. . a.txt . .", "a.txt"),
            ("a\0b\r\nc\u{1b}.txt", "abc.txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("\u{61c}gpj\u{206f}.exe", "gpj.exe"),
            ("\u{200b}\u{200e}\u{200f}a\u{feff}.txt", "a.txt"),
            ("می\u{200c}خواهم.pdf", "می\u{200c}خواهم.pdf"),
            ("क्\u{200d}ष.txt", "क्\u{200d}ष.txt"),
            ("👩\u{200d}🔧.jpg", "👩\u{200d}🔧.jpg"),
            ("\u{200d}\u{200c}", "file"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("console.log", "console.log"),
            ("a<b>:\"|?*.png", "ab.png"),
            ("name. ", "name"),
            ("%2e%2e%2fpasswd", "%2e%2e%2fpasswd"),
        ] {
            assert_eq!(harmless(name), title, "{name:?}");
        }
    }

    #[test]
    fn one_byte_past_the_longest_is_cut_and_keeps_its_ending() {
        let fits = format!("{}.txt", "a".repeat(250));
        assert_eq!(harmless(&fits), fits);
        let long = format!("{}.txt", "ы".repeat(200));
        let title = harmless(&long);
        assert!(title.len() <= MOST_BYTES && title.ends_with("ы.txt"), "{title}");
        assert!(harmless(&"a".repeat(256)).len() <= MOST_BYTES);
        let cut_at_a_dot = format!("{}. {}", "a".repeat(252), "b".repeat(40));
        assert_eq!(harmless(&cut_at_a_dot), "a".repeat(252));
        assert!(harmless(&format!("con{}", ".".repeat(300))).len() <= MOST_BYTES);
    }

    #[test]
    fn a_title_breaks_out_of_no_header_and_no_address() {
        assert_eq!(in_address("отчёт 1%.pdf"), "%D0%BE%D1%82%D1%87%D1%91%D1%82%201%25.pdf");
        assert_eq!(
            disposition("attachment", "я\"; filename=x.exe"),
            "attachment; filename=\"__; filename=x.exe\"; filename*=UTF-8''%D1%8F%22%3B%20filename%3Dx.exe"
                .replace("__;", "___")
        );
    }
}
