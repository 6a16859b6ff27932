//! Export: everything that is kept of a person, as they may ask for it. A line for each thing, so that no export is too large.

use super::call;
use super::cases::VisitorJson;
use super::described::call::{Call, Who, lines as told_in_lines};
use super::described::shape;
use super::objects::{id_text, kept};
use super::people::AccountJson;
use super::push::{QuietJson, service_of};
use crate::shared::files::title;
use crate::shared::identity::api_keys;
use crate::shared::{Links, NDJSON, Refused, Routes, Segment, Shared, time_text};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, At, Known, Made, Reacted, Said};
use beseda_core::words::{Attachment, Beside, Group, Order, PersonId, Place, Report, Scope, Seq};
use beseda_live::ask;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::io;

pub(super) const CALLS: &[Call] = &[Call::get(
    "/api/v1/people/{id}/export/",
    "exportPerson",
    "Everything that is kept of a person. An answer whose last line is not `end` is not whole.",
)
.by(Who::Application(Scope::Export))
.answers(&[told_in_lines::<Line>("A line for each thing.")])
.refuses(&["not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/people/{id}/export/", get(export), "GET, HEAD, OPTIONS")
}

/// Where an export has come to.
enum Next {
    /// What is known of them is told, and so is what they wrote up to here.
    Written(At),
    /// That, and what they made of messages up to this.
    Made(Option<Reacted>),
    /// That, and what they report up to the report with this number.
    Reported(i64),
    /// Everything is told but that it is everything.
    End,
    Nothing,
}

async fn export(
    State(shared): State<Shared>,
    Segment(id): Segment,
    links: Links,
    request: Request,
) -> Result<Response, Refused> {
    let key = api_keys::require(&shared, request.headers(), Scope::Export).await?;
    let id = call::host_id(&id)?;
    let asked = id.clone();
    let known = ask::look(&shared.chat, move |look| rules::known_of(look, &asked)).await?;
    tracing::info!(target: "beseda::audit", key = key.name, person = %id, "what is kept of somebody is exported");
    let person = known.person.id;
    let begin = (Some(lines(&told(&known))), Next::Written(rules::BEGINNING));
    let pieces = stream::try_unfold(begin, move |(first, next)| {
        let (shared, links) = (shared.clone(), links.clone());
        async move {
            if let Some(first) = first {
                return Ok(Some((first, (None, next))));
            }
            let piece = piece(&shared, &links, person, next).await;
            let piece = piece.map_err(io::Error::other)?;
            Ok::<_, io::Error>(piece.map(|(bytes, next)| (bytes, (None, next))))
        }
    });
    Ok(([(CONTENT_TYPE, NDJSON)], Body::from_stream(pieces)).into_response())
}

/// The next lines, and where to go on; nothing once all are told.
async fn piece(shared: &Shared, links: &Links, person: PersonId, next: Next) -> Result<Option<(Bytes, Next)>, Error> {
    let mut after = match next {
        Next::Written(after) => after,
        Next::Made(after) => return made(shared, person, after).await.map(Some),
        Next::Reported(after) => return reported(shared, person, after).await.map(Some),
        Next::End => return Ok(Some((lines(&[Line::End]), Next::Nothing))),
        Next::Nothing => return Ok(None),
    };
    loop {
        let look = move |look: &mut dyn Look| rules::said_by(look, person, after);
        let (said, next) = ask::look(&shared.chat, look).await?;
        let told: Vec<Line> = said.iter().map(|said| message(said, links)).collect();
        match next {
            Some(next) if told.is_empty() => after = next,
            Some(next) => return Ok(Some((lines(&told), Next::Written(next)))),
            None => return Ok(Some((lines(&told), Next::Made(None)))),
        }
    }
}

/// The next lines of what they made of messages, and where to go on.
async fn made(shared: &Shared, person: PersonId, after: Option<Reacted>) -> Result<(Bytes, Next), Error> {
    let look = move |look: &mut dyn Look| rules::made_by(look, person, after.as_ref());
    let made = ask::look(&shared.chat, look).await?;
    let told: Vec<Line> = made.iter().map(reaction).collect();
    let next = made.into_iter().next_back();
    Ok((
        lines(&told),
        next.map_or(Next::Reported(0), |last| Next::Made(Some(last.reacted))),
    ))
}

/// The next lines of what they report, and where to go on.
async fn reported(shared: &Shared, person: PersonId, after: i64) -> Result<(Bytes, Next), Error> {
    let look = move |look: &mut dyn Look| rules::reported_by(look, person, after);
    let reported = ask::look(&shared.chat, look).await?;
    let told: Vec<Line> = reported.iter().map(|(_, room, one)| report(room, one)).collect();
    let next = reported.last().map(|(number, ..)| *number);
    Ok((lines(&told), next.map_or(Next::End, Next::Reported)))
}

/// A line of an export.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "ExportLine")]
enum Line {
    /// Who they are.
    Person(ExportedPerson),
    /// An order in which they have places. Whose the others are is others' affair.
    Order {
        /// What the application calls it.
        #[schemars(with = "shape::Id")]
        id: String,
        /// Its number, as people know it.
        number: String,
        /// How far it is, in the application's words.
        status: String,
        /// Which places are theirs.
        places: Vec<&'static str>,
    },
    /// A group that they are of.
    Group {
        /// What the application calls it.
        #[schemars(with = "shape::Id")]
        id: String,
        /// Its name.
        name: String,
        /// `teacher`, `student`.
        places: Vec<&'static str>,
    },
    /// What they said of themselves to the support desk.
    Case {
        /// The room's key.
        room: String,
        /// What they said of themselves, and what their browser did.
        visitor: Option<VisitorJson>,
        /// How far it is.
        state: &'static str,
    },
    /// A membership with its receipt, and how they see the room.
    Membership {
        /// The room's key.
        room: String,
        /// The room's title.
        title: String,
        /// What they are in it.
        role: String,
        /// Since when.
        #[schemars(with = "shape::Moment")]
        joined_at: String,
        /// How far they have read.
        #[schemars(with = "shape::Count")]
        read_seq: Seq,
        /// When they read last.
        #[schemars(with = "Option<shape::Moment>")]
        read_at: Option<String>,
        /// The newest message that has reached a device of theirs.
        #[schemars(with = "shape::Count")]
        delivered_seq: Seq,
        /// It makes no noise until then.
        #[schemars(with = "Option<shape::Moment>")]
        muted_until: Option<String>,
        /// It stands above the others.
        pinned: bool,
        /// It is out of sight.
        archived: bool,
        /// They marked the room as unread from this message on.
        #[schemars(with = "Option<shape::Count>")]
        unread_from: Option<Seq>,
    },
    /// Somebody whom they do not want to hear from.
    Block {
        /// Whom.
        #[schemars(with = "shape::Id")]
        person: String,
    },
    /// How they want to be told of messages in browsers that they do not look at.
    Push {
        /// Whether they are told at all.
        on: bool,
        /// Whether they are shown how a message begins.
        preview: bool,
        /// When they are not told.
        quiet: Option<QuietJson>,
    },
    /// A browser in which they are told. What it takes to tell it something is not told.
    Browser {
        /// Its push service.
        service: String,
        /// When it was first given.
        #[schemars(with = "shape::Moment")]
        created_at: String,
    },
    /// A message of theirs.
    Message {
        /// The room's key.
        room: String,
        /// The room was removed.
        removed: bool,
        /// Its number in the room.
        #[schemars(with = "shape::Count")]
        seq: Seq,
        /// What it says.
        text: String,
        /// Its files, which are downloaded as the person.
        files: Vec<ExportedFile>,
        /// When it was sent.
        #[schemars(with = "shape::Moment")]
        created_at: String,
        /// When it was last edited.
        #[schemars(with = "Option<shape::Moment>")]
        edited_at: Option<String>,
        /// What it said before.
        versions: Vec<ExportedVersion>,
        /// The number of the message that it answers.
        #[schemars(with = "Option<shape::Count>")]
        reply_to: Option<Seq>,
        /// Who is mentioned in it.
        #[schemars(with = "Vec<shape::Id>")]
        mentions: Vec<String>,
        /// What the application says beside it.
        #[schemars(with = "Option<shape::Custom>")]
        custom: Option<Value>,
    },
    /// What they made of a message.
    Reaction {
        /// The room's key.
        room: String,
        /// The room was removed.
        removed: bool,
        /// The number of the message.
        #[schemars(with = "shape::Count")]
        seq: Seq,
        /// The emoji.
        emoji: String,
    },
    /// What they report of a message.
    Report {
        /// The room's key.
        room: String,
        /// The number of the message.
        #[schemars(with = "shape::Count")]
        seq: Seq,
        /// Why, in a word.
        reason: String,
        /// What they say of it.
        text: String,
        /// `open`, `settled`.
        state: &'static str,
        /// When they reported it.
        #[schemars(with = "shape::Moment")]
        created_at: String,
    },
    /// This was everything.
    End,
}

/// Somebody, and when they were last there.
#[derive(Serialize, JsonSchema)]
struct ExportedPerson {
    #[serde(flatten)]
    account: AccountJson,
    /// When they were last there, where that is known.
    #[schemars(with = "Option<shape::Moment>")]
    last_seen: Option<String>,
}

/// A file of a message.
#[derive(Serialize, JsonSchema)]
struct ExportedFile {
    /// What its sender called it.
    name: String,
    /// Its media type.
    media: String,
    /// How many bytes it has.
    bytes: u64,
    /// Where it is, for whoever may read its room.
    url: String,
}

/// What a message said before it was edited.
#[derive(Serialize, JsonSchema)]
struct ExportedVersion {
    /// What it said.
    text: String,
    /// Since when it said so.
    #[schemars(with = "shape::Moment")]
    at: String,
}

fn lines(told: &[Line]) -> Bytes {
    let line = |line: &Line| serde_json::to_string(line).unwrap_or_default() + "\n";
    told.iter().map(line).collect::<String>().into()
}

/// Everything but what they wrote.
fn told(known: &Known) -> Vec<Line> {
    let id = known.person.id;
    let mut told = vec![Line::Person(ExportedPerson {
        account: AccountJson::from(&known.person),
        last_seen: known.seen_at.map(time_text),
    })];
    told.extend(known.orders.iter().map(|one| order(one, id)));
    told.extend(known.groups.iter().map(|one| group(one, id)));
    told.extend(known.cases.iter().map(|(room, case)| Line::Case {
        room: room.to_string(),
        visitor: case.visitor.as_ref().map(VisitorJson::from),
        state: case.state.word(),
    }));
    told.extend(known.places.iter().filter_map(membership));
    told.extend(known.push.iter().map(|push| Line::Push {
        on: push.on,
        preview: push.preview,
        quiet: push.quiet.clone().map(QuietJson::from),
    }));
    told.extend(known.browsers.iter().map(|browser| Line::Browser {
        service: service_of(&browser.endpoint),
        created_at: time_text(browser.created_at),
    }));
    told.extend(known.blocked.iter().map(|person| Line::Block {
        person: id_text(&person.host_id()),
    }));
    told
}

fn order(order: &Order, person: PersonId) -> Line {
    let own = order.seats().into_iter().filter(|(_, of)| *of == Some(person));
    Line::Order {
        id: id_text(&order.id.0),
        number: order.number.clone(),
        status: order.status.clone(),
        places: own.map(|(place, _)| place.word()).collect(),
    }
}

fn group(group: &Group, person: PersonId) -> Line {
    let teaches = (group.teacher == Some(person)).then_some("teacher");
    let attends = group.students.contains(&person).then_some("student");
    Line::Group {
        id: id_text(&group.id.0),
        name: group.name.clone(),
        places: teaches.into_iter().chain(attends).collect(),
    }
}

fn membership(place: &Place) -> Option<Line> {
    let member = place.member.as_ref()?;
    let view = &member.view;
    Some(Line::Membership {
        room: rules::about(&place.room).to_string(),
        title: place.room.title.clone(),
        role: member.role.word().to_owned(),
        joined_at: time_text(member.joined_at),
        read_seq: member.read,
        read_at: member.read_at.map(time_text),
        delivered_seq: member.delivered,
        muted_until: view.muted_until.map(time_text),
        pinned: view.pinned_at.is_some(),
        archived: view.archived,
        unread_from: view.unread_from,
    })
}

fn message(said: &Said, links: &Links) -> Line {
    let message = &said.message;
    let plain = Beside::default();
    let beside = message.beside.as_deref().unwrap_or(&plain);
    let before = said.versions.iter();
    Line::Message {
        room: said.room.to_string(),
        removed: said.removed,
        seq: message.seq,
        text: message.text.clone(),
        files: message.attachments.iter().map(|one| file(one, links)).collect(),
        created_at: time_text(message.created_at),
        edited_at: message.edited_at.map(time_text),
        versions: before
            .map(|one| ExportedVersion {
                text: one.text.clone(),
                at: time_text(one.at),
            })
            .collect(),
        reply_to: beside.kept.reply_to,
        mentions: beside.mentions.iter().map(|one| id_text(&one.host_id())).collect(),
        custom: kept(beside.kept.custom.as_ref()),
    }
}

fn reaction(made: &Made) -> Line {
    let (_, seq, emoji) = &made.reacted;
    Line::Reaction {
        room: made.room.to_string(),
        removed: made.removed,
        seq: *seq,
        emoji: emoji.to_string(),
    }
}

fn report(room: &str, report: &Report) -> Line {
    Line::Report {
        room: room.to_owned(),
        seq: report.seq,
        reason: report.reason.word().to_owned(),
        text: report.text.clone(),
        state: report.state().word(),
        created_at: time_text(report.created_at),
    }
}

fn file(attachment: &Attachment, links: &Links) -> ExportedFile {
    let look = &attachment.file.look;
    let address = format!("/files/{}/{}", attachment.id, title::in_address(&attachment.title));
    ExportedFile {
        name: attachment.title.clone(),
        media: look.media.clone(),
        bytes: look.bytes,
        url: links.url(&address),
    }
}
