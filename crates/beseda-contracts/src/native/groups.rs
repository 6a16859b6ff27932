//! Groups, the classes of a school: put and forgotten. Rooms about them follow.

use super::asking::ListJson;
use super::call::{self, Body};
use super::described::call::{Brings, Call, Who, lines, made, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use super::lists;
use super::many::{self, LineJson, Thing, put_all};
use super::objects::id_text;
use crate::shared::{FieldErrors, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use beseda_core::Error;
use beseda_core::ports::Lane;
use beseda_core::rules;
use beseda_core::words::{Group, GroupId, HostId, Limits, PersonId, Scope};
use beseda_live::ask;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields of a group, in a line that says which one it is.
const LINE: &[Field] = &[
    Field::new("id", Takes::Id, "What the application calls it.").required(),
    Field::new("name", Takes::Text(|limits| limits.title_chars), "Its name.").or_null(),
    Field::new("teacher", Takes::Id, "Who teaches it.").or_null(),
    // One place of a room is the teacher's.
    Field::new("students", Takes::Ids(|limits| limits.members - 1), "Who is taught.").or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::put(
        "/api/v1/groups/{id}/",
        "putGroup",
        "Puts a group, the class of a school. What is left out stays as it is.",
    )
    .by(Who::Application(Scope::Groups))
    .takes(LINE.split_at(1).1)
    .answers(&[
        ok::<GroupJson>("The group was there, and is so now."),
        made::<GroupJson>("The group is new."),
    ]),
    Call::delete("/api/v1/groups/{id}/", "deleteGroup", "Forgets a group.").by(Who::Application(Scope::Groups)),
    Call::get(
        "/api/v1/app/groups/",
        "listGroups",
        "Groups, by when they were last changed.",
    )
    .by(Who::Application(Scope::Groups))
    .query(lists::PARAMETERS)
    .answers(&[ok::<ListJson<GroupJson>>("A page of them.")]),
    Call::post("/api/v1/app/groups/", "putGroups", "Puts many groups, a line each.")
        .by(Who::Application(Scope::Groups))
        .brings(Brings::Lines(LINE))
        .answers(&[lines::<LineJson>("A line for each line, in their order.")]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let many = post(put_all::<Put>).get(lists::groups);
    let methods = put(replace).delete(remove);
    routes
        .both("/api/v1/groups/{id}/", methods, "PUT, DELETE, OPTIONS")
        .both("/api/v1/app/groups/", many, "GET, POST, HEAD, OPTIONS")
}

/// A group, as a host application sees one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Group")]
pub(super) struct GroupJson {
    /// What the application calls it.
    #[schemars(with = "shape::Id")]
    id: String,
    /// Its name.
    name: String,
    /// Who teaches it.
    #[schemars(with = "Option<shape::Id>")]
    teacher: Option<String>,
    /// Who is taught.
    #[schemars(with = "Vec<shape::Id>")]
    students: Vec<String>,
}

impl GroupJson {
    /// `people`: what the host calls those who are of it and were not deleted.
    pub(super) fn of(group: Group, people: &BTreeMap<PersonId, HostId<'static>>) -> Self {
        let called = |person: &PersonId| people.get(person);
        let mut students: Vec<_> = group.students.iter().filter_map(called).collect();
        students.sort_unstable();
        Self {
            id: id_text(&group.id.0),
            name: group.name,
            teacher: group.teacher.as_ref().and_then(called).map(id_text),
            students: students.into_iter().map(id_text).collect(),
        }
    }
}

/// A group, and what a call says of it; `None` where it says nothing.
pub(super) struct Put {
    id: GroupId,
    name: Option<String>,
    teacher: Option<Option<HostId<'static>>>,
    students: Option<Vec<HostId<'static>>>,
}

impl Thing for Put {
    const SCOPE: Scope = Scope::Groups;
    const FIELDS: &'static [Field] = LINE;
    type Name = GroupId;
    type Kept = GroupJson;

    fn name(body: &mut Body, _: &Limits) -> Option<GroupId> {
        body.id("id").map(GroupId)
    }

    fn read(id: GroupId, body: &mut Body, limits: &Limits) -> Self {
        Self {
            id,
            name: body.text_or_empty("name", limits),
            teacher: body.person("teacher"),
            students: body.people("students", limits),
        }
    }

    fn people(&self) -> usize {
        self.students.as_ref().map_or(0, Vec::len)
    }

    fn put(self, shared: &Shared, lane: Lane) -> impl Future<Output = Result<(bool, GroupJson), Refused>> + Send {
        let now = shared.chat.now();
        let put = ask::hand_over(&shared.chat, lane, move |tx| {
            let mut mistakes = FieldErrors::default();
            let before = tx.group(&self.id)?;
            let mut group = before.unwrap_or_else(|| Group::new(self.id.clone()));
            if let Some(name) = &self.name {
                group.name.clone_from(name);
            }
            if let Some(teacher) = &self.teacher {
                group.teacher = call::people_of(tx, "teacher", teacher, &mut mistakes)?.pop();
            }
            if let Some(students) = &self.students {
                group.students = call::people_of(tx, "students", students, &mut mistakes)?;
            }
            if let Err(unknown) = mistakes.none() {
                return Ok(Err(unknown));
            }
            let is_new = rules::put_group(tx, now, &group)?;
            let people = call::host_ids(tx, group.people())?;
            Ok::<_, Error>(Ok((is_new, GroupJson::of(group, &people))))
        });
        async move { Ok(put.await??) }
    }
}

async fn replace(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    let put: Put = many::read_one(&shared, request, || call::host_id(&id).map(GroupId)).await?;
    let (is_new, kept) = many::put_one(&shared, put).await?;
    Ok((many::status(is_new), Json(kept)).into_response())
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Groups).await?;
    let id = GroupId(call::host_id(&id)?);
    ask::change(&shared.chat, move |tx| Ok(tx.remove_group(&id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
