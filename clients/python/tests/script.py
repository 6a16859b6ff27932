"""A server of native sockets that does what a real one cannot be asked for: it cuts a link at a given point, comes back
with another database, refuses to open. What it keeps, it keeps in lists."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.http11 import Response

KEY = "bsk_0123456789abcdef"


class Script:
    """Rooms whose cursors are `<epoch>.<count>`. `cut` says what links are cut at, once each: before or after which
    frame is worked off."""

    def __init__(self):
        self.epoch, self.rooms, self.members = 1, {}, {}
        self.cut, self.heard, self.links, self.answers = [], [], [], []
        self.proofs, self.page, self.silent, self.ping_seconds = [], 50, False, 25.0
        self.url, self.closed = None, {"deal:closed"}

    @asynccontextmanager
    async def serving(self):
        async with serve(self._link, "127.0.0.1", 0, process_request=self._open, subprotocols=["beseda.v1"]) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self

    def _open(self, connection, request):
        self.proofs.append((request.headers.get("Authorization"), parse_qs(urlsplit(request.path).query)))
        if self.answers:
            status, headers, body = self.answers.pop(0)
            return Response(status, "No", Headers(headers), json.dumps(body).encode())
        return None

    async def _link(self, link):
        self.links.append(Seat(self, link))
        await self.links[-1].run()

    def post(self, room, text, author="anna", client_id=None):
        """Somebody says something, or has said it already."""
        log = self.rooms.setdefault(room, [])
        for message in log:
            if client_id is not None and message["client_id"] == client_id:
                return message
        message = {"room": room, "seq": len(log) + 1, "text": text, "author": {"id": author}, "client_id": client_id}
        log.append(message)
        for seat in self.links:
            seat.told.set()
        return message

    async def lose_all(self):
        """All links are cut."""
        for seat in self.links:
            seat.link.transport.abort()


class Seat:
    """A link, and the rooms that are open on it: up to which message each was told."""

    def __init__(self, script, link):
        self.script, self.link, self.open, self.told = script, link, {}, asyncio.Event()

    async def say(self, **frame):
        await self.link.send(json.dumps(frame))

    async def run(self):
        teller = asyncio.create_task(self._tell())
        try:
            async for text in self.link:
                frame = json.loads(text)
                self.script.heard.append(frame)
                if self._is_cut("before", frame):
                    return
                if not self.script.silent:
                    await getattr(self, f"on_{frame['type']}", self.on_other)(frame)
                if self._is_cut("after", frame):
                    return
        finally:
            teller.cancel()

    def _is_cut(self, when, frame):
        if self.script.cut[:1] == [(when, frame["type"])]:
            self.script.cut.pop(0)
            self.link.transport.abort()
            return True
        return False

    async def on_hello(self, frame):
        await self.say(type="welcome", person={"id": "robot"}, ping_seconds=self.script.ping_seconds, limits={})
        rooms = [{"key": key} for key in self.script.rooms]
        await self.say(type="here", rooms=rooms, gone=[], more=False, token=f"t{len(self.script.links)}")

    async def on_open(self, frame):
        after, room = frame.get("after"), frame["room"]
        if room in self.script.closed:
            await self.say(type="refused", ref=frame.get("ref"), room=room, code="no_such_room", detail="No room.")
            return
        await self.say(type="ok", ref=frame.get("ref"))
        log = self.script.rooms.setdefault(room, [])
        reset = after is not None and not after.startswith(f"{self.script.epoch}.")
        begin = int(after.partition(".")[2]) if after and not reset else max(0, len(log) - self.script.page)
        self.open[room] = begin
        await self._changes(room, reset=reset, even_nothing=True)

    async def on_send(self, frame):
        message = self.script.post(frame["room"], frame["text"], "robot", frame["client_id"])
        await self.say(type="sent", ref=frame["ref"], room=frame["room"], message=message)

    async def on_close(self, frame):
        self.open.pop(frame["room"], None)
        await self.say(type="ok", ref=frame["ref"])

    async def on_edit(self, frame):
        await self.say(type="refused", ref=frame["ref"], code="not_author", detail="Not yours.")

    async def on_other(self, frame):
        if "ref" in frame:
            await self.say(type="ok", ref=frame["ref"])

    async def _tell(self):
        while True:
            await self.told.wait()
            self.told.clear()
            for room in list(self.open):
                await self._changes(room)

    async def _changes(self, room, reset=False, even_nothing=False):
        log = self.script.rooms[room]
        while even_nothing or self.open[room] < len(log):
            even_nothing = False
            upto = min(len(log), self.open[room] + self.script.page)
            messages, self.open[room] = log[self.open[room] : upto], upto
            await self.say(
                type="changes",
                room=room,
                seq=len(log),
                head=upto,
                cursor=f"{self.script.epoch}.{upto}",
                messages=messages,
                more=upto < len(log),
                live=upto == len(log),
                reset=reset,
            )
            reset = False
