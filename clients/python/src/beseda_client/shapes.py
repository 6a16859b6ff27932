"""What answers hold. A server may say more: whoever reads passes by what they do not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from beseda_client.ids import Id

Custom = Mapping[str, Any]


class PersonFields(TypedDict, total=False):
    """What an application says of a person. What is left out stays, and None empties it, but password and
    active are never empty."""

    username: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    role: str | None
    password: str
    active: bool
    avatar_url: str | None
    custom: Custom | None
    locale: str | None


class OrderFields(TypedDict, total=False):
    """What an application says of an order."""

    number: str | None
    client: Id | None
    expert: Id | None
    operator: Id | None
    status: str | None


class GroupFields(TypedDict, total=False):
    """What an application says of a group, the class of a school."""

    name: str | None
    teacher: Id | None
    students: Sequence[Id] | None


class SubjectField(TypedDict):
    """A line of a subject's card."""

    label: str
    value: str


class Subject(TypedDict, total=False):
    """What a room is about, as its pages show it."""

    title: str | None
    url: str | None
    status: str | None
    fields: Sequence[SubjectField]


class NewMember(TypedDict, total=False):
    """Who comes into a room, and as what."""

    id: Id
    role: str


class RoomFields(TypedDict, total=False):
    """What an application says of a room. What is left out stays, and None empties it."""

    title: str | None
    avatar_url: str | None
    custom: Custom | None
    subject: Subject | None
    closed: bool
    members: Sequence[Id | NewMember]


class RoomChange(TypedDict, total=False):
    """What of a room is changed."""

    title: str | None
    custom: Custom | None
    closed: bool


class Person(TypedDict, total=False):
    """A person. Whoever asks as the application hears username, email and phone besides."""

    id: str
    name: str
    first_name: str
    last_name: str
    avatar_url: str | None
    role: str
    active: bool
    custom: dict[str, Any] | None
    username: str
    email: str
    phone: str
    locale: str | None


class Order(TypedDict, total=False):
    """An order."""

    id: str
    number: str
    client: str | None
    expert: str | None
    operator: str | None
    status: str
    room: str | None


class Group(TypedDict, total=False):
    """A group."""

    id: str
    name: str
    teacher: str | None
    students: list[str]


class Member(TypedDict, total=False):
    """Somebody in a room."""

    person: Person
    role: str
    read_seq: int
    delivered_seq: int
    joined_at: str


class File(TypedDict, total=False):
    """A file of a message."""

    id: str
    name: str
    media: str
    bytes: int
    width: int | None
    height: int | None
    url: str
    thumbnail_url: str | None
    blur: str | None


class Quoted(TypedDict, total=False):
    """The message that another one answers."""

    seq: int
    author: Person | None
    excerpt: str
    erased: bool


class Reaction(TypedDict, total=False):
    """An emoji, and who stands behind it."""

    emoji: str
    count: int
    people: list[str]
    mine: bool


class Pinned(TypedDict):
    """Who pinned a message, and when."""

    by: str
    at: str


class Message(TypedDict, total=False):
    """A message, named by its room and its number there."""

    room: str
    seq: int
    head: int
    sent: int
    author: Person | None
    kind: Literal["text", "system", "event"]
    text: str
    files: list[File]
    reply_to: Quoted | None
    mentions: list[str]
    reactions: list[Reaction]
    pinned: Pinned | None
    custom: dict[str, Any] | None
    created_at: str
    edited_at: str | None
    erased_at: str | None
    client_id: str | None


class Me(TypedDict, total=False):
    """One's own view of a room."""

    role: str
    read_seq: int
    delivered_seq: int
    unread: int
    mentions: int
    unread_from: int | None
    muted_until: str | None
    pinned: bool
    archived: bool


class Room(TypedDict, total=False):
    """A room. `members` are the first 20."""

    key: str
    uuid: str
    kind: str
    subject: dict[str, Any] | None
    title: str
    avatar_url: str | None
    custom: dict[str, Any] | None
    closed: bool
    head: int
    cursor: str
    seq: int
    created_at: str
    active_at: str
    updated_at: str
    member_count: int
    members: list[Member]
    last_message: Message | None
    me: Me | None
    can: list[str]


class MessagePage(TypedDict, total=False):
    """Messages, oldest first."""

    items: list[Message]
    head: int
    cursor: str
    has_before: bool
    has_after: bool


class MemberChanges(TypedDict, total=False):
    """Who is different, and who is gone."""

    changed: list[Member]
    left: list[str]


class Receipt(TypedDict, total=False):
    """How far somebody has read."""

    person: str
    read_seq: int
    delivered_seq: int


class Changes(TypedDict, total=False):
    """All that is different in a room since a cursor, as it is now. With `reset` it is all that there is."""

    room: str
    about: Room | None
    me: Me | None
    head: int
    seq: int
    cursor: str
    members: MemberChanges | None
    messages: list[Message]
    receipts: list[Receipt]
    more: bool
    reset: bool
    live: bool


class Line(TypedDict, total=False):
    """What became of one object of many: a status as its own call would have had. A room's `id` is its key."""

    id: str | None
    status: int
    code: str
    errors: dict[str, list[str]]
