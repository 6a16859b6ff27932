"""A bot: one socket for all of its rooms, which comes back after whatever cuts it, and misses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, cast
from uuid import uuid4

import anyio

from beseda_client.bot.commands import Commands, refused
from beseda_client.bot.events import Event, Heard, Position
from beseda_client.bot.link import OPEN_SECONDS, Ended, Link, opened
from beseda_client.calls import said_fields
from beseda_client.client import Key, server_address
from beseda_client.errors import BesedaError, NoAnswer, Throttled, TimedOut, Unavailable, UnexpectedAnswer
from beseda_client.ids import Id, id_text
from beseda_client.retries import Retries
from beseda_client.shapes import Custom, Message

log = logging.getLogger("beseda_client.bot")

QUEUE_EVENTS = 1000
"""How many events may wait for who works them off, until no more are read. The server keeps the rest."""
GRACE_SECONDS = 10.0
"""How much later than the server says a ping may come, until the link is taken for gone."""
STEADY_SECONDS = 30.0
"""How long a link has to last, until its end is the first of a row again."""

Opens = Callable[[str, Key, Id | None], AbstractAsyncContextManager[Link]]


class Bot:
    """`async with Bot(url, key=…, person=…) as bot`, and then `async for event in bot`."""

    def __init__(
        self,
        url: str,
        *,
        key: str,
        person: Id | None = None,
        position: Position | None = None,
        answer_seconds: float | None = 60.0,
        retries: Retries = Retries(),  # noqa: B008 - it never changes
        trust_env: bool = True,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._address, self._key, self._proxy = server_address(url), Key(key), trust_env
        self._person = None if person is None else id_text(person)
        self._answer_seconds, self._retries, self._sleep = answer_seconds, retries, sleep
        self._heard, self._worked_off = Heard(position), Heard(position)
        self._commands = Commands()
        self._rooms: dict[str, int | None] = {}
        self._again: dict[str, str] = {}
        self._events: deque[Event] = deque()
        self._last: Event | None = None
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None
        self._over: BesedaError | None = None
        self._moved = asyncio.Condition()
        self._ping_seconds = 25.0

    def __repr__(self) -> str:
        return f"Bot({self._address!r}, person={self._person!r})"

    def position(self) -> Position:
        """How far the events are worked off: each one that was given, but for the last. A new bot goes on from here."""
        return self._worked_off.position()

    # Who opens it, and who listens.

    async def __aenter__(self) -> Bot:
        self._task = asyncio.create_task(self._serve())
        async with self._moved:
            await self._moved.wait_for(lambda: self._link is not None or self._over is not None)
        if self._over is not None:
            await self.end()
            raise self._over
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.end()

    async def end(self) -> None:
        """Closes the socket. What is not answered yet fails."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._stop(self._over or NoAnswer("the bot has ended"))

    def __aiter__(self) -> Bot:
        return self

    async def __anext__(self) -> Event:
        if self._last is not None:
            self._worked_off.settle(self._last)
            self._last = None
        while True:
            async with self._moved:
                await self._moved.wait_for(lambda: self._events or self._over is not None)
                if not self._events:
                    break
                event = self._events.popleft()
                self._moved.notify_all()
            if event.type == "ping":
                # It says how far all was told, and is no event for anybody else.
                self._worked_off.settle(event)
                continue
            self._last = event
            return event
        if self._task is None or self._over is None:
            raise StopAsyncIteration
        raise self._over

    # What it says, and has answered.

    async def open(self, room: str, *, limit: int | None = None) -> None:
        """From now on everything of a room, by its key: what is new since it was last heard, or its newest messages."""
        self._rooms[room] = limit
        try:
            await self._ask(self._opening(room))
        except BesedaError:
            self._rooms.pop(room, None)
            raise

    async def close(self, room: str) -> None:
        """Back to what a bot hears of every room that it is in."""
        self._rooms.pop(room, None)
        await self._ask({"type": "close", "room": room})

    async def send(
        self,
        room: str,
        text: str,
        *,
        client_id: str | None = None,
        reply_to: int | None = None,
        files: Sequence[str] | None = None,
        mentions: Sequence[Id] | None = None,
        custom: Custom | None = None,
    ) -> Message:
        """Says something, once, whatever becomes of the link meanwhile."""
        more = {"reply_to": reply_to, "files": files, "mentions": mentions, "custom": custom}
        said = {"room": room, "client_id": client_id or str(uuid4()), "text": text}
        said |= said_fields({name: value for name, value in more.items() if value is not None})
        return cast("Message", (await self._ask({"type": "send", **said}))["message"])

    async def edit(self, room: str, seq: int, text: str, *, mentions: Sequence[Id] = ()) -> None:
        """Changes the text of a message of its own."""
        said = said_fields({"room": room, "seq": seq, "text": text, "mentions": mentions})
        await self._ask({"type": "edit", **said})

    async def erase(self, room: str, seq: int) -> None:
        """Erases a message."""
        await self._ask({"type": "erase", "room": room, "seq": seq})

    async def react(self, room: str, seq: int, emoji: str, *, on: bool = True) -> None:
        """Reacts to a message, or no more."""
        await self._ask({"type": "react", "room": room, "seq": seq, "emoji": emoji, "on": on})

    async def pin(self, room: str, seq: int, *, on: bool = True) -> None:
        """Pins a message, or no more."""
        await self._ask({"type": "pin", "room": room, "seq": seq, "on": on})

    async def read(self, room: str, seq: int) -> None:
        """Has read a room up to a message."""
        await self._ask({"type": "read", "room": room, "seq": seq})

    async def typing(self, room: str, *, on: bool = True) -> None:
        """Is writing. Nothing answers this, and it may be lost."""
        await self._mention({"type": "typing", "room": room, "on": on})

    async def watch(self, people: Sequence[Id]) -> None:
        """Hears of these people whether they are there. Nothing answers this."""
        await self._mention({"type": "watch", "people": [id_text(person) for person in people]})

    async def _ask(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        """Says a command over this link, or over the next one, until it is answered."""
        if self._task is None or self._over is not None:
            raise self._over or NoAnswer("the bot has ended, or has not begun")
        said, answer = self._commands.add(frame)
        async with self._moved:
            # Who reads goes on for the answer, however many events are waiting.
            self._moved.notify_all()
        await self._mention(said)
        try:
            with anyio.fail_after(self._answer_seconds):
                return await answer
        except TimeoutError:
            asked = f"{frame['type']} {frame.get('room', '')}"
        finally:
            self._commands.drop(said)
        raise TimedOut("answer_seconds", self._answer_seconds or 0.0, asked)

    async def _mention(self, frame: Mapping[str, Any]) -> None:
        if self._link is not None:
            try:
                await self._link.say(frame)
            except NoAnswer:
                # Who listens hears of the end as well, and says over the next link what waits for an answer.
                log.debug("a %s was not said: the link is over", frame.get("type"))

    # The links, one after the other.

    async def _serve(self) -> None:
        try:
            await self._run()
        except Exception as broken:
            log.exception("a bot is broken")
            await self._stop(UnexpectedAnswer(f"what the server said was not understood: {type(broken).__name__}"))

    async def _run(self) -> None:
        error: BesedaError
        failed, loop = 0, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with opened(self._address, self._key, self._person, proxy=self._proxy) as link:
                    await self._listen(link)
            except BesedaError as ended:
                error = ended
            finally:
                was_welcome, self._link = self._link is not None, None
            if isinstance(error, Ended) and not was_welcome:
                error = error.of_stranger()
            failed = 1 if was_welcome and loop.time() - began >= STEADY_SECONDS else failed + 1
            pause = self._pause(error, failed)
            if pause is None:
                await self._stop(error)
                return
            log.info("%s; again in %.1f s", error, pause)
            await self._sleep(pause)

    def _pause(self, error: BesedaError, failed: int) -> float | None:
        """How long to wait for the next link; `None`: there is none for who asks."""
        if isinstance(error, Ended) and error.pause_seconds is not None:
            return error.pause_seconds
        if isinstance(error, Throttled | Unavailable):
            return (error.retry_after or 0.0) + self._retries.jittered(failed)
        return self._retries.jittered(failed) if isinstance(error, NoAnswer) else None

    async def _listen(self, link: Link) -> None:
        """Says hello and all that waits, and hears whatever comes, to the end of the link."""
        hello = {"type": "hello"} if self._heard.token is None else {"type": "hello", "since": self._heard.token}
        await link.say(hello)
        while (frame := await link.hear(OPEN_SECONDS)).get("type") != "welcome":
            if frame.get("type") == "refused":
                raise refused(frame)
        self._ping_seconds = float(frame.get("ping_seconds") or self._ping_seconds)
        person = frame.get("person")
        myself = str(person["id"]) if isinstance(person, Mapping) else (person or self._person)
        await self._catch_up(link)
        async with self._moved:
            self._moved.notify_all()
        while True:
            await self._hear(frame, link, myself)
            async with self._moved:
                await self._moved.wait_for(lambda: len(self._events) < QUEUE_EVENTS or self._commands)
            frame = await link.hear(self._ping_seconds + GRACE_SECONDS)

    async def _catch_up(self, link: Link) -> None:
        """Opens the rooms again from where they were heard, and says what is not answered yet, in its order."""
        opening = {said["room"] for said in self._commands.frames() if said["type"] == "open"}
        self._again = {f"again-{at}": room for at, room in enumerate(self._rooms) if room not in opening}
        for ref, room in list(self._again.items()):
            await link.say({**self._opening(room), "ref": ref})
        done: set[str] = set()
        # More may come while these are said, and goes after them.
        while waiting := [said for said in self._commands.frames() if said["ref"] not in done]:
            for said in waiting:
                await link.say({**self._opening(said["room"]), "ref": said["ref"]} if said["type"] == "open" else said)
                done.add(said["ref"])
        self._link = link

    async def _hear(self, frame: dict[str, Any], link: Link, myself: str | None) -> None:
        if self._commands.answered(frame):
            return
        if frame.get("type") == "ping":
            await link.say({"type": "pong"})
        elif frame.get("type") in ("ok", "sent"):
            # Of a command that nobody waits for any more, or of a room that was opened again.
            return
        elif frame.get("type") == "removed":
            self._rooms.pop(str(frame.get("room")), None)
        elif frame.get("type") == "refused" and frame.get("ref") in self._again:
            # A room that was open cannot be opened any more: who listens is told which.
            frame = {**frame, "room": self._again.pop(frame["ref"])}
            self._rooms.pop(frame["room"], None)
        async with self._moved:
            self._events.append(self._heard.hear(frame, myself))
            self._moved.notify_all()

    def _opening(self, room: str) -> dict[str, Any]:
        said: dict[str, Any] = {"type": "open", "room": room}
        place, limit = self._heard.rooms.get(room), self._rooms.get(room)
        if limit is not None:
            said["limit"] = limit
        return said if place is None else {**said, "after": place["cursor"]}

    async def _stop(self, error: BesedaError) -> None:
        self._commands.fail(error)
        async with self._moved:
            self._over = self._over or error
            self._moved.notify_all()
