"""How bodies are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from beseda_client.errors import UnexpectedAnswer
from beseda_client.shapes import Changes, Group, Line, Member, Message, MessagePage, Order, Person, Room

R = TypeVar("R")


def person(body: Any) -> Person:
    """A person."""
    return cast("Person", body)


def order(body: Any) -> Order:
    """An order."""
    return cast("Order", body)


def group(body: Any) -> Group:
    """A group."""
    return cast("Group", body)


def room(body: Any) -> Room:
    """A room."""
    return cast("Room", body)


def member(body: Any) -> Member:
    """A member."""
    return cast("Member", body)


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
    return cast("list[Line]", body)


def export(body: Any) -> list[dict[str, Any]]:
    """Everything that is kept of somebody: the last line says that it is all."""
    if not body or body[-1] != {"type": "end"}:
        raise UnexpectedAnswer("The export broke off. Ask for it again.")
    return cast("list[dict[str, Any]]", body[:-1])


def anything(body: Any) -> dict[str, Any]:
    """What has no shape of its own here."""
    return dict(body)


def nothing(_: Any) -> None:
    """An answer that says no more than that it is done."""


def page(of: Callable[[Any], R]) -> Callable[[Any], tuple[list[R], str | None]]:
    """A page of a list, and where the next one begins."""
    return lambda body: ([of(item) for item in body["items"]], body.get("next"))
