"""Ids as the host has them, and the keys of rooms: as texts, in paths and in headers."""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import quote
from uuid import UUID

Id = str | int | UUID
"""A person, an order or a group is named by a number or by a text of the host's. `7` and `"7"` are the same."""

ID_CHARS = 128
"""How long the text of an id may be, in characters."""

PAIRS = ("pair", "private")
"""Rooms of two people, whose key names both."""


def id_text(id: Id) -> str:
    """An id as the wire has it. A `ValueError` says what is wrong with one that cannot be."""
    # True is an int in Python, and nobody's number.
    if isinstance(id, bool) or not isinstance(id, str | int | UUID):
        raise TypeError(f"an id is a text, a number or a UUID, and not a {type(id).__name__}")
    text = str(id)
    if not 1 <= len(text) <= ID_CHARS:
        raise ValueError(f"an id has 1 to {ID_CHARS} characters, and this one has {len(text)}")
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text):
        raise ValueError("an id has no control characters")
    return text


def room_key(kind: str, *ids: Id) -> str:
    """The key of a room: `room_key("deal", 17)` is `deal:17`, `room_key("private", 3, 9)` is `private:3:9`."""
    if len(ids) != (2 if kind in PAIRS else 1):
        raise ValueError(f"the key of a room of kind {kind} does not name {len(ids)} ids")
    texts = [id_text(id) for id in ids]
    if kind in PAIRS:
        texts = [text.replace("%", "%25").replace(":", "%3A") for text in texts]
    return ":".join([kind, *texts])


def segment(text: str) -> str:
    """A text as one segment of a path."""
    if not text:
        raise ValueError("an empty text names nothing")
    # What cleans paths would take these two for a way upwards.
    if text in (".", ".."):
        return text.replace(".", "%2E")
    return quote(text, safe="")


def time_text(time: datetime) -> str:
    """An instant as the wire has it."""
    if time.tzinfo is None:
        raise ValueError("a time without a zone is no instant: give it one, as django.utils.timezone.now() has")
    return time.astimezone(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
