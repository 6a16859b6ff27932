//! The oracle of recipients: whatever anybody hears on a socket they can also ask for, by their own contract, and nobody
//! hears what was said after they were gone.
//!
//! A walk takes steps by chance on one server, while members, former members, strangers, staff and visitors listen. A
//! failure names the seed; `WALK_SEED=<seed>` takes the same walk again.

mod cases;
mod ears;
mod known;
mod searching;
mod town;
mod walk;

use ears::Findings;
use known::{Heard, Known, STAFF, Scope};
use walk::Walk;

const STEPS: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hears_a_message_can_also_ask_for_it() {
    #[expect(clippy::disallowed_methods, reason = "a walk that failed is to be taken again")]
    let seed = std::env::var("WALK_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(town::new_seed);
    let walked = tokio::spawn(walk(seed)).await;
    let findings = walked.unwrap_or_else(|panic| panic!("WALK_SEED={seed}: {panic}"));
    assert!(
        findings.wrong.is_empty(),
        "WALK_SEED={seed}: {} messages were heard and asked for, and of these:\n{}",
        findings.judged,
        findings.wrong.join("\n")
    );
    assert!(
        findings.judged > 100,
        "WALK_SEED={seed}: only {} messages",
        findings.judged
    );
}

async fn walk(seed: u64) -> Findings {
    let mut walk = Walk::begin(seed).await;
    for _ in 0..STEPS {
        walk.step().await;
    }
    walk.end().await
}

/// A room with a member, somebody who was put out of it in step 2, and a message of steps 1 and 3 each.
fn known() -> Known {
    let mut known = Known::default();
    known.stands("member", "order:1", true);
    known.stands("former", "order:1", true);
    known.stands("staff", STAFF, true);
    known.step = 1;
    known.say("order:1", "before");
    known.step = 2;
    known.stands("former", "order:1", false);
    known.step = 3;
    known.say("order:1", "after");
    known.is_called("after", 8);
    known.step = 4;
    known.say("support:1", "help");
    known
}

fn judged(known: &Known, who: &str, scope: &Scope, text: &str, at: u64, got: Option<(i64, &str)>) -> bool {
    let heard = Heard {
        who,
        scope,
        id: 8,
        text,
        is_live: true,
        at,
    };
    let got = got.map(|(id, text)| (id, text.to_owned()));
    known.judge(heard, &got.ok_or_else(String::new)).is_ok()
}

#[test]
fn the_oracle_notices_what_was_not_for_the_one_who_heard_it() {
    let (known, room) = (known(), Scope::Room("order:1".to_owned()));
    let same = Some((8, "after"));
    assert!(judged(&known, "member", &room, "after", 4, same));
    // Of what was said before they were put out they may hear late, and not find it any more.
    assert!(judged(&known, "former", &room, "before", 1, None));
    assert!(judged(&known, "staff", &Scope::Desk, "help", 4, Some((8, "help"))));

    assert!(
        !judged(&known, "former", &room, "after", 4, same),
        "after they were put out"
    );
    assert!(
        !judged(&known, "stranger", &room, "after", 4, same),
        "never in the room"
    );
    let other = Scope::Room("order:2".to_owned());
    assert!(
        !judged(&known, "member", &other, "after", 4, same),
        "on another room's socket"
    );
    assert!(
        !judged(&known, "staff", &Scope::Desk, "after", 4, same),
        "no visitor's room"
    );
    assert!(
        !judged(&known, "member", &room, "after", 4, None),
        "asking gives nothing"
    );
    assert!(
        !judged(&known, "member", &room, "after", 4, Some((9, "after"))),
        "asking gives another"
    );
    assert!(
        !judged(&known, "member", &room, "after", 4, Some((8, "before"))),
        "asking gives another text"
    );
    assert!(
        !judged(&known, "member", &room, "of nobody", 4, Some((8, "of nobody"))),
        "nobody said it"
    );
}

#[test]
fn the_oracle_knows_what_was_edited_and_erased() {
    let (mut known, room) = (known(), Scope::Room("order:1".to_owned()));
    known.step = 5;
    known.edit("after", "edited");
    assert!(judged(&known, "member", &room, "after", 4, Some((8, "edited"))));
    assert!(
        !judged(&known, "member", &room, "edited", 5, Some((8, "after"))),
        "older than what was heard"
    );
    assert!(known.judge_erased("member", &room, 8).is_err(), "nobody has erased it");
    known.step = 6;
    known.erase("edited");
    assert!(judged(&known, "member", &room, "edited", 5, None));
    assert!(known.judge_erased("member", &room, 8).is_ok());
    assert!(known.judge_erased("former", &room, 8).is_err(), "they were put out");
    known.remove("order:1");
    assert!(!judged(&known, "member", &Scope::Desk, "help", 6, Some((8, "help"))));
}
