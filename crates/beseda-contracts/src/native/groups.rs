//! Groups, the classes of a school: put and forgotten. Rooms about them follow.

use super::call::{self, Body};
use crate::shared::{FieldErrors, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{Group, GroupId, HostId, Scope};
use beseda_live::ask;
use http::StatusCode;
use serde::Serialize;

const FIELDS: &[&str] = &["name", "teacher", "students"];

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = put(replace).delete(remove);
    routes.both("/api/v1/groups/{id}/", methods, "PUT, DELETE, OPTIONS")
}

/// A group, as a host application sees one.
#[derive(Serialize)]
struct GroupJson<'a> {
    id: &'a GroupId,
    name: &'a str,
    teacher: Option<HostId<'static>>,
    students: Vec<HostId<'static>>,
}

async fn replace(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Groups).await?;
    let id = GroupId(call::host_id(&id)?);
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let limits = shared.chat.limits();
    let name = body.text("name", limits.title_chars).unwrap_or_default();
    let teacher = body.person("teacher");
    // One place of a room is the teacher's.
    let students = body.people("students", limits.members - 1).unwrap_or_default();
    body.end()?;

    let now = shared.chat.now();
    let (put_id, put_name, named) = (id.clone(), name.clone(), (teacher.clone(), students.clone()));
    let put = move |tx: &mut dyn Tx| {
        let mut mistakes = FieldErrors::default();
        let teacher = call::people_of(tx, "teacher", &named.0, &mut mistakes)?.pop();
        let students = call::people_of(tx, "students", &named.1, &mut mistakes)?;
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let group = Group {
            id: put_id.clone(),
            name: put_name.clone(),
            teacher,
            students,
        };
        Ok(Ok(rules::put_group(tx, now, &group)?))
    };
    let is_new = ask::change(&shared.chat, put).await??;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let answer = GroupJson {
        id: &id,
        name: &name,
        teacher,
        students,
    };
    Ok((status, Json(answer)).into_response())
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Groups).await?;
    let id = GroupId(call::host_id(&id)?);
    ask::change(&shared.chat, move |tx| Ok(tx.remove_group(&id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
