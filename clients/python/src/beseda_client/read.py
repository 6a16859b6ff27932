"""How bodies are read: ids are texts, also where a server still says a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from beseda_client.shapes import Changes, Group, Line, Member, Message, MessagePage, Order, Person, Room

R = TypeVar("R")


def person(body: Any) -> Person:
    """A person."""
    return cast("Person", _texts(body, "id"))


def order(body: Any) -> Order:
    """An order."""
    return cast("Order", _texts(body, "id", "client", "expert", "operator"))


def group(body: Any) -> Group:
    """A group."""
    return cast("Group", _texts(body, "id", "teacher", "students"))


def room(body: Any) -> Room:
    """A room."""
    body = dict(body)
    if isinstance(body.get("members"), list):
        body["members"] = [member(one) for one in body["members"]]
    return cast("Room", body)


def member(body: Any) -> Member:
    """A member; of a server that says no more of them than their id, that id."""
    if not isinstance(body, dict):
        return Member(person=Person(id=str(body)))
    return cast("Member", {**body, "person": person(body["person"])} if body.get("person") else body)


def message(body: Any) -> Message:
    """A message."""
    return cast("Message", body)


def messages(body: Any) -> MessagePage:
    """A page of messages."""
    return cast("MessagePage", body)


def changes(body: Any) -> Changes:
    """What is different."""
    return cast("Changes", body)


def lines(body: Any) -> list[Line]:
    """What became of many."""
    return [cast("Line", _texts(line, "id")) for line in body]


def anything(body: Any) -> dict[str, Any]:
    """What has no shape of its own here."""
    return dict(body)


def nothing(_: Any) -> None:
    """An answer that says no more than that it is done."""


def page(of: Callable[[Any], R]) -> Callable[[Any], tuple[list[R], str | None]]:
    """A page of a list, and where the next one begins."""
    return lambda body: ([of(item) for item in body["items"]], body.get("next"))


def _texts(body: Any, *fields: str) -> dict[str, Any]:
    told = dict(body)
    for field in fields:
        if isinstance(told.get(field), list):
            told[field] = [str(one) for one in told[field]]
        elif told.get(field) is not None:
            told[field] = str(told[field])
    return told
