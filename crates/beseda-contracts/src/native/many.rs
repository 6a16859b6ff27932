//! Many objects by one call: a line each, which means what the single call means, answered by a line each in their order.

use super::call::{self, Body};
use super::described::field::Field;
use super::described::shape;
use super::problem::{PROBLEM, Short};
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, Fields, NDJSON, Refused, Shared, lines_of};
use axum::body::Body as Stream;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use beseda_core::ports::Lane;
use beseda_core::words::{Limits, Scope};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use std::vec::IntoIter;

/// How much is handed over to the store before an answer is awaited: objects, and people whom they name. Others who write
/// wait for about so much, and the disk is asked once for it.
const STRETCH: usize = 64;

/// An object as a call puts it.
pub(super) trait Thing: Sized + Send + 'static {
    /// What a key is for that may put it.
    const SCOPE: Scope;
    /// The fields of a line.
    const FIELDS: &'static [Field];
    /// What it is called.
    type Name: ToString;
    /// What is kept of it then.
    type Kept: Send;

    /// Reads which object a line is about; what is wrong with that goes to the body.
    fn name(body: &mut Body, limits: &Limits) -> Option<Self::Name>;

    /// What a body says of an object.
    fn read(name: Self::Name, body: &mut Body, limits: &Limits) -> Self;

    /// How many people it names.
    fn people(&self) -> usize {
        0
    }

    /// Does what takes long and needs no transaction.
    ///
    /// # Errors
    /// What refuses it.
    fn prepare(&mut self, _shared: &Shared) -> impl Future<Output = Result<(), Refused>> + Send {
        async { Ok(()) }
    }

    /// Hands it over to the store: whether it is new, and what is kept of it.
    fn put(self, shared: &Shared, lane: Lane) -> impl Future<Output = Result<(bool, Self::Kept), Refused>> + Send;

    /// How long the answer waits, because only then what is kept holds.
    fn waits(_kept: &Self::Kept, _shared: &Shared) -> Duration {
        Duration::ZERO
    }
}

/// What a call says of one object, which its path names.
///
/// # Errors
/// What refuses the key, the name or the body.
pub(super) async fn read_one<T: Thing>(
    shared: &Shared,
    request: Request,
    name: impl FnOnce() -> Result<T::Name, Refused>,
) -> Result<T, Refused> {
    call::require(shared, request.headers(), T::SCOPE).await?;
    let name = name()?;
    // The first field of a line names what the path does here.
    let fields = T::FIELDS.get(1..).unwrap_or_default();
    let mut body = Body::read(shared, request, fields).await?;
    let thing = T::read(name, &mut body, shared.chat.limits());
    body.end()?;
    Ok(thing)
}

/// Puts one object, whichever call it came by: whether it is new, and what is kept of it.
///
/// # Errors
/// What refuses it.
pub(super) async fn put_one<T: Thing>(shared: &Shared, mut thing: T) -> Result<(bool, T::Kept), Refused> {
    thing.prepare(shared).await?;
    let (is_new, kept) = thing.put(shared, Lane::Any).await?;
    tokio::time::sleep(T::waits(&kept, shared)).await;
    Ok((is_new, kept))
}

/// The status of an answer about something that was put.
pub(super) fn status(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

/// Answers for a body of lines.
pub(super) async fn put_all<T: Thing>(State(shared): State<Shared>, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), T::SCOPE).await?;
    let lines = lines_of(request, shared.chat.limits()).await?;
    let lane = Lane::Named(new_name(&shared.chat));
    let answers = stream::unfold((shared, lines.into_iter()), move |(shared, mut lines)| async move {
        let answered = put_stretch::<T>(&shared, lane, &mut lines, |_| {}).await;
        answered.map(|answered| (Ok::<_, Infallible>(answered), (shared, lines)))
    });
    Ok(([(CONTENT_TYPE, NDJSON)], Stream::from_stream(answers)).into_response())
}

/// The same of things that are all put into something, which `aims` tells each of them, with what there is to do once all are
/// put.
pub(super) async fn put_all_into<T: Thing>(
    shared: &Shared,
    request: Request,
    aims: impl Fn(&mut T),
    end: impl Future<Output = Result<(), Refused>>,
) -> Result<Response, Refused> {
    let mut lines = lines_of(request, shared.chat.limits()).await?.into_iter();
    let lane = Lane::Named(new_name(&shared.chat));
    let mut answers = Vec::new();
    while let Some(answered) = put_stretch::<T>(shared, lane, &mut lines, &aims).await {
        answers.extend_from_slice(&answered);
    }
    end.await?;
    Ok(([(CONTENT_TYPE, NDJSON)], answers).into_response())
}

/// Puts the next lines, and waits for what becomes of them; nothing where none is left. Each is a change of its own, as by
/// the single call: what is wrong with one is no matter of another's, and the store commits together what waits for it.
async fn put_stretch<T: Thing>(
    shared: &Shared,
    lane: Lane,
    lines: &mut IntoIter<Bytes>,
    aims: impl Fn(&mut T),
) -> Option<Bytes> {
    let mut put = Vec::new();
    let mut weight = 0;
    while weight < STRETCH
        && let Some(line) = lines.next()
    {
        let (name, thing) = read::<T>(&line, shared.chat.limits());
        weight += 1 + thing.as_ref().map_or(0, T::people);
        let thing = match thing {
            Ok(mut thing) => {
                aims(&mut thing);
                thing.prepare(shared).await.map(|()| thing)
            }
            Err(refused) => Err(refused),
        };
        put.push((name, thing.map(|thing| thing.put(shared, lane))));
    }
    let (mut answers, mut waits) = (Vec::new(), Duration::ZERO);
    for (name, put) in put {
        let outcome = match put {
            Ok(put) => put.await,
            Err(refused) => Err(refused),
        };
        let outcome = outcome.map(|(is_new, kept)| {
            waits = waits.max(T::waits(&kept, shared));
            is_new
        });
        tell(&mut answers, name, outcome);
    }
    tokio::time::sleep(waits).await;
    (!answers.is_empty()).then(|| answers.into())
}

/// What a line says, and of which object, as far as that can be told.
fn read<T: Thing>(line: &Bytes, limits: &Limits) -> (Option<String>, Result<T, Refused>) {
    let mut body = match Fields::of_json(line, limits.json_depth) {
        Ok(fields) => Body::of(fields, T::FIELDS),
        Err(refused) => return (None, Err(refused)),
    };
    let Some(name) = T::name(&mut body, limits) else {
        // What is wrong with it is said; what else is wrong is told once it is known of what.
        return (
            None,
            Err(body
                .end()
                .err()
                .unwrap_or_else(|| Refused::field("id", FieldError::Required))),
        );
    };
    let told = name.to_string();
    let thing = T::read(name, &mut body, limits);
    (Some(told), body.end().map(|()| thing))
}

/// A line of the answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Line")]
pub(super) struct LineJson {
    /// What the line is about; null where that could not be read.
    #[schemars(with = "Option<shape::Id>")]
    id: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Outcome {
    /// It is put: 201 for what is new.
    Put {
        /// The status that the single call would have.
        status: u16,
    },
    /// It is not.
    Refused(Short),
}

fn tell(answers: &mut Vec<u8>, id: Option<String>, outcome: Result<bool, Refused>) {
    let outcome = match outcome {
        Ok(is_new) => Outcome::Put {
            status: status(is_new).as_u16(),
        },
        Err(refused) => {
            if let Refused::Fault(fault) = &refused {
                tracing::error!(%fault, "one of many objects could not be put");
            }
            Outcome::Refused(PROBLEM.short(&refused))
        }
    };
    // Texts and numbers always are JSON.
    answers.extend(serde_json::to_vec(&LineJson { id, outcome }).unwrap_or_default());
    answers.push(b'\n');
}
