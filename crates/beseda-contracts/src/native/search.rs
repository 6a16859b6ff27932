//! Search: messages with some words in them, in all rooms that somebody is in, or in the one that they name.

use super::asking::{Asker, LIMIT, ListJson, PLACE, Query, named, next, room_of, tagged};
use super::described::call::{Call, ok};
use super::described::field::{Field, Takes, UNBOUNDED};
use super::described::shape;
use super::objects::MessageJson;
use crate::shared::{FieldError, Refused, Routes, Shared};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use beseda_core::Error;
use beseda_core::rules;
use beseda_core::words::{Found, HostId, Limits, NoQuery, Query as Words, RoomKind, SearchAsked};
use beseda_live::ask;
use http::{HeaderMap, Uri};
use schemars::JsonSchema;
use serde::Serialize;

/// What a search may say.
const KNOWN: &[Field] = &[
    Field::new(
        "q",
        Takes::Filled(|limits| limits.search_chars),
        "Words, in any inflection, the last one as a beginning; in quotes as they stand.",
    )
    .required(),
    Field::new("room", Takes::Room, "In this room alone."),
    Field::new("author", Takes::Id, "What this person wrote."),
    Field::new("from", Takes::Moment, "What was sent then or later."),
    Field::new("to", Takes::Moment, "What was sent before then."),
    Field::new("has", Takes::OneOf(HAS), "What has a file."),
    Field::new("kind", Takes::Text(UNBOUNDED), "In rooms of this kind."),
    LIMIT,
    PLACE,
];
const HAS: &[&str] = &["file"];

pub(super) const CALLS: &[Call] = &[Call::get(
    "/api/v1/search/",
    "search",
    "Messages with some words, newest first, in all rooms that one is in, or in the one that is named.",
)
.query(KNOWN)
.answers(&[ok::<ListJson<FoundJson>>(
    "A page of them; it may hold less than was asked for.",
)])
.rate("searches")
.tagged()
.refuses(&["no_such_room"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/search/", get(search), "GET, HEAD, OPTIONS")
}

/// A message that was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Found")]
struct FoundJson {
    /// The room's key.
    #[schemars(with = "shape::Key")]
    room: String,
    /// The message.
    message: MessageJson,
    /// Where the text has what was searched for, in UTF-16 units, the ends excluded.
    #[schemars(with = "Vec<shape::Highlight>")]
    highlights: Vec<(u32, u32)>,
}

impl FoundJson {
    fn new(found: &Found, asker: &Asker) -> Self {
        Self {
            room: found.key.to_string(),
            message: asker.message(&found.key, &found.message),
            highlights: found.highlights.clone(),
        }
    }
}

async fn search(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let limits = shared.chat.limits().clone();
    let mut query = Query::of(uri.query(), KNOWN);
    let limit = u32::try_from(query.limit(&shared)).unwrap_or(1);
    let search = asked(&mut query, &limits, limit);
    let (room, author) = (query.text("room"), author(&mut query));
    query.end()?;
    let mut search = search.ok_or_else(|| Refused::field("q", FieldError::Required))?;
    let room = room.map(|room| named(&room)).transpose()?;
    asker.throttle_search(&shared)?;
    let list = ask::look(&shared.chat, move |look| {
        search.room = room.map(|room| room_of(look, &room)).transpose()?;
        if let Some(id) = &author {
            search.author = rules::find_person(look, id)?.map(|author| author.id);
            search.is_vain |= search.author.is_none();
        }
        let page = rules::search(look, &limits, asker.by(), &search)?;
        let items = page.items.iter().map(|found| FoundJson::new(found, &asker));
        Ok::<_, Error>(ListJson {
            items: items.collect(),
            next: page.next.map(next),
        })
    });
    Ok(tagged(&headers, &list.await?))
}

/// What a query asks, but where and by whom it was said; `None` where it has no words, which is a mistake of it.
fn asked(query: &mut Query, limits: &Limits, limit: u32) -> Option<SearchAsked> {
    let words = words(query, limits);
    let [from, to] = ["from", "to"].map(|name| query.moment(name));
    let has = query.said("has");
    if has.as_ref().is_some_and(|has| has != "file") {
        query.mistake("has", FieldError::NotOneOf(HAS));
    }
    let kind = query.text("kind").map(|word| RoomKind::from_word(&word));
    Some(SearchAsked {
        kind: kind.flatten(),
        is_vain: kind == Some(None),
        from,
        to,
        has_file: has.is_some(),
        cursor: query.place(),
        ..SearchAsked::of(words?, limit)
    })
}

/// Who wrote it.
fn author(query: &mut Query) -> Option<HostId<'static>> {
    let author = query.text("author").map(HostId::of)?;
    if author.is_err() {
        query.mistake("author", FieldError::NotHostId);
    }
    author.ok()
}

/// The words that are searched for.
fn words(query: &mut Query, limits: &Limits) -> Option<Words> {
    let wrong = match query.text("q").map(|typed| Words::read(&typed, limits.search_chars)) {
        Some(Ok(words)) => return Some(words),
        Some(Err(NoQuery::TooLong { max })) => FieldError::TooLong { max },
        Some(Err(NoQuery::Empty)) => FieldError::NoWord,
        None => FieldError::Required,
    };
    query.mistake("q", wrong);
    None
}
