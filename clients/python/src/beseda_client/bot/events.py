"""What a bot hears, and how far it has heard: cursors and numbers, by which it goes on after a lost link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from beseda_client.shapes import Message


class Place(TypedDict):
    """How far a room was heard: the cursor of its changes, and its newest message."""

    cursor: str
    seq: int


class Position(TypedDict):
    """How far all was heard. It is plain JSON: a file keeps it."""

    token: str | None
    rooms: dict[str, Place]


@dataclass(frozen=True)
class Event:
    """Something that happened: a frame of the server's, of whatever type."""

    type: str
    room: str | None
    """The key of the room that it is about."""
    frame: Mapping[str, Any]
    """All that the server said."""
    new_messages: list[Message] = field(default_factory=list)
    """Of `changes`: what others said since the last time, each once, in the order of the room."""
    token: str | None = None
    place: Place | None = None

    @property
    def is_reset(self) -> bool:
        """Whether what was known of the room counts no more: the server's database is another one."""
        return bool(self.frame.get("reset"))


class Heard:
    """How far a bot has heard, and what of a frame is new to it."""

    def __init__(self, position: Position | None = None) -> None:
        self.token = position["token"] if position else None
        self.rooms: dict[str, Place] = {key: {**place} for key, place in (position or {"rooms": {}})["rooms"].items()}

    def position(self) -> Position:
        """All of it."""
        return {"token": self.token, "rooms": {key: {**place} for key, place in self.rooms.items()}}

    def settle(self, event: Event) -> None:
        """An event is heard."""
        if event.token is not None:
            self.token = event.token
        if event.room is not None and event.place is not None:
            self.rooms[event.room] = event.place
        if event.type == "removed" and event.room is not None:
            self.rooms.pop(event.room, None)

    def hear(self, frame: Mapping[str, Any], myself: str | None) -> Event:
        """The event that a frame is. It is heard with that."""
        kind, room = str(frame.get("type")), frame.get("room")
        token = frame.get("token")
        if kind == "changes" and isinstance(room, str):
            event = self._changes(room, frame, myself)
        else:
            event = Event(kind, room, frame, token=token if isinstance(token, str) else None)
        self.settle(event)
        return event

    def _changes(self, room: str, frame: Mapping[str, Any], myself: str | None) -> Event:
        messages: list[Message] = frame.get("messages") or []
        newest = max((message["seq"] for message in messages), default=0)
        before = self.rooms.get(room)
        if before is None:
            # What stands in a room that is opened for the first time was said before.
            new, seq = [], max(newest, int(frame.get("seq") or 0))
        else:
            new = [message for message in messages if message["seq"] > before["seq"]]
            # Another database may be younger than what was heard of the last one.
            seq = int(frame.get("seq") or newest) if frame.get("reset") else max(before["seq"], newest)
        others = [message for message in new if _author(message) is None or _author(message) != myself]
        return Event("changes", room, frame, others, place={"cursor": frame["cursor"], "seq": seq})


def _author(message: Message) -> str | None:
    author = message.get("author")
    return None if author is None else str(author.get("id"))
