"""What an application says of its own things: `sync_person` and the like promise it, the outbox keeps the promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from beseda_client import Id, calls
from beseda_client.ids import id_text
from beseda_client.shapes import Custom, GroupFields, OrderFields, PersonFields, RoomFields
from beseda_django.outbox import promise

if TYPE_CHECKING:
    from typing_extensions import Unpack


def sync_person(id: Id, *, using: str | None = None, **fields: Unpack[PersonFields]) -> None:
    """Makes a person, or changes what is named of one: what is left out stays, and None empties it."""
    promise(f"person:{id_text(id)}", calls.put_person(id, **fields), using=using)


def forget_person(id: Id, *, using: str | None = None) -> None:
    """Somebody is no longer a person of this application."""
    promise(f"person:{id_text(id)}", calls.delete_person(id), using=using)


def sync_order(id: Id, *, using: str | None = None, **fields: Unpack[OrderFields]) -> None:
    """Makes an order, or changes what is named of one."""
    promise(_order(id), calls.put_order(id, **fields), using=using)


def forget_order(id: Id, *, using: str | None = None) -> None:
    """There is no such order any more, and no room of it."""
    promise(_order(id), calls.delete_order(id), using=using)


def sync_group(id: Id, *, using: str | None = None, **fields: Unpack[GroupFields]) -> None:
    """Makes a group, or changes what is named of one."""
    promise(f"group:{id_text(id)}", calls.put_group(id, **fields), using=using)


def forget_group(id: Id, *, using: str | None = None) -> None:
    """There is no such group any more."""
    promise(f"group:{id_text(id)}", calls.delete_group(id), using=using)


def sync_room(key: str, *, using: str | None = None, **fields: Unpack[RoomFields]) -> None:
    """Opens a room, or says what it is: `sync_room("deal:17", title="Сделка 17", members=[7, 8])`."""
    promise(key, calls.put_room(key, **fields), using=using)


def forget_room(key: str, *, using: str | None = None) -> None:
    """Takes a room away."""
    promise(key, calls.delete_room(key), using=using)


def say(
    room: str,
    text: str,
    *,
    kind: str | None = None,
    custom: Custom | None = None,
    to: Sequence[Id] | None = None,
    using: str | None = None,
) -> None:
    """Says something in nobody's name, once, and after all that was said of the room before."""
    promise(room, calls.send_system_message(room, text, kind=kind, custom=custom, to=to), using=using)


def _order(id: Id) -> str:
    # What is said in an order's room comes after what is said of the order.
    return f"order:{id_text(id)}"
