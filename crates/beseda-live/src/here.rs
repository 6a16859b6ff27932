//! Here: a session that hears every room of its person takes a place in each, and is told which of them have moved.

use crate::ask;
use crate::company;
use crate::connection::Connection;
use crate::everywhere::{Newcomer, Proven};
use crate::greeting::guest;
use crate::live::Live;
use crate::seat::{Progress, Seat};
use crate::session::{Session, close};
use crate::socket::Queue;
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Moved, Totals, sign_in};
use beseda_core::words::{Cursor, FullRoom, Place, RoomId, Token};
use beseda_core::{Error, Fault};
use std::collections::HashSet;
use std::sync::Arc;

/// Rooms that one frame tells of.
const PIECE: usize = 100;
/// Rooms that are read at once.
const READ_AT_ONCE: usize = 1_000;
/// So many of the newest rooms hear who types there.
const NEAR: usize = 50;

/// Where somebody is in their rooms.
struct Found {
    /// All of them.
    all: Vec<Place>,
    /// Which of those have moved since they were here.
    moved: HashSet<RoomId>,
    /// They are told all, because nothing tells where they were.
    is_anew: bool,
    gone: Vec<Arc<str>>,
    token: Token,
    /// What is unread in all of them.
    totals: Totals,
}

impl Connection {
    /// Lets somebody in who hears all their rooms, and tells them which have moved.
    pub(crate) async fn roam(
        live: &Arc<Live>,
        newcomer: &Newcomer,
        proven: Proven,
        since: Option<Token>,
        queue: Arc<Queue>,
    ) -> Option<Self> {
        let connection = Self::come(live, newcomer, proven, queue)?;
        arrive(live, connection.session(), since).await;
        Some(connection)
    }

    /// Lets somebody in who hears all their rooms; they are told nothing yet.
    pub(crate) fn come(live: &Arc<Live>, newcomer: &Newcomer, proven: Proven, queue: Arc<Queue>) -> Option<Self> {
        let prover = Arc::clone(&newcomer.prover);
        Self::sit_down(live, guest(newcomer, proven), queue, Some(prover))
    }
}

/// Tells somebody who has come which of their rooms have moved. It waits while their queue is full: somebody has to empty it
/// meanwhile.
pub(crate) async fn arrive(live: &Arc<Live>, session: &Arc<Session>, since: Option<Token>) {
    if let Err(error) = here(live, session, since).await {
        let (code, reason) = turned(&error);
        session.queue.close(code, reason);
    }
}

/// What closes a socket that could not be told where it is.
fn turned(error: &Error) -> (u16, &'static str) {
    match error {
        Error::Refused(_) => (close::NOT_AUTHENTICATED, "log in again"),
        Error::Failed(Fault::Stopping) => (close::RESTARTING, "retry_ms=1000"),
        Error::Failed(fault) => {
            tracing::error!("the rooms of somebody who came could not be read: {fault}");
            (close::INTERNAL, "internal error")
        }
    }
}

/// Takes a place in every room *first*, so that what happens meanwhile waits for it, and then tells of them.
async fn here(live: &Arc<Live>, session: &Arc<Session>, since: Option<Token>) -> Result<(), Error> {
    let change = live.hub.doubts();
    let (came, kinds, now) = (session.came(), session.dialect.kinds(), live.chat().now());
    let find = move |look: &mut dyn Look| {
        let person = sign_in::who(look, &came)?;
        let Moved {
            places,
            gone,
            token,
            reset,
        } = rules::moved(look, came.person, kinds, since)?;
        // Only who was here before has rooms that stand still.
        let moved = places.iter().map(|place| place.room.id).collect();
        let all = match since {
            None => places,
            Some(_) => rules::moved(look, came.person, kinds, None)?.places,
        };
        let found = Found {
            totals: rules::totals_of(look, now, came.person, &all)?,
            all,
            moved,
            is_anew: since.is_none() || reset,
            gone,
            token,
        };
        Ok((person, found))
    };
    let (person, found) = ask::look(live.chat(), find).await?;
    session.announce(|speaks| speaks.welcome(&person, live.chat().limits()));
    session.learn(change, person);
    let seats = take_places(live, session, &found.all);
    let (token, totals) = (found.token, found.totals);
    tell(live, session, found, &seats).await?;
    company::tell_first(session, totals);
    look_again(live, session, token).await?;
    if let Some(roaming) = &session.roaming {
        roaming.arrives();
    }
    Ok(())
}

/// A place in every room; none where it has one already, because it came in a moment ago.
fn take_places(live: &Live, session: &Arc<Session>, places: &[Place]) -> Vec<Option<Arc<Seat>>> {
    session.places().expect(places.len());
    let make = |(at, place): (usize, &Place)| {
        let (room, key) = (place.room.name(), &place.room.key);
        let seat = Arc::new(Seat::in_waiting(Arc::clone(session), room, key));
        if at < NEAR {
            seat.comes_near();
        }
        seat
    };
    let seats: Vec<_> = places.iter().enumerate().map(make).collect();
    let mut by_number: Vec<_> = seats.iter().collect();
    // In this order none has to make way for another.
    by_number.sort_unstable_by_key(|seat| seat.room_id);
    let had_one: HashSet<_> = by_number
        .into_iter()
        .filter(|seat| !live.hub.sit(seat))
        .map(|seat| seat.room_id)
        .collect();
    let taken = |seat: Arc<Seat>| (!had_one.contains(&seat.room_id)).then_some(seat);
    seats.into_iter().map(taken).collect()
}

/// Tells of the rooms that have moved, in pieces, and begins every place.
async fn tell(
    live: &Arc<Live>,
    session: &Arc<Session>,
    found: Found,
    seats: &[Option<Arc<Seat>>],
) -> Result<(), Error> {
    let (gone, token, mut is_anew) = (&*found.gone, found.token, found.is_anew);
    let begin = |told: Progress, seat: &Option<Arc<Seat>>| {
        if let Some(seat) = seat
            && seat.begin_at(told)
        {
            live.hub.is_hungry(session);
        }
    };
    let mut told = Vec::with_capacity(found.moved.len());
    for (place, seat) in found.all.into_iter().zip(seats) {
        if found.moved.contains(&place.room.id) {
            told.push((place, seat));
        } else {
            begin(Progress::of(&place.room), seat);
        }
    }
    if told.is_empty() {
        session.announce(|speaks| speaks.here(&[], gone, Some(token), is_anew));
    }
    let mut told = told.into_iter().peekable();
    while told.peek().is_some() {
        let (places, seats): (Vec<_>, Vec<_>) = told.by_ref().take(READ_AT_ONCE).unzip();
        let progress: Vec<_> = places.iter().map(|place| Progress::of(&place.room)).collect();
        let rooms = read(live, session, places, token).await?;
        let mut frames = rooms.chunks(PIECE).peekable();
        while let Some(piece) = frames.next() {
            let is_last = frames.peek().is_none() && told.peek().is_none();
            let gone = if is_last { gone } else { &[] };
            // Somebody in ten thousand rooms is not told of all of them at once.
            session.queue.room_for_more().await;
            session.announce(|speaks| speaks.here(piece, gone, is_last.then_some(token), is_anew));
            // The first piece says so.
            is_anew = false;
        }
        for (progress, seat) in progress.into_iter().zip(seats) {
            begin(progress, seat);
        }
    }
    Ok(())
}

/// These rooms in full, with the cursors that the places had.
async fn read(
    live: &Live,
    session: &Session,
    places: Vec<Place>,
    token: Token,
) -> Result<Vec<(FullRoom, Cursor)>, Error> {
    let (person, kinds) = (session.person(), session.dialect.kinds());
    ask::look(live.chat(), move |look| {
        let by = By::of(&person, kinds).everywhere();
        let rooms = rules::fulls(look, by, places)?;
        let with_cursor = |room: FullRoom| {
            let cursor = Cursor {
                epoch: token.epoch,
                head: room.room.head,
                receipts: room.room.receipts,
            };
            (room, cursor)
        };
        Ok(rooms.into_iter().map(with_cursor).collect())
    })
    .await
}

/// Gives a session places in the rooms that its person is in and of which nobody told it: others have let them in.
pub(crate) async fn look_around(live: &Arc<Live>, session: &Arc<Session>) -> Result<(), Error> {
    let (person, kinds) = (session.person_id(), session.dialect.kinds());
    let places = ask::look(live.chat(), move |look| Ok(look.places(person, kinds)?)).await?;
    for place in places {
        if session.seat_in(place.room.id).is_none() {
            let told = Progress::of(&place.room);
            live.hub.take_in(session, place.room.name(), &place.room.key, told);
        }
    }
    Ok(())
}

/// What happened between the look and the taking of the places was told nobody: those rooms are read again.
async fn look_again(live: &Arc<Live>, session: &Arc<Session>, token: Token) -> Result<(), Error> {
    let (person, kinds) = (session.person_id(), session.dialect.kinds());
    let since = ask::look(live.chat(), move |look| rules::moved(look, person, kinds, Some(token))).await?;
    if !since.places.is_empty() || !since.gone.is_empty() {
        live.hub.miscounts(session);
    }
    for place in since.places {
        let told = Progress::of(&place.room);
        match session.seat_in(place.room.id) {
            Some(seat) if seat.is_before(told) => live.hub.seat_misses(&seat, place.room.head),
            Some(_) => {}
            None => live.hub.take_in(session, place.room.name(), &place.room.key, told),
        }
    }
    for key in since.gone {
        if let Some(seat) = session.seat_about(&key) {
            live.hub.goes(&seat);
        }
    }
    Ok(())
}
