//! Cases: what the desk knows of rooms, for whoever works at it.

use super::asking::{Asker, LIMIT, ListJson, PLACE, Query, named, next, room_of, tagged};
use super::call::{Body, host_id};
use super::described::call::{Call, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use super::objects::{RoomJson, id_text, kept, moment};
use crate::shared::{FieldError, Refused, Routes, Segment, Shared, time_text};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{CaseChange, SeenCase};
use beseda_core::words::{
    CaseFilter, CasePlace, CaseState, HostId, Limits, Owner, PersonId, RoomId, Seq, Side, Time, Visitor,
};
use beseda_core::{Error, policy, rules};
use beseda_live::ask;
use http::{HeaderMap, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

const STATES: &[&str] = &["new", "open", "waiting", "snoozed", "resolved"];
const SIDES: &[&str] = &["us", "them"];
const OLDEST: &str = "oldest";
const SORTS: &[&str] = &[OLDEST];

/// Which are listed.
const LISTED: &[Field] = &[
    Field::new(
        "state",
        Takes::OneOf(STATES),
        "In this state; several times: in one of these.",
    )
    .repeated(),
    Field::new(
        "assigned",
        Takes::Id,
        "`me`: one's own; `none`: nobody's; the id of a person: theirs.",
    ),
    Field::new("tag", Takes::Text(|limits| limits.tag_chars), "With this tag."),
    Field::new(
        "owes",
        Takes::OneOf(SIDES),
        "Where these are to answer: the staff (`us`), or who wrote to it.",
    ),
    Field::new(
        "sort",
        Takes::OneOf(SORTS),
        "`oldest`: those that wait longest first; without it, those since whose `since` the shortest time has passed.",
    ),
    LIMIT,
    PLACE,
];
/// What can be different.
const CHANGE: &[Field] = &[
    Field::new("state", Takes::OneOf(STATES), "How far it is; `snoozed` goes with `snoozed_until`."),
    Field::new("snoozed_until", Takes::Moment, "When a snoozed one opens again.").or_null(),
    Field::new(
        "assigned_to",
        Takes::Id,
        "Who answers: somebody who works at the desk and reads the room; null is nobody.",
    )
    .or_null(),
    Field::new(
        "taken_from",
        Takes::Id,
        "Whom the asker took it to be assigned to; left out or null: nobody. Where it is somebody else's, it is refused.",
    )
    .or_null(),
    Field::new("tags", Takes::Texts(|limits| limits.case_tags), "All its tags.").or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/cases/",
        "cases",
        "The cases of the rooms that are one's to answer.",
    )
    .query(LISTED)
    .answers(&[ok::<ListJson<CaseJson>>("A page of them.")])
    .tagged()
    .refuses(&["not_allowed"]),
    Call::get("/api/v1/cases/{key}/", "case", "The case of a room.")
        .answers(&[ok::<CaseJson>("The case.")])
        .tagged()
        .refuses(&["not_allowed", "no_such_room"]),
    Call::patch(
        "/api/v1/cases/{key}/",
        "changeCase",
        "Changes what the desk knows of a room; what is left out stays.",
    )
    .takes(CHANGE)
    .answers(&[ok::<CaseJson>("The case as it is now.")])
    .rate("sends")
    .refuses(&["not_allowed", "no_such_room", "taken"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/cases/", get(list), "GET, HEAD, OPTIONS").both(
        "/api/v1/cases/{key}/",
        get(one).patch(change),
        "GET, HEAD, PATCH, OPTIONS",
    )
}

/// Who opened a room as a visitor, and from where; each text is null where it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Visitor")]
pub(super) struct VisitorJson {
    /// The id of the person as whom they speak.
    #[schemars(with = "shape::Id")]
    person: String,
    /// What they want to be called; null once they are erased.
    name: Option<String>,
    /// Where to write to them.
    email: Option<String>,
    /// The address of the page from which they wrote.
    page: Option<String>,
    /// Where they were before.
    referrer: Option<String>,
    /// The language that their browser asks for.
    locale: Option<String>,
    /// What their browser says that it is.
    agent: Option<String>,
    /// What the application says besides.
    #[schemars(with = "Option<shape::Custom>")]
    custom: Option<Value>,
}

impl From<&Visitor> for VisitorJson {
    fn from(visitor: &Visitor) -> Self {
        let known = |text: &String| (!text.is_empty()).then(|| text.clone());
        let visit = &visitor.visit;
        Self {
            person: visitor.person.to_string(),
            name: known(&visitor.name),
            email: known(&visitor.email),
            page: known(&visit.page),
            referrer: known(&visit.referrer),
            locale: known(&visit.locale),
            agent: known(&visit.agent),
            custom: kept(visit.custom.as_ref()),
        }
    }
}

/// What the desk knows of a room.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Case")]
pub(super) struct CaseJson {
    /// The room's key.
    #[schemars(with = "shape::Key")]
    room: String,
    /// How far it is: `new`, `open`, `waiting`, `snoozed`, `resolved`.
    state: &'static str,
    /// The id of whoever answers.
    #[schemars(with = "Option<shape::Id>")]
    assigned_to: Option<String>,
    /// What it is sorted by, in alphabetical order.
    tags: Vec<String>,
    /// Whose turn it is to answer: `us`, `them`; null while nothing is said.
    owes: Option<&'static str>,
    /// When the first of the messages was sent that wait for an answer, or when the room was opened.
    #[schemars(with = "shape::Moment")]
    since: String,
    /// When a snoozed one opens again.
    #[schemars(with = "Option<shape::Moment>")]
    snoozed_until: Option<String>,
    /// Who opened it, where that was a visitor.
    visitor: Option<VisitorJson>,
    /// How many notes were written about it; they are in the room `notes:` with its unguessable name, which stands once there is
    /// one.
    #[schemars(with = "shape::Count")]
    notes: Seq,
    /// The room, as the asker sees it.
    about: RoomJson,
}

impl CaseJson {
    /// A case as somebody sees it, to whom the room is this.
    pub(super) fn new(SeenCase { case, notes, .. }: &SeenCase, about: RoomJson) -> Self {
        Self {
            room: about.key.clone(),
            state: case.state.word(),
            assigned_to: case.assigned_to.as_ref().map(|assigned| id_text(&assigned.host_id)),
            tags: case.tags.clone(),
            owes: case.owes.map(Side::word),
            since: time_text(case.since),
            snoozed_until: moment(case.snoozed_until),
            visitor: case.visitor.as_ref().map(VisitorJson::from),
            notes: *notes,
            about,
        }
    }

    fn seen(asker: &Asker, seen: &SeenCase) -> Self {
        Self::new(seen, asker.room(&seen.about))
    }
}

/// A place in a list of cases, as it is passed on.
struct Mark(CasePlace);

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.0.since.0, self.0.room.0)
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (since, room) = text.split_once(',').ok_or(())?;
        Ok(Self(CasePlace {
            since: Time(since.parse().map_err(|_| ())?),
            room: RoomId(room.parse().map_err(|_| ())?),
        }))
    }
}

/// Whose cases are asked for.
enum Whose {
    Mine,
    Nobodys,
    Theirs(HostId<'static>),
}

impl Whose {
    fn of(text: &str) -> Result<Self, Refused> {
        match text {
            "me" => Ok(Self::Mine),
            "none" => Ok(Self::Nobodys),
            id => host_id(id).map(Self::Theirs),
        }
    }

    /// Nobody's are the cases of somebody who is not there.
    fn owner(&self, look: &mut (impl Look + ?Sized), asker: &Asker) -> Result<Owner, Error> {
        Ok(match self {
            Self::Mine => Owner::Person(asker.person.id),
            Self::Nobodys => Owner::Nobody,
            Self::Theirs(id) => {
                let person = look.person_of_host(id)?;
                Owner::Person(person.map_or(PersonId(i64::MIN), |person| person.id))
            }
        })
    }
}

/// What a query wants but for whose.
fn filter(query: &mut Query, limits: &Limits) -> CaseFilter {
    let words = query.texts("state");
    let states: Vec<CaseState> = words.iter().filter_map(|word| CaseState::from_word(word)).collect();
    if states.len() < words.len() {
        query.mistake("state", FieldError::NotOneOf(STATES));
    }
    let owes = query.text("owes");
    let side = owes.as_deref().and_then(Side::from_word);
    if owes.is_some() && side.is_none() {
        query.mistake("owes", FieldError::NotOneOf(SIDES));
    }
    let sort = query.text("sort");
    if sort.as_deref().is_some_and(|sort| sort != OLDEST) {
        query.mistake("sort", FieldError::NotOneOf(SORTS));
    }
    let tag = query.text("tag");
    if tag.as_ref().is_some_and(|tag| tag.chars().count() > limits.tag_chars) {
        query.mistake("tag", FieldError::TooLong { max: limits.tag_chars });
    }
    CaseFilter {
        states,
        assigned: None,
        owes: side,
        tag,
        oldest_first: sort.is_some(),
    }
}

async fn list(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    // Who works at no desk is told so whatever they ask.
    policy::require_desk(asker.by())?;
    let mut query = Query::of(uri.query(), LISTED);
    let filter = filter(&mut query, shared.chat.limits());
    let (limit, after) = (query.limit(&shared), query.place::<Mark>());
    let assigned = query.text("assigned");
    query.end()?;
    let whose = assigned.map(|text| Whose::of(&text)).transpose()?;
    let list = ask::look(&shared.chat, move |look| {
        let filter = CaseFilter {
            assigned: whose.as_ref().map(|whose| whose.owner(look, &asker)).transpose()?,
            ..filter.clone()
        };
        let after = after.as_ref().map(|mark| mark.0);
        let page = rules::case_page(look, asker.by(), &filter, after, limit)?;
        Ok::<_, Error>(ListJson {
            items: page.items.iter().map(|seen| CaseJson::seen(&asker, seen)).collect(),
            next: page.next.map(|place| next(Mark(place))),
        })
    });
    Ok(tagged(&headers, &list.await?))
}

async fn one(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(key): Segment,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let room = named(&key)?;
    let found = ask::look(&shared.chat, move |look| {
        let room = room_of(look, &room)?;
        let seen = rules::case(look, asker.by(), room)?;
        Ok::<_, Error>(CaseJson::seen(&asker, &seen))
    });
    Ok(tagged(&headers, &found.await?))
}

async fn change(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(key): Segment,
    request: Request,
) -> Result<Json<CaseJson>, Refused> {
    let room = named(&key)?;
    let body = Body::read(&shared, request, CHANGE).await?;
    let change = said(body, shared.chat.limits())?;
    asker.throttle(&shared)?;
    let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
    let changed = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let seen = rules::change_case(tx, now, &limits, asker.by(), room, &change)?;
        Ok(CaseJson::seen(&asker, &seen))
    });
    Ok(Json(changed.await?))
}

/// The change that a body says.
fn said(mut body: Body, limits: &Limits) -> Result<CaseChange, Refused> {
    let word = body.text("state", limits);
    let state = word.as_deref().and_then(CaseState::from_word);
    if word.is_some() && state.is_none() {
        body.mistake("state", FieldError::NotOneOf(STATES));
    }
    let tags = if body.is_null("tags") {
        Some(Vec::new())
    } else {
        body.texts("tags")
    };
    let change = CaseChange {
        state,
        snoozed_until: body.moment("snoozed_until").flatten(),
        assigned_to: body.person("assigned_to"),
        taken_from: body.person("taken_from").flatten(),
        tags,
    };
    body.end()?;
    Ok(change)
}
