//! Framing, pings, reserved bits and opcodes, fragmentation, closes, and one long message in many frames.

use super::Step::{Chop, Hear, Say};
use super::{
    Case, INVALID_PAYLOAD, NORMAL, PROTOCOL_ERROR, Said, Step, TOO_BIG, binary, close, first, fragments, hear_pong,
    hear_text, last, more, ping, text,
};
use crate::harness::frames::opcode::{PING, PONG, TEXT};
use crate::harness::frames::{FIN, masked};

const HELLO: &str = "Hello, world!";
/// No UTF-8.
const BYTES: [u8; 8] = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];

pub(super) fn all() -> Vec<Case> {
    let groups = [
        framing(),
        pings(),
        reserved_bits(),
        opcodes(),
        fragmented(),
        strays(),
        interleaved(),
        closes(),
        close_payloads(),
        close_codes(),
        many_frames(),
    ];
    groups.into_iter().flatten().collect()
}

/// How frames leave.
#[derive(Clone, Copy)]
enum Way {
    Whole,
    ByFrame,
    ByOctet,
}
use Way::{ByFrame, ByOctet, Whole};

const WAYS: [Way; 3] = [Whole, ByFrame, ByOctet];

fn say(way: Way, frames: &[Vec<u8>]) -> Vec<Step> {
    match way {
        Whole => vec![Say(frames.concat())],
        ByFrame => frames.iter().cloned().map(Say).collect(),
        ByOctet => vec![Chop(frames.concat(), 1)],
    }
}

fn then(mut steps: Vec<Step>, next: impl IntoIterator<Item = Step>) -> Vec<Step> {
    steps.extend(next);
    steps
}

/// 1.1 and 1.2: every way to write a length.
fn framing() -> Vec<Case> {
    let sizes = [0, 125, 126, 127, 128, 65_535, 65_536, 65_536];
    let mut cases = Vec::new();
    for (n, size) in (1..).zip(sizes) {
        let chop = if n == 8 { 997 } else { usize::MAX };
        let payload = vec![b'*'; size];
        let steps = vec![Chop(text(&payload), chop), hear_text(payload)];
        cases.push(Case::good(format!("1.1.{n}"), steps));
        let payload = vec![0xfe; size];
        let steps = vec![Chop(binary(&payload), chop), Hear(Said::Binary(payload))];
        cases.push(Case::good(format!("1.2.{n}"), steps));
    }
    cases
}

/// 2: each ping has its pong, and a pong that nobody asked for has none.
fn pings() -> Vec<Case> {
    let asked = |payload: &[u8], chop| vec![Chop(ping(payload), chop), hear_pong(payload)];
    let unasked = |payload: &str| masked(FIN | PONG, payload.as_bytes());
    let whole = usize::MAX;
    let ten = |chop| {
        let payloads = || (0..10).map(|n| format!("payload-{n}"));
        let asked = payloads().map(|payload| Chop(ping(payload), chop)).collect();
        then(asked, payloads().map(hear_pong))
    };
    let between = vec![
        Say([unasked("unsolicited pong payload"), ping("ping payload")].concat()),
        hear_pong("ping payload"),
    ];
    vec![
        Case::good("2.1", asked(b"", whole)),
        Case::good("2.2", asked(HELLO.as_bytes(), whole)),
        Case::good("2.3", asked(&BYTES, whole)),
        Case::good("2.4", asked(&[0xfe; 125], whole)),
        Case::bad("2.5", vec![Say(ping([0xfe; 126]))], PROTOCOL_ERROR),
        Case::good("2.6", asked(&[0xfe; 125], 1)),
        Case::good("2.7", vec![Say(unasked(""))]),
        Case::good("2.8", vec![Say(unasked("unsolicited pong payload"))]),
        Case::good("2.9", between),
        Case::good("2.10", ten(whole)),
        Case::good("2.11", ten(1)),
    ]
}

/// 3: no extension was agreed on, so no reserved bit may be set.
fn reserved_bits() -> Vec<Case> {
    let text_with = |rsv: u8| masked(FIN | rsv << 4 | TEXT, HELLO.as_bytes());
    let after_hello = |way, rsv| then(say(way, &[text(HELLO), text_with(rsv), ping("")]), [hear_text(HELLO)]);
    let cases = [
        vec![Say(text_with(1))],
        after_hello(Whole, 2),
        after_hello(ByFrame, 3),
        after_hello(ByOctet, 4),
        vec![Say(masked(FIN | 5 << 4 | 0x2, &BYTES))],
        vec![Say(masked(FIN | 6 << 4 | 0x2, HELLO.as_bytes()))],
        vec![Say(masked(FIN | 7 << 4 | 0x8, b""))],
    ];
    let cases = (1..).zip(cases);
    cases
        .map(|(n, steps)| Case::bad(format!("3.{n}"), steps, PROTOCOL_ERROR))
        .collect()
}

/// 4: opcodes that mean nothing yet.
fn opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (group, lowest) in [(1, 3_u8), (2, 11)] {
        let frame = |n: u8, payload: &str| masked(FIN | (lowest + n - 1), payload.as_bytes());
        let after_hello = |way, bad| then(say(way, &[text(HELLO), bad, ping("")]), [hear_text(HELLO)]);
        let told = [
            vec![Say(frame(1, ""))],
            vec![Say(frame(2, "reserved opcode payload"))],
            after_hello(Whole, frame(3, "")),
            after_hello(Whole, frame(4, HELLO)),
            after_hello(ByOctet, frame(5, HELLO)),
        ];
        let told = (1..).zip(told);
        cases.extend(told.map(|(n, steps)| Case::bad(format!("4.{group}.{n}"), steps, PROTOCOL_ERROR)));
    }
    cases
}

/// 5.1 to 5.8: texts come in pieces, and what controls a connection does not.
fn fragmented() -> Vec<Case> {
    let two = |opcode| vec![Say([masked(opcode, b"fragment1"), last("fragment2")].concat())];
    let mut cases = vec![
        Case::bad("5.1", two(PING), PROTOCOL_ERROR),
        Case::bad("5.2", two(PONG), PROTOCOL_ERROR),
    ];
    let whole = || hear_text("fragment1fragment2");
    for (n, way) in (3..).zip(WAYS) {
        let steps = say(way, &[first("fragment1"), last("fragment2")]);
        cases.push(Case::good(format!("5.{n}"), then(steps, [whole()])));
    }
    for (n, way) in (6..).zip(WAYS) {
        let steps = say(way, &[first("fragment1"), ping("ping payload"), last("fragment2")]);
        let heard = [hear_pong("ping payload"), whole()];
        cases.push(Case::good(format!("5.{n}"), then(steps, heard)));
    }
    cases
}

/// 5.9 to 5.18: a piece of nothing, and a message in the middle of another.
fn strays() -> Vec<Case> {
    let piece = "non-continuation payload";
    let mut cases = Vec::new();
    for (from, stray) in [(9, last(piece)), (12, more(piece))] {
        for (n, way) in (from..).zip(WAYS) {
            let steps = say(way, &[stray.clone(), text(HELLO)]);
            cases.push(Case::bad(format!("5.{n}"), steps, PROTOCOL_ERROR));
        }
    }
    let [one, two, three, four] = ["fragment1", "fragment2", "fragment3", "fragment4"];
    let behind_a_message = say(Whole, &[first(one), last(two), more(three), text(four)]);
    let twice = |stray: Vec<u8>| [stray, first(two), last(three)].concat().repeat(2);
    let told = [
        then(behind_a_message, [hear_text([one, two].concat())]),
        vec![Say(twice(more(one)))],
        vec![Say(twice(last(one)))],
        vec![Say([first(one), text(two)].concat())],
    ];
    let told = (15..).zip(told);
    cases.extend(told.map(|(n, steps)| Case::bad(format!("5.{n}"), steps, PROTOCOL_ERROR)));
    cases
}

/// 5.19 and 5.20: a ping is answered while a message is still on its way.
fn interleaved() -> Vec<Case> {
    let case = |(id, way)| {
        let begun = say(way, &[first("fragment1"), more("fragment2"), ping("pongme 1!")]);
        let begun = then(begun, [hear_pong("pongme 1!")]);
        let ended = [
            more("fragment3"),
            more("fragment4"),
            ping("pongme 2!"),
            last("fragment5"),
        ];
        let steps = then(begun, say(way, &ended));
        let whole: String = (1..=5).map(|n| format!("fragment{n}")).collect();
        Case::good(id, then(steps, [hear_pong("pongme 2!"), hear_text(whole)]))
    };
    [("5.19", Whole), ("5.20", ByFrame)].map(case).into()
}

/// 7.1: behind a close nothing counts.
fn closes() -> Vec<Case> {
    let behind_a_close = |before: Vec<u8>, after: Vec<u8>| {
        let bytes = [before, close(&NORMAL.to_be_bytes()), after].concat();
        vec![Say(bytes)]
    };
    let normal = |id: &str, steps| Case::ends(id, steps, Some(NORMAL));
    let long = "BAsd7&jh23".repeat(26_215);
    let long = long.get(..256 << 10).expect("a text of ASCII");
    let behind_a_long_one = [text(long), text("Hello World!")].concat();
    vec![
        Case::good("7.1.1", vec![Say(text("Hello World!")), hear_text("Hello World!")]),
        normal("7.1.2", behind_a_close(Vec::new(), close(b""))),
        normal("7.1.3", behind_a_close(Vec::new(), ping(""))),
        normal("7.1.4", behind_a_close(Vec::new(), text("Hello World!"))),
        normal("7.1.5", behind_a_close(first("fragment1"), last("fragment2"))),
        // The suite leaves it to the server. This one is longer than any message here may be.
        Case::bad("7.1.6", behind_a_close(behind_a_long_one, ping("")), TOO_BIG),
    ]
}

/// A close with a code and a reason.
fn close_saying(code: u16, reason: &[u8]) -> Vec<u8> {
    close(&[&code.to_be_bytes(), reason].concat())
}

/// 7.3 and 7.5: what a close may hold.
fn close_payloads() -> Vec<Case> {
    let normal = |reason: &[u8]| vec![Say(close_saying(NORMAL, reason))];
    let broken = [
        0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5, 0xed, 0xa0, 0x80, 0x65, 0x64, 0x69, 0x74,
        0x65, 0x64,
    ];
    vec![
        Case::ends("7.3.1", vec![Say(close(b""))], None),
        Case::bad("7.3.2", vec![Say(close(b"a"))], PROTOCOL_ERROR),
        Case::ends("7.3.3", normal(b""), Some(NORMAL)),
        Case::ends("7.3.4", normal(b"Hello World!"), Some(NORMAL)),
        Case::ends("7.3.5", normal(&[b'*'; 123]), Some(NORMAL)),
        Case::bad("7.3.6", normal(&[b'*'; 124]), PROTOCOL_ERROR),
        Case::bad("7.5.1", normal(&broken), INVALID_PAYLOAD),
    ]
}

/// 7.7, 7.9 and 7.13: codes that a peer may give come back, others do not.
fn close_codes() -> Vec<Case> {
    let given = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ];
    let reserved = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
    // The suite leaves these to the server: nobody has given them a meaning.
    let undefined = [5000, 65_535];
    let case = |group: u8, n: u32, code: u16, answer: u16| {
        Case::ends(
            format!("7.{group}.{n}"),
            vec![Say(close_saying(code, b""))],
            Some(answer),
        )
    };
    let given = (1..).zip(given).map(|(n, code)| case(7, n, code, code));
    let reserved = (1..).zip(reserved).map(|(n, code)| case(9, n, code, PROTOCOL_ERROR));
    let undefined = (1..).zip(undefined).map(|(n, code)| case(13, n, code, PROTOCOL_ERROR));
    given.chain(reserved).chain(undefined).collect()
}

/// 10: a long message in many frames.
fn many_frames() -> Vec<Case> {
    let payload = [b'*'; 65_536];
    let steps = vec![Say(fragments(&payload, 1_300)), hear_text(payload)];
    vec![Case::good("10.1.1", steps)]
}
