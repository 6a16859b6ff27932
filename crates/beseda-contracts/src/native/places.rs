//! Rooms, as their people see them: listed, opened, changed, seen otherwise; who is in them, and what of them has changed.

use super::asking::{Asker, AskerOrHost, LIMIT, ListJson, PLACE, Query, named, next, room_of, tagged};
use super::call::Body;
use super::described::call::{Call, Who, ok};
use super::described::field::{Field, Takes, UNBOUNDED};
use super::described::shape;
use super::objects::{ChangesJson, MeJson, MemberJson, RoomJson};
use super::opening;
use super::rooms::CUSTOM;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, From, MemberChange, RoomChange, ViewChange};
use beseda_core::words::{Cursor, FullRoom, HostId, MemberId, Place, RoomId, RoomKind, Scope, Seq, Token};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, StatusCode, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

const LIST: &[Field] = &[
    Field::new("kind", Takes::Text(UNBOUNDED), "Rooms of this kind."),
    Field::new(
        "unread",
        Takes::Flag,
        "Rooms in which something is unread; with `false`, those in which nothing is.",
    ),
    Field::new(
        "archived",
        Takes::Flag,
        "Rooms that are archived; else those that are not.",
    ),
    Field::new(
        "search",
        Takes::Text(UNBOUNDED),
        "Rooms that are called so, or whose other one is.",
    ),
    LIMIT,
    PLACE,
];
/// What of a room its people can change.
pub(super) const CHANGE: &[Field] = &[
    Field::new("title", Takes::Text(|limits| limits.title_chars), "Its title."),
    CUSTOM,
    Field::new("closed", Takes::Flag, "Its business is over."),
];
/// What somebody is to be in a room.
pub(super) const ROLE: &[Field] = &[Field::new(
    "role",
    Takes::Role,
    "What they are to be in the room; `member`, where it is left out.",
)];
const VIEW: &[Field] = &[
    Field::new("muted_until", Takes::Moment, "It makes no noise until then.").or_null(),
    Field::new("pinned", Takes::Flag, "It stands above the others."),
    Field::new("archived", Takes::Flag, "It is out of sight."),
    Field::new("unread_from", Takes::Seq, "It is unread from this message on.").or_null(),
];
const MEMBERS: &[Field] = &[LIMIT, PLACE];
const MANY: &[Field] = &[
    Field::new("add", Takes::Members, "Who comes, or becomes something else.").or_null(),
    Field::new("remove", Takes::Ids(UNBOUNDED), "Who goes.").or_null(),
];
const WAIT: Field = Field::new(
    "wait",
    Takes::Number(0),
    "Holds the answer for so many seconds until there is something, at most `limits.wait_seconds`.",
);
const CHANGES: &[Field] = &[
    Field::new(
        "after",
        Takes::Mark,
        "A cursor of the room; without it, its newest page.",
    ),
    LIMIT,
    WAIT,
];
const ALL: &[Field] = &[
    Field::new("after", Takes::Mark, "A token; without it, the present one alone."),
    LIMIT,
    WAIT,
];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/rooms/",
        "rooms",
        "One's own rooms: those that are pinned first, then the newest activity.",
    )
    .query(LIST)
    .answers(&[ok::<RoomsJson>("A page of them.")])
    .tagged(),
    opening::CALL,
    Call::patch("/api/v1/rooms/{key}/me/", "changeView", "Changes how one sees a room.")
        .takes(VIEW)
        .answers(&[ok::<MeJson>("How one stands to it now.")])
        .refuses(&["no_such_room", "not_allowed"]),
    Call::get("/api/v1/rooms/{key}/members/", "members", "Who is in a room.")
        .by(Who::Both(Scope::Rooms))
        .query(MEMBERS)
        .answers(&[ok::<ListJson<MemberJson>>("A page of them.")])
        .tagged()
        .refuses(&["no_such_room"]),
    Call::patch(
        "/api/v1/rooms/{key}/members/",
        "changeMembers",
        "Several people at once come, become something else, and go; or none of them.",
    )
    .by(Who::Both(Scope::Rooms))
    .takes(MANY)
    .answers(&[ok::<RoomJson>("The room as it is now.")])
    .rate("sends")
    .refuses(&["no_such_room", "not_allowed", "not_found", "room_closed"]),
    Call::get(
        "/api/v1/rooms/{key}/changes/",
        "changes",
        "Everything that is different in a room since a cursor.",
    )
    .query(CHANGES)
    .answers(&[ok::<ChangesJson>("A page of it.")])
    .tagged()
    .refuses(&["no_such_room"]),
    Call::get("/api/v1/changes/", "allChanges", "The same over all one's rooms.")
        .query(ALL)
        .answers(&[ok::<AllChangesJson>("A page of it.")])
        .tagged(),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both(
            "/api/v1/rooms/",
            get(list).post(opening::open),
            "GET, POST, HEAD, OPTIONS",
        )
        .both("/api/v1/rooms/{key}/me/", patch(see), "PATCH, OPTIONS")
        .both(
            "/api/v1/rooms/{key}/members/",
            get(members).patch(change_members),
            "GET, PATCH, HEAD, OPTIONS",
        )
        .both("/api/v1/rooms/{key}/changes/", get(changes), "GET, HEAD, OPTIONS")
        .both("/api/v1/changes/", get(all_changes), "GET, HEAD, OPTIONS")
}

/// One's own rooms.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnRooms")]
struct RoomsJson {
    /// One's rooms, without their members.
    items: Vec<RoomJson>,
    /// The place behind which there is more; null at the end.
    #[schemars(with = "Option<shape::Mark>")]
    next: Option<String>,
    /// The token to ask for changes after, with the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<shape::Mark>")]
    token: Option<String>,
}

/// A room's place in the list: those that are pinned first, then the newest activity.
fn rank(place: &Place) -> (i64, i64, i64) {
    let pinned_at = place.member.as_ref().and_then(|member| member.view.pinned_at);
    (pinned_at.map_or(0, |at| at.0), place.room.updated_at.0, place.room.id.0)
}

/// A place in that list, as a cursor tells it.
struct Rank((i64, i64, i64));

impl std::str::FromStr for Rank {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':').map(|part| part.parse::<i64>().map_err(|_| ()));
        let mut part = || parts.next().ok_or(())?;
        let rank = (part()?, part()?, part()?);
        parts.next().is_none().then_some(Self(rank)).ok_or(())
    }
}

async fn list(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let mut query = Query::of(uri.query(), LIST);
    let (limit, after) = (query.limit(&shared), query.place::<Rank>());
    let (unread, archived) = (query.flag("unread"), query.flag("archived").unwrap_or(false));
    let kind = query.text("kind").map(|word| RoomKind::from_word(&word));
    let search = query.text("search");
    query.end()?;
    let asked = Asked {
        kind,
        unread,
        archived,
        search,
        after: after.map(|Rank(rank)| rank),
        limit: usize::try_from(limit).unwrap_or(1),
    };
    let page = ask::look(&shared.chat, move |look| page_of_rooms(look, &asker, &asked)).await?;
    Ok(tagged(&headers, &page))
}

/// What is asked of one's rooms.
struct Asked {
    /// `Some(None)`: a word that is no kind.
    kind: Option<Option<RoomKind>>,
    unread: Option<bool>,
    archived: bool,
    search: Option<String>,
    after: Option<(i64, i64, i64)>,
    limit: usize,
}

fn page_of_rooms(look: &mut (impl Look + ?Sized), asker: &Asker, asked: &Asked) -> Result<RoomsJson, Error> {
    let moved = rules::moved(look, asker.person.id, asker.kinds, None)?;
    let mut places: Vec<Place> = moved.places.into_iter().filter(|place| asked.wants(place)).collect();
    if let Some(search) = &asked.search {
        places = rules::places_called(look, asker.by(), places, search)?;
    }
    places.sort_by_cached_key(|place| std::cmp::Reverse(rank(place)));
    if let Some(after) = asked.after {
        places.retain(|place| rank(place) < after);
    }
    let more = places.len() > asked.limit;
    places.truncate(asked.limit);
    let last = places.last().map(rank);
    let cursor = |room: &FullRoom| Cursor {
        epoch: moved.token.epoch,
        head: room.room.head,
        receipts: room.room.receipts,
    };
    let rooms = rules::fulls(look, asker.by(), places)?;
    Ok(RoomsJson {
        items: rooms
            .iter()
            .map(|room| RoomJson::new(room, cursor(room), asker.person.id))
            .collect(),
        next: last
            .filter(|_| more)
            .map(|(pinned, active, id)| next(format!("{pinned}:{active}:{id}"))),
        token: asked.after.is_none().then(|| moved.token.to_string()),
    })
}

impl Asked {
    fn wants(&self, place: &Place) -> bool {
        let Some(member) = &place.member else { return false };
        let is_unread = member.unread(&place.room) > 0 || member.view.unread_from.is_some();
        member.view.archived == self.archived
            && self.unread.is_none_or(|unread| unread == is_unread)
            && self.kind.is_none_or(|kind| kind == Some(place.room.kind))
    }
}

/// One room, for whoever asks.
pub(super) async fn one(shared: &Shared, asker: Asker, room: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let room = named(room)?;
    let found = ask::look(&shared.chat, move |look| {
        let id = room_of(look, &room)?;
        let found = rules::full_room(look, asker.by(), id)?;
        Ok::<_, Error>(asker.room(&found))
    });
    Ok(tagged(headers, &found.await?))
}

/// Changes a room, for who governs it.
pub(super) async fn change(shared: &Shared, asker: Asker, room: &str, request: Request) -> Result<Response, Refused> {
    let room = named(room)?;
    let mut body = Body::read(shared, request, CHANGE).await?;
    let limits = shared.chat.limits().clone();
    let wanted = RoomChange {
        title: body.text("title", &limits),
        custom: body.custom("custom", &limits),
        closed: body.flag("closed"),
        ..RoomChange::default()
    };
    body.end()?;
    asker.throttle(shared)?;
    let now = shared.chat.now();
    let changed = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::change_room(tx, now, &limits, asker.by(), id, &wanted)?;
        let found = rules::full_room(tx, asker.by(), id)?;
        Ok::<_, Error>(asker.room(&found))
    });
    Ok(Json(changed.await?).into_response())
}

/// Changes one's own view of a room.
async fn see(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    request: Request,
) -> Result<Json<MeJson>, Refused> {
    let room = named(&room)?;
    let mut body = Body::read(&shared, request, VIEW).await?;
    let unread_from = if body.is_null("unread_from") {
        Some(None)
    } else {
        body.number("unread_from").map(|seq| Some(Seq(seq)))
    };
    let change = ViewChange {
        muted_until: body.moment("muted_until"),
        pinned: body.flag("pinned"),
        archived: body.flag("archived"),
        unread_from,
    };
    body.end()?;
    let now = shared.chat.now();
    let me = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::see_otherwise(tx, now, asker.by(), id, change)
    });
    Ok(Json(MeJson::from(&me.await?)))
}

async fn members(
    State(shared): State<Shared>,
    AskerOrHost(asker): AskerOrHost,
    Segment(room): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let mut query = Query::of(uri.query(), MEMBERS);
    let (limit, after) = (query.limit(&shared), query.place::<i64>());
    query.end()?;
    let list = ask::look(&shared.chat, move |look| {
        let id = room_of(look, &room)?;
        let after = MemberId(after.unwrap_or(0));
        let mut members = rules::members_of(look, asker.by(), id, after, limit + 1)?;
        let more = i64::try_from(members.len()).is_ok_and(|found| found > limit);
        members.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok::<_, Error>(ListJson {
            next: members.last().filter(|_| more).map(|(member, _)| next(member.id.0)),
            items: members.iter().map(MemberJson::from).collect(),
        })
    });
    Ok(tagged(&headers, &list.await?))
}

/// Several people at once come, become something else, and go; or none of them.
async fn change_members(
    State(shared): State<Shared>,
    AskerOrHost(asker): AskerOrHost,
    Segment(room): Segment,
    request: Request,
) -> Result<Json<RoomJson>, Refused> {
    let room = named(&room)?;
    let mut body = Body::read(&shared, request, MANY).await?;
    let mut members = body.members("add").unwrap_or_default();
    let removed = body.people_in_order("remove").unwrap_or_default();
    members.extend(removed.into_iter().map(MemberChange::Remove));
    body.end()?;
    asker.throttle(&shared)?;
    let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
    let changed = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::change_members(tx, now, &limits, asker.by(), id, &members)?;
        let found = rules::full_room(tx, asker.by(), id)?;
        Ok::<_, Error>(asker.room(&found))
    });
    Ok(Json(changed.await?))
}

/// Puts somebody into a room, or makes them something else there: 201 for a newcomer.
pub(super) async fn put_member(
    shared: &Shared,
    asker: Asker,
    (room, id): (&str, HostId<'static>),
    request: Request,
) -> Result<Response, Refused> {
    let room = named(room)?;
    let mut body = Body::read(shared, request, ROLE).await?;
    let role = body.member_role("role", shared.chat.limits()).unwrap_or_default();
    body.end()?;
    asker.throttle(shared)?;
    let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
    let put = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let standing = rules::member_called(tx, room, &id)?.is_some();
        let change = [MemberChange::Put(id.clone(), role)];
        rules::change_members(tx, now, &limits, asker.by(), room, &change)?;
        let member = rules::member_called(tx, room, &id)?.ok_or(Refusal::NoSuchPerson)?;
        Ok::<_, Error>((MemberJson::from(&member), !standing))
    });
    let (member, new) = put.await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(member)).into_response())
}

/// Takes somebody out of a room; oneself leaves.
pub(super) async fn remove_member(
    shared: &Shared,
    asker: Asker,
    (room, id): (&str, HostId<'static>),
) -> Result<StatusCode, Refused> {
    let room = named(room)?;
    asker.throttle(shared)?;
    let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
    let removed = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let change = [MemberChange::Remove(id.clone())];
        rules::change_members(tx, now, &limits, asker.by(), room, &change).map(drop)
    });
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How long an answer is held until there is something to tell.
fn wait(query: &mut Query, shared: &Shared) -> Duration {
    let most = i64::try_from(shared.chat.limits().wait_seconds).unwrap_or(i64::MAX);
    let seconds = query.number("wait").unwrap_or(0).min(most);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

async fn changes(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let mut query = Query::of(uri.query(), CHANGES);
    let after = query.parsed::<Cursor>("after", FieldError::NotMark);
    let limit = u32::try_from(query.limit(&shared)).unwrap_or(1);
    let lasts = wait(&mut query, &shared);
    query.end()?;
    let from = after.map_or(From::Anew, From::Cursor);
    let end = tokio::time::Instant::now() + lasts;
    let asker = std::sync::Arc::new(asker);
    let id = {
        let room = room.clone();
        ask::look(&shared.chat, move |look| room_of(look, &room)).await?
    };
    loop {
        // Waited for before the look, so that what comes behind it is not missed.
        let waiter = shared.live.waits_for(asker.person.id, &[id]);
        let asks = std::sync::Arc::clone(&asker);
        let found = ask::look(&shared.chat, move |look| {
            rules::changes(look, asks.by(), id, from, limit)
        })
        .await?;
        let is_news = found.reset || found.more || after != Some(found.cursor);
        if is_news || !waiter.until(end).await {
            return Ok(tagged(&headers, &ChangesJson::new(&found, asker.person.id)));
        }
    }
}

/// What has changed in all one's rooms.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AllChanges")]
struct AllChangesJson {
    /// Of each room that moved what is different.
    rooms: Vec<ChangesJson>,
    /// Rooms that one is in no more.
    #[schemars(with = "Vec<shape::Key>")]
    gone: Vec<String>,
    /// The token to ask for changes after.
    #[schemars(with = "shape::Mark")]
    token: String,
    /// There is more behind the token.
    more: bool,
    /// These are all one's rooms, because the token was of another life of the database; else left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    all: bool,
}

async fn all_changes(
    State(shared): State<Shared>,
    asker: Asker,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut query = Query::of(uri.query(), ALL);
    let after = query.parsed::<Token>("after", FieldError::NotMark);
    let limit = usize::try_from(query.limit(&shared)).unwrap_or(1);
    let lasts = wait(&mut query, &shared);
    query.end()?;
    let end = tokio::time::Instant::now() + lasts;
    let asker = std::sync::Arc::new(asker);
    loop {
        let rooms = {
            let (person, kinds) = (asker.person.id, asker.kinds);
            let of = move |look: &mut dyn Look| Ok(look.places(person, kinds)?);
            let places = ask::look(&shared.chat, of).await?;
            places.iter().map(|place| place.room.id).collect::<Vec<RoomId>>()
        };
        let waiter = shared.live.waits_for(asker.person.id, &rooms);
        let asks = std::sync::Arc::clone(&asker);
        let found = ask::look(&shared.chat, move |look| everything(look, &asks, after, limit)).await?;
        let is_news = after.is_none() || found.all || !found.rooms.is_empty() || !found.gone.is_empty();
        if is_news || !waiter.until(end).await {
            return Ok(tagged(&headers, &found));
        }
    }
}

/// What has moved since a token, room by room. A client that was here has cursors of each of its rooms; the token finds
/// the rooms, and what it has not seen of them it asks for by those.
fn everything(
    look: &mut (impl Look + ?Sized),
    asker: &Asker,
    after: Option<Token>,
    limit: usize,
) -> Result<AllChangesJson, Error> {
    let Some(after) = after else {
        return Ok(AllChangesJson {
            rooms: Vec::new(),
            gone: Vec::new(),
            token: rules::token(look)?.to_string(),
            more: false,
            all: false,
        });
    };
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let page = rules::changes_since(look, asker.by(), after, limit)?;
    Ok(AllChangesJson {
        rooms: page
            .rooms
            .iter()
            .map(|changes| ChangesJson::new(changes, asker.person.id))
            .collect(),
        gone: page.gone.iter().map(|key| key.to_string()).collect(),
        token: page.token.to_string(),
        more: page.more,
        all: page.reset,
    })
}
