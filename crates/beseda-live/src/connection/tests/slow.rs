//! Who is slow, and what nobody can say: neither costs anybody else anything, and nothing is lost.

use super::*;

static CHOKING: Plain = Plain {
    name: "choking",
    chokes: true,
    history: Told::Whole,
    ..CHAT
};

static CHOKING_MAP: Plain = Plain {
    name: "choking map",
    chokes: true,
    is_map: true,
    history: Told::Never,
    ..CHAT
};

fn guest_of(id: i64, dialect: &'static Plain, house: &House) -> Guest {
    Guest {
        dialect,
        ..guest(id, house.room)
    }
}

fn narrow() -> Limits {
    Limits {
        queue_frames: 4,
        ..Limits::default()
    }
}

#[tokio::test]
async fn who_reads_slowly_hears_everything_once_and_in_order() {
    let house = house_with(narrow(), true).await;
    house.feed();
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    let seat = || house.live.hub.sessions_of(PersonId(2))[0].own_seat().unwrap();
    // Boris reads nothing: first the kernel's buffers fill, then his queue.
    let long = "x".repeat(9_000);
    let mut said = 0;
    while seat().is_whole() {
        says(&mut anna, &format!("send {said} {long}")).await;
        hears(&mut anna).await;
        said += 1;
    }
    for _ in 0..20 {
        says(&mut anna, &format!("send {said} {long}")).await;
        hears(&mut anna).await;
        said += 1;
    }
    for n in 0..said {
        let heard = hears(&mut boris).await;
        assert_eq!(
            heard.split(' ').nth(1),
            Some(n.to_string().as_str()),
            "{}",
            &heard[..20]
        );
    }
    until(|| seat().is_whole()).await;
    says(&mut anna, "send after").await;
    assert_eq!(hears(&mut boris).await, "sent after ");
}

#[tokio::test]
async fn who_was_behind_hears_of_each_message_what_it_is_now() {
    let house = house().await;
    let known = house.say(person(1), house.room, "known").await;
    let gone = house.say(person(1), house.room, "gone").await;
    let mut boris = house.enter(2).await;
    assert_eq!(hears(&mut boris).await, "history known,gone");
    house.live.hub.people_changed(&[PersonId(2)]);
    let never = house.say(person(1), house.room, "never").await;
    let changed = house.say(person(1), house.room, "first").await;
    let limits = Limits::default();
    let anna = person(1);
    house
        .change(move |tx| {
            rules::erase(tx, Time(9), (&anna).into(), gone.id)?;
            rules::erase(tx, Time(9), (&anna).into(), never.id)?;
            rules::edit(tx, Time(9), &limits, (&anna).into(), known.id, "known better")?;
            rules::edit(tx, Time(9), &limits, (&anna).into(), changed.id, "second")
        })
        .await;
    house.feed();
    // When it was sent, as it is now; and nothing of what they never knew and never will.
    assert_eq!(hears(&mut boris).await, "sent second ");
    assert_eq!(hears(&mut boris).await, format!("erased {}", gone.seq));
    assert_eq!(hears(&mut boris).await, "edited known better");
}

#[tokio::test]
async fn the_sender_who_was_behind_hears_their_own_client_id() {
    let house = house().await;
    let mut anna = house.enter(1).await;
    assert_eq!(hears(&mut anna).await, "history ");
    house.live.hub.people_changed(&[PersonId(1)]);
    says(&mut anna, "once hello").await;
    until(|| {
        let seats = house.live.hub.seats_in(house.room).unwrap();
        seats[0].hunger().is_some()
    })
    .await;
    house.feed();
    assert_eq!(hears(&mut anna).await, "sent hello c1");
}

#[tokio::test]
async fn a_dialect_that_panics_costs_its_own_listeners_that_message_alone() {
    let house = house().await;
    house.feed();
    let mut anna = house.enter(1).await;
    let mut boris = house.let_in(guest_of(2, &CHOKING, &house)).await;
    hears(&mut anna).await;
    hears(&mut boris).await;
    for text in ["one", "poison", "two"] {
        says(&mut anna, &format!("send {text}")).await;
        assert_eq!(hears(&mut anna).await, format!("sent {text} "));
    }
    assert_eq!(hears(&mut boris).await, "sent one ");
    assert_eq!(hears(&mut boris).await, "sent two ");
}

#[tokio::test]
async fn a_dialect_that_panics_over_an_answer_or_a_position_costs_that_alone() {
    let house = house().await;
    let (mut anna, mut map) = (
        house.enter(1).await,
        house.let_in(guest_of(1, &CHOKING_MAP, &house)).await,
    );
    assert_eq!(hears(&mut anna).await, "history ");
    let mut boris = house.let_in(guest_of(2, &CHOKING, &house)).await;
    assert_eq!(hears(&mut boris).await, "history ");
    for (read, text) in [("read 2 0", "one"), ("read 2 1", "two")] {
        says(&mut boris, "read").await;
        assert_eq!(hears(&mut anna).await, read, "their receipt moves each time");
        says(&mut anna, &format!("send {text}")).await;
        while hears(&mut boris).await != format!("sent {text} ") {}
        assert_eq!(hears(&mut anna).await, format!("sent {text} "));
    }
    says(&mut map, "at 1.5").await;
    let mut newcomer = house.let_in(guest_of(1, &CHOKING_MAP, &house)).await;
    for peer in [&mut map, &mut newcomer] {
        says(peer, "nonsense").await;
        assert_eq!(hears(peer).await, "error what");
    }
}
