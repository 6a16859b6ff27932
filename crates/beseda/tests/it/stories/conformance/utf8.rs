//! Texts: the sequences of Markus Kuhn's UTF-8 decoder test, and broken ones that are refused at their first bad byte.

use super::Step::{Chop, Nothing, Say};
use super::{Case, INVALID_PAYLOAD, Step, first, fragments, hear_pong, hear_text, last, more, ping, text};
use crate::harness::frames::{FIN, claim, opcode};

/// κόσμε.
const GREEK: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const MIXED: &str = "Hello-µ@ßöäüàá-UTF-8!!";

pub(super) fn all() -> Vec<Case> {
    let mut cases = whole_texts();
    cases.extend(broken_texts());
    for (group, sequences) in (5..).zip(sequences()) {
        for (n, (is_valid, bytes)) in (1..).zip(sequences) {
            cases.push(sequence(format!("6.{group}.{n}"), is_valid, &bytes));
        }
    }
    cases
}

fn sequence(id: String, is_valid: bool, bytes: &[u8]) -> Case {
    if is_valid {
        Case::good(id, vec![Say(text(bytes)), hear_text(bytes)])
    } else {
        Case::bad(id, vec![Say(text(bytes))], INVALID_PAYLOAD)
    }
}

/// 6.1 and 6.2: texts come back, wherever they are cut.
fn whole_texts() -> Vec<Case> {
    let case =
        |id: &str, frames: &[Vec<u8>], heard: &[u8]| Case::good(id, vec![Say(frames.concat()), hear_text(heard)]);
    let (one, two) = ("Hello-µ@ßöä", "üàá-UTF-8!!");
    vec![
        case("6.1.1", &[text("")], b""),
        case("6.1.2", &[first(""), more(""), last("")], b""),
        case(
            "6.1.3",
            &[first(""), more("middle frame payload"), last("")],
            b"middle frame payload",
        ),
        case("6.2.1", &[text(MIXED)], MIXED.as_bytes()),
        case("6.2.2", &[first(one), last(two)], MIXED.as_bytes()),
        case("6.2.3", &[fragments(MIXED.as_bytes(), 1)], MIXED.as_bytes()),
        case("6.2.4", &[fragments(GREEK, 1)], GREEK),
    ]
}

/// 6.3 and 6.4: broken texts. That what came before the first bad byte is taken is proved by the answer to a ping; inside
/// of a frame no ping can stand.
fn broken_texts() -> Vec<Case> {
    let surrogate = [GREEK, b"\xed\xa0\x80", b"edited"].concat();
    // Beyond the last character that there is, as its second byte shows.
    let beyond = [GREEK, b"\xf4\x90\x80\x80", b"edited"].concat();
    let (whole, bad) = (GREEK.len(), GREEK.len() + 2);
    let by_frames = |taken: &[u8], refused: &[u8]| {
        let begun = [first(taken), ping("taken")].concat();
        vec![Say(begun), hear_pong("taken"), Say(more(refused))]
    };
    let cases = [
        ("6.3.1", vec![Say(text(&surrogate))]),
        ("6.3.2", vec![Say(fragments(&surrogate, 1))]),
        ("6.4.1", by_frames(&beyond[..whole], &beyond[whole..whole + 4])),
        ("6.4.2", by_frames(&beyond[..bad - 1], &beyond[bad - 1..bad])),
        ("6.4.3", inside_of_a_frame(&beyond, whole, whole + 4)),
        ("6.4.4", inside_of_a_frame(&beyond, bad - 1, bad)),
    ];
    let case = |(id, steps)| Case::bad(id, steps, INVALID_PAYLOAD);
    cases.map(case).into()
}

/// The frame's bytes up to `taken`, and some time later those up to `refused`. The rest never comes.
fn inside_of_a_frame(payload: &[u8], taken: usize, refused: usize) -> Vec<Step> {
    let frame = text(payload);
    let header = claim(FIN | opcode::TEXT, payload.len() as u64).len();
    let (begun, rest) = (&frame[..header + taken], &frame[header + taken..header + refused]);
    vec![Say(begun.to_vec()), Nothing, Chop(rest.to_vec(), usize::MAX)]
}

/// 6.5 to 6.23: each sequence, and whether it is UTF-8.
fn sequences() -> Vec<Vec<(bool, Vec<u8>)>> {
    vec![
        all_are(
            true,
            &[
                b"hello\x24world",
                b"hello\xc2\xa2world",
                b"hello\xe2\x82\xacworld",
                b"hello\xf0\xa4\xad\xa2world",
                GREEK,
            ],
        ),
        // Beginnings of a text; these end between two characters.
        (1..=GREEK.len())
            .map(|end| ([2, 5, 7, 9, 11].contains(&end), GREEK[..end].to_vec()))
            .collect(),
        // The first and the last of each length; those of five and six bytes are no characters.
        all_are(true, &[b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"]),
        all_are(false, &[b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"]),
        all_are(true, &[b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"]),
        all_are(
            false,
            &[
                b"\xf7\xbf\xbf\xbf",
                b"\xfb\xbf\xbf\xbf\xbf",
                b"\xfd\xbf\xbf\xbf\xbf\xbf",
            ],
        ),
        boundaries(),
        unexpected_continuations(),
        lonely_starts(),
        all_are(false, &CUT),
        vec![(false, CUT.concat())],
        all_are(false, &[b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
        // Overlong: a slash, the highest of each length, NUL.
        all_are(
            false,
            &[
                b"\xc0\xaf",
                b"\xe0\x80\xaf",
                b"\xf0\x80\x80\xaf",
                b"\xf8\x80\x80\x80\xaf",
                b"\xfc\x80\x80\x80\x80\xaf",
            ],
        ),
        all_are(
            false,
            &[
                b"\xc1\xbf",
                b"\xe0\x9f\xbf",
                b"\xf0\x8f\xbf\xbf",
                b"\xf8\x87\xbf\xbf\xbf",
                b"\xfc\x83\xbf\xbf\xbf\xbf",
            ],
        ),
        all_are(
            false,
            &[
                b"\xc0\x80",
                b"\xe0\x80\x80",
                b"\xf0\x80\x80\x80",
                b"\xf8\x80\x80\x80\x80",
                b"\xfc\x80\x80\x80\x80\x80",
            ],
        ),
        all_are(false, &SURROGATES),
        surrogate_pairs(),
        no_characters(),
        (0xb9..=0xbf).map(|last| (true, vec![0xef, 0xbf, last])).collect(),
    ]
}

fn all_are(is_valid: bool, sequences: &[&[u8]]) -> Vec<(bool, Vec<u8>)> {
    sequences.iter().map(|bytes| (is_valid, bytes.to_vec())).collect()
}

/// Sequences of every length without their last byte.
const CUT: [&[u8]; 10] = [
    b"\xc0",
    b"\xe0\x80",
    b"\xf0\x80\x80",
    b"\xf8\x80\x80\x80",
    b"\xfc\x80\x80\x80\x80",
    b"\xdf",
    b"\xef\xbf",
    b"\xf7\xbf\xbf",
    b"\xfb\xbf\xbf\xbf",
    b"\xfd\xbf\xbf\xbf\xbf",
];

const SURROGATES: [&[u8]; 7] = [
    b"\xed\xa0\x80",
    b"\xed\xad\xbf",
    b"\xed\xae\x80",
    b"\xed\xaf\xbf",
    b"\xed\xb0\x80",
    b"\xed\xbe\x80",
    b"\xed\xbf\xbf",
];

/// Around the surrogates, and at the end of all characters.
fn boundaries() -> Vec<(bool, Vec<u8>)> {
    let valid = all_are(
        true,
        &[b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf"],
    );
    [valid, all_are(false, &[b"\xf4\x90\x80\x80"])].concat()
}

fn unexpected_continuations() -> Vec<(bool, Vec<u8>)> {
    let alternating = |length| [0x80, 0xbf].into_iter().cycle().take(length).collect::<Vec<u8>>();
    let mut sequences = vec![vec![0x80], vec![0xbf]];
    sequences.extend((2..=6).map(alternating));
    sequences.push((0x80..0xbf).collect());
    sequences.into_iter().map(|bytes| (false, bytes)).collect()
}

/// Beginnings of characters with a space behind each.
fn lonely_starts() -> Vec<(bool, Vec<u8>)> {
    let starts = [0xc0..0xdf, 0xe0..0xef, 0xf0..0xf7, 0xf8..0xfb, 0xfc..0xfd];
    let lonely = starts.map(|starts| (false, starts.flat_map(|start| [start, b' ']).collect()));
    lonely.into()
}

fn surrogate_pairs() -> Vec<(bool, Vec<u8>)> {
    let [high, last_high, high_private, last_high_private, low, _, last_low] = SURROGATES;
    let mut pairs = Vec::new();
    for high in [high, last_high, high_private, last_high_private] {
        pairs.extend([low, last_low].map(|low| (false, [high, low].concat())));
    }
    pairs
}

/// Code points that will never be characters, in every plane: UTF-8 all the same.
fn no_characters() -> Vec<(bool, Vec<u8>)> {
    let mut sequences = all_are(true, &[b"\xef\xbf\xbe", b"\xef\xbf\xbf"]);
    for first in 0xf0..=0xf4 {
        for second in [0x8f, 0x9f, 0xaf, 0xbf] {
            let is_overlong = (first, second) == (0xf0, 0x8f);
            let is_beyond = first == 0xf4 && second != 0x8f;
            if !is_overlong && !is_beyond {
                sequences.extend([0xbe, 0xbf].map(|last| (true, vec![first, second, 0xbf, last])));
            }
        }
    }
    sequences
}
