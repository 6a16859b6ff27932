//! The protocol of sockets by the cases 1 to 7 and 10 of the Autobahn test suite (25.10.1), told to the socket that echoes,
//! byte by byte over TCP: what it says of a case stands here once more, and where it leaves a choice, what is done here.

mod cases;
mod peer;
mod utf8;

use crate::harness::frames::opcode::{BINARY, CLOSE, CONTINUATION, PING, TEXT};
use crate::harness::frames::{FIN, masked};
use crate::harness::{Server, Town, in_time};
use peer::Peer;
use std::collections::BTreeMap;
use std::time::Duration;

/// No message of a case is longer that is to come back.
const SETTINGS: &str = "limits.echo_bytes = 65_536\n";

/// Nothing comes in this time where nothing may come. Too short a time lets a wrong answer pass, and fails nothing.
const A_MOMENT: Duration = Duration::from_millis(50);

/// What a server says that is no close.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
}

/// What happens next in a case.
enum Step {
    /// These bytes leave in one piece.
    Say(Vec<u8>),
    /// These leave in pieces of so many.
    Chop(Vec<u8>, usize),
    /// The server says this, and nothing before.
    Hear(Said),
    /// The server says nothing, and does not close.
    Nothing,
}
use Step::{Chop, Hear, Nothing, Say};

/// A case: what happens, and with what the server closes then. It closes with nothing where no code is given.
struct Case {
    id: String,
    steps: Vec<Step>,
    closed: Option<u16>,
}

impl Case {
    /// The peer closes in the end, and is answered.
    fn good(id: impl Into<String>, mut steps: Vec<Step>) -> Self {
        steps.push(Say(close(&NORMAL.to_be_bytes())));
        Self::ends(id, steps, Some(NORMAL))
    }

    /// The server closes with this.
    fn bad(id: impl Into<String>, steps: Vec<Step>, code: u16) -> Self {
        Self::ends(id, steps, Some(code))
    }

    fn ends(id: impl Into<String>, steps: Vec<Step>, closed: Option<u16>) -> Self {
        let id = id.into();
        Self { id, steps, closed }
    }

    async fn play(self, server: &Server) {
        let Self { id, steps, closed } = self;
        let mut peer = Peer::open(server.address).await;
        for step in steps {
            match step {
                Say(bytes) => peer.write(&bytes).await,
                Chop(bytes, size) => {
                    for piece in bytes.chunks(size) {
                        peer.write(piece).await;
                    }
                }
                Hear(wanted) => {
                    let heard = in_time(&id, peer.heard()).await;
                    assert!(heard.as_ref() == Some(&wanted), "{id}: {}", shown(&heard));
                }
                Nothing => {
                    let heard = tokio::time::timeout(A_MOMENT, peer.heard()).await;
                    assert!(
                        heard.is_err(),
                        "{id}: {}",
                        heard.map_or(String::new(), |heard| shown(&heard))
                    );
                }
            }
        }
        let heard = in_time(&id, peer.heard()).await;
        assert!(heard.is_none(), "{id}: {}", shown(&heard));
        assert_eq!(peer.closed, Some(closed), "{id}");
        // The server ends the connection, and not only what is said over it.
        in_time(&id, peer.ends()).await;
    }
}

/// What was heard, without the whole of a long message.
fn shown(heard: &Option<Said>) -> String {
    format!("{heard:?}").chars().take(300).collect()
}

const NORMAL: u16 = 1000;
const PROTOCOL_ERROR: u16 = 1002;
const INVALID_PAYLOAD: u16 = 1007;
const TOO_BIG: u16 = 1009;

fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(FIN | TEXT, payload.as_ref())
}

fn binary(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(FIN | BINARY, payload.as_ref())
}

fn ping(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(FIN | PING, payload.as_ref())
}

fn close(payload: &[u8]) -> Vec<u8> {
    masked(FIN | CLOSE, payload)
}

/// The first frame of a text.
fn first(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(TEXT, payload.as_ref())
}

/// A frame that goes on.
fn more(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(CONTINUATION, payload.as_ref())
}

/// A frame that ends a message.
fn last(payload: impl AsRef<[u8]>) -> Vec<u8> {
    masked(FIN | CONTINUATION, payload.as_ref())
}

/// A text in frames of so many bytes.
fn fragments(payload: &[u8], size: usize) -> Vec<u8> {
    let count = payload.len().div_ceil(size);
    let frames = (1..).zip(payload.chunks(size)).map(|(n, piece)| match n {
        1 => first(piece),
        n if n == count => last(piece),
        _ => more(piece),
    });
    frames.collect::<Vec<_>>().concat()
}

fn hear_text(payload: impl AsRef<[u8]>) -> Step {
    Hear(Said::Text(payload.as_ref().to_vec()))
}

fn hear_pong(payload: impl AsRef<[u8]>) -> Step {
    Hear(Said::Pong(payload.as_ref().to_vec()))
}

#[tokio::test]
async fn the_echo_keeps_to_the_protocol_in_every_case_of_the_suite() {
    let server = Server::start("conformance", SETTINGS, &Town::default()).await;
    let mut played = BTreeMap::<String, usize>::new();
    for case in cases::all().into_iter().chain(utf8::all()) {
        let (group, _) = case.id.split_once('.').expect("a number of several parts");
        *played.entry(group.to_owned()).or_default() += 1;
        case.play(&server).await;
    }
    let wanted = [
        ("1", 16),
        ("10", 1),
        ("2", 11),
        ("3", 7),
        ("4", 10),
        ("5", 20),
        ("6", 145),
        ("7", 37),
    ];
    let wanted = wanted.map(|(group, cases)| (group.to_owned(), cases));
    assert_eq!(played, BTreeMap::from(wanted));
}
