"""Every call there is, each a function that makes it. `Calls` turns them into the methods of both clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from beseda_client import read
from beseda_client.call import Call, each, many, one
from beseda_client.ids import Id, id_text, segment, time_text
from beseda_client.shapes import (
    Changes,
    Custom,
    Group,
    GroupFields,
    Line,
    Member,
    Message,
    MessagePage,
    NewMember,
    Order,
    OrderFields,
    Person,
    PersonFields,
    Room,
    RoomChange,
    RoomFields,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

R = TypeVar("R")
IDS = (
    "id",
    "author",
    "client",
    "expert",
    "operator",
    "teacher",
    "students",
    "members",
    "mentions",
    "to",
    "add",
    "remove",
)
"""The fields that hold ids, alone or in a list."""
Page = Call[tuple[list[R], str | None]]


def put_person(id: Id, **fields: Unpack[PersonFields]) -> Call[Person]:
    """Makes a person, or changes what is named of one: what is left out stays, and None empties it."""
    return Call("PUT", _person(id), read.person, json=said_fields(fields))


def patch_person(id: Id, **fields: Unpack[PersonFields]) -> Call[Person]:
    """Changes what is named of a person. Not repeated by itself."""
    return Call("PATCH", _person(id), read.person, json=said_fields(fields))


def delete_person(id: Id, *, erase: bool = False) -> Call[None]:
    """Forgets a person, who leaves every room; with `erase`, what they wrote as well."""
    return Call("DELETE", _person(id), read.nothing, {"erase": "true"} if erase else {})


def get_person(id: Id, *, as_person: Id | None = None) -> Call[Person]:
    """A person, as somebody who shares a room with them sees them."""
    return Call("GET", _person(id), read.person, as_person=as_person)


def merge_person(id: Id, *, from_person: Id) -> Call[Person]:
    """A visitor turns out to be a customer: `id` takes over what `from_person` had. Not repeated by itself."""
    return Call("POST", f"{_person(id)}merge/", read.person, json={"from": id_text(from_person)})


def export_person(id: Id) -> Call[list[dict[str, Any]]]:
    """All that there is of a person (scope `export`): each thing says its `type`."""
    return Call("GET", f"{_person(id)}export/", read.export, takes_lines=True)


def put_people(rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    """Puts people, each a mapping with `id` and what `put_person` takes. A line that is refused is told, not raised."""
    return _put_many("people", rows)


def list_people(*, updated_after: datetime | str | None = None) -> Page[Person]:
    """All people, or those that have changed since an instant."""
    return Call("GET", "/api/v1/app/people/", read.page(read.person), _since(updated_after))


def put_order(id: Id, **fields: Unpack[OrderFields]) -> Call[Order]:
    """Makes an order, or changes what is named of one. Its room is opened, with all who have a place in it."""
    return Call("PUT", f"/api/v1/orders/{segment(id_text(id))}/", read.order, json=said_fields(fields))


def delete_order(id: Id) -> Call[None]:
    """Forgets an order, and takes its room away."""
    return Call("DELETE", f"/api/v1/orders/{segment(id_text(id))}/", read.nothing)


def put_orders(rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    """Puts orders, each a mapping with `id` and what `put_order` takes."""
    return _put_many("orders", rows)


def list_orders(*, updated_after: datetime | str | None = None) -> Page[Order]:
    """All orders, or those that have changed since an instant."""
    return Call("GET", "/api/v1/app/orders/", read.page(read.order), _since(updated_after))


def put_group(id: Id, **fields: Unpack[GroupFields]) -> Call[Group]:
    """Makes a group, or changes what is named of one. Rooms about it follow."""
    return Call("PUT", f"/api/v1/groups/{segment(id_text(id))}/", read.group, json=said_fields(fields))


def delete_group(id: Id) -> Call[None]:
    """Forgets a group."""
    return Call("DELETE", f"/api/v1/groups/{segment(id_text(id))}/", read.nothing)


def put_groups(rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    """Puts groups, each a mapping with `id` and what `put_group` takes."""
    return _put_many("groups", rows)


def list_groups(*, updated_after: datetime | str | None = None) -> Page[Group]:
    """All groups, or those that have changed since an instant."""
    return Call("GET", "/api/v1/app/groups/", read.page(read.group), _since(updated_after))


def put_room(key: str, **fields: Unpack[RoomFields]) -> Call[Room]:
    """Opens a room, or says what it is: `key` is `deal:17`, or the key of an order's, a pair's or a group's room."""
    return Call("PUT", _room(key), read.room, json=said_fields(fields))


def patch_room(room: str, *, as_person: Id | None = None, **fields: Unpack[RoomChange]) -> Call[Room]:
    """Changes what is named of a room. Not repeated by itself."""
    return Call("PATCH", _room(room), read.room, json=said_fields(fields), as_person=as_person)


def get_room(room: str, *, as_person: Id | None = None) -> Call[Room]:
    """A room by its key or its uuid."""
    return Call("GET", _room(room), read.room, as_person=as_person)


def delete_room(key: str) -> Call[None]:
    """Takes a room away, with what was said in it."""
    return Call("DELETE", _room(key), read.nothing)


def put_rooms(rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    """Puts rooms, each a mapping with `key` and what `put_room` takes."""
    return _put_many("rooms", rows)


def list_rooms(*, updated_after: datetime | str | None = None) -> Page[Room]:
    """All rooms, or those that have changed since an instant."""
    return Call("GET", "/api/v1/app/rooms/", read.page(read.room), _since(updated_after))


def list_members(room: str, *, as_person: Id | None = None) -> Page[Member]:
    """Everybody in a room."""
    return Call("GET", f"{_room(room)}members/", read.page(read.member), as_person=as_person)


def put_member(room: str, person: Id, *, role: str | None = None) -> Call[Member]:
    """Lets somebody into a room, or changes their role there."""
    return Call("PUT", _member(room, person), read.member, json={} if role is None else {"role": role})


def remove_member(room: str, person: Id) -> Call[None]:
    """Shows somebody out of a room."""
    return Call("DELETE", _member(room, person), read.nothing)


def change_members(room: str, *, add: Sequence[NewMember] = (), remove: Sequence[Id] = ()) -> Call[dict[str, Any]]:
    """Lets several in and out of a room at once. Not repeated by itself."""
    return Call("PATCH", f"{_room(room)}members/", read.anything, json=said_fields({"add": add, "remove": remove}))


def send_system_message(
    room: str,
    text: str,
    *,
    client_id: str | None = None,
    kind: str | None = None,
    custom: Custom | None = None,
    to: Sequence[Id] | None = None,
) -> Call[Message]:
    """Says something in nobody's name; with `to`, for these people alone. The same `client_id` is taken once."""
    client_id = client_id or str(uuid4())
    said = {"text": text, "client_id": client_id, **_but_none(kind=kind, custom=custom, to=to)}
    return _post(f"{_room(room)}system-messages/", said, client_id)


def send_message(
    room: str,
    text: str,
    *,
    as_person: Id,
    client_id: str | None = None,
    reply_to: int | None = None,
    files: Sequence[str] | None = None,
    mentions: Sequence[Id] | None = None,
    custom: Custom | None = None,
) -> Call[Message]:
    """Says something in the name of a person (scope `act`). The same `client_id` is taken once."""
    client_id = client_id or str(uuid4())
    more = _but_none(reply_to=reply_to, files=files, mentions=mentions, custom=custom)
    return _post(f"{_room(room)}messages/", {"text": text, "client_id": client_id, **more}, client_id, as_person)


def import_messages(room: str, rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    """Brings in what was said in a room before it was one of Beseda's (scope `import`), by time, at most 1,000 at once.

    Each is a mapping with `client_id`, `author` (None is the application), `text`, `created_at` and perhaps `custom`;
    the same `client_id` is taken once. The `id` of a line is its `client_id`.
    """
    path, lines = f"{_room(room)}messages/import/", [said_fields(row) for row in rows]
    return Call("POST", path, read.lines, lines=lines, repeat_key=str(uuid4()), takes_lines=True)


def edit_message(
    room: str, seq: int, text: str, *, as_person: Id, mentions: Sequence[Id] | None = None
) -> Call[Message]:
    """Changes the text of a message. Not repeated by itself."""
    said = {"text": text, **_but_none(mentions=mentions)}
    return Call("PATCH", _message(room, seq), read.message, json=said, as_person=as_person)


def erase_message(room: str, seq: int, *, as_person: Id) -> Call[None]:
    """Erases a message: its number stays."""
    return Call("DELETE", _message(room, seq), read.nothing, as_person=as_person)


def get_message(room: str, seq: int, *, as_person: Id | None = None) -> Call[Message]:
    """One message."""
    return Call("GET", _message(room, seq), read.message, as_person=as_person)


def get_messages(
    room: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int | None = None,
    as_person: Id | None = None,
) -> Call[MessagePage]:
    """A page of messages: the newest, or those at a number."""
    query = {name: str(number) for name, number in _but_none(before=before, after=after, around=around).items()}
    if limit is not None:
        query["limit"] = str(limit)
    return Call("GET", f"{_room(room)}messages/", read.messages, query, as_person=as_person)


def get_changes(
    room: str, *, after: str, limit: int | None = None, wait: int | None = None, as_person: Id | None = None
) -> Call[Changes]:
    """All that is different in a room since a cursor; with `wait`, held until there is something, in seconds."""
    query = {"after": after, **{name: str(number) for name, number in _but_none(limit=limit, wait=wait).items()}}
    return Call("GET", f"{_room(room)}changes/", read.changes, query, as_person=as_person)


class Calls:
    """The methods of both clients: the functions above, which `Client` sends and `AsyncClient` sends when awaited."""

    put_person = one(put_person)
    patch_person = one(patch_person)
    delete_person = one(delete_person)
    get_person = one(get_person)
    merge_person = one(merge_person)
    export_person = one(export_person)
    put_people = many(put_people)
    list_people = each(list_people)
    put_order = one(put_order)
    delete_order = one(delete_order)
    put_orders = many(put_orders)
    list_orders = each(list_orders)
    put_group = one(put_group)
    delete_group = one(delete_group)
    put_groups = many(put_groups)
    list_groups = each(list_groups)
    put_room = one(put_room)
    patch_room = one(patch_room)
    get_room = one(get_room)
    delete_room = one(delete_room)
    put_rooms = many(put_rooms)
    list_rooms = each(list_rooms)
    list_members = each(list_members)
    put_member = one(put_member)
    remove_member = one(remove_member)
    change_members = one(change_members)
    send_system_message = one(send_system_message)
    send_message = one(send_message)
    import_messages = one(import_messages)
    edit_message = one(edit_message)
    erase_message = one(erase_message)
    get_message = one(get_message)
    get_messages = one(get_messages)
    get_changes = one(get_changes)


def _person(id: Id) -> str:
    return f"/api/v1/people/{segment(id_text(id))}/"


def _room(key: str) -> str:
    return f"/api/v1/rooms/{segment(key)}/"


def _member(room: str, person: Id) -> str:
    return f"{_room(room)}members/{segment(id_text(person))}/"


def _message(room: str, seq: int) -> str:
    return f"{_room(room)}messages/{seq:d}/"


def _post(path: str, said: dict[str, Any], client_id: str, as_person: Id | None = None) -> Call[Message]:
    return Call("POST", path, read.message, json=said_fields(said), as_person=as_person, repeat_key=client_id)


def _put_many(what: str, rows: Sequence[Mapping[str, Any]]) -> Call[list[Line]]:
    path, lines = f"/api/v1/app/{what}/", [said_fields(row) for row in rows]
    return Call("POST", path, read.lines, lines=lines, repeat_key=str(uuid4()), takes_lines=True)


def _since(updated_after: datetime | str | None) -> dict[str, str]:
    if updated_after is None:
        return {}
    return {"updated_after": updated_after if isinstance(updated_after, str) else time_text(updated_after)}


def said_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _ids(value) if name in IDS else _plain(value) for name, value in fields.items()}


def _ids(value: Any) -> Any:
    """Ids as texts: one, several, or members with their roles."""
    if value is None:
        return None
    if isinstance(value, str | int | UUID):
        return id_text(value)
    return [said_fields(one) if isinstance(one, Mapping) else id_text(one) for one in value]


def _plain(value: Any) -> Any:
    """A value as JSON has it: UUIDs and times are texts, also inside."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value


def _but_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
