"""One socket of a bot: how it is opened, what is said and heard over it, and what its end means."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import anyio

from beseda_client.client import Key, server_address
from beseda_client.errors import BesedaError, NoAnswer, NotAllowed, NotAuthenticated, UnexpectedAnswer, refusal
from beseda_client.ids import Id, id_text

try:
    from websockets.asyncio.client import ClientConnection, connect
    from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
except ImportError as missing:
    raise ImportError("a bot needs websockets: pip install 'beseda-client[bot]'") from missing

OPEN_SECONDS = 10.0
"""How long a socket may take to open, and to be welcomed."""
FRAME_BYTES = 16 * 1024 * 1024
"""The longest frame that is taken."""
NOT_AUTHENTICATED, NOT_ALLOWED = 4001, 4003
"""What a socket is closed with because of who asks."""

# At DEBUG, websockets writes down what headers hold and what is said: the key, and people's messages.
_quiet = logging.getLogger("beseda_client.bot.socket")
_quiet.setLevel(logging.INFO)


class Ended(NoAnswer):
    """A link is over. `code` and `reason` are those of the close, where there was one."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"the link is over: {code or 'lost'} {reason}".strip())
        self.code, self.reason = code, reason

    def __reduce__(self) -> tuple[Any, ...]:
        """See `TimedOut`."""
        return type(self), (self.code, self.reason)

    @property
    def pause_seconds(self) -> float | None:
        """How long a server that starts again asks to be left alone."""
        found = re.fullmatch(r"retry_ms=([0-9]{1,6})", self.reason)
        return int(found[1]) / 1000 if found else None

    def of_stranger(self) -> BesedaError:
        """What the end of a link means that was never welcomed."""
        if self.code == NOT_AUTHENTICATED:
            return NotAuthenticated(401, self.reason or "not_authenticated", "the socket was closed with 4001")
        if self.code == NOT_ALLOWED:
            return NotAllowed(403, self.reason or "not_allowed", "the socket was closed with 4003")
        return self


class _Connect(connect):
    """Follows nobody elsewhere: the key would go along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Link:
    """A socket that is open."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def say(self, frame: Mapping[str, Any]) -> None:
        """Says a frame."""
        try:
            await self._connection.send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
        except ConnectionClosed as closed:
            ended = _ended(closed)
        else:
            return
        raise ended

    async def hear(self, seconds: float) -> dict[str, Any]:
        """The next frame. `Ended` where none comes in time."""
        error: BesedaError
        try:
            # Python 3.11's own wait_for may forget that it was cancelled.
            with anyio.fail_after(seconds):
                frame = json.loads(await self._connection.recv())
        except TimeoutError:
            error = Ended(None, f"nothing was heard for {seconds:g} s")
        except ConnectionClosed as closed:
            error = _ended(closed)
        except ValueError:
            error = UnexpectedAnswer("a frame is no JSON: is the url right?")
        else:
            if isinstance(frame, dict):
                return frame
            error = UnexpectedAnswer("a frame is no JSON object: is the url right?")
        raise error


@asynccontextmanager
async def opened(url: str, key: Key, person: Id | None, *, proxy: bool) -> AsyncIterator[Link]:
    """A socket with a key, as a person where one is named."""
    address = server_address(url).replace("http", "ws", 1) + "/api/v1/ws"
    if person is not None:
        address += f"?as={quote(id_text(person), safe='')}"
    opening = _Connect(
        address,
        additional_headers={"Authorization": key.header},
        subprotocols=["beseda.v1"],  # type: ignore[list-item]
        open_timeout=OPEN_SECONDS,
        close_timeout=OPEN_SECONDS,
        # The server pings by frames, which say more.
        ping_interval=None,
        max_size=FRAME_BYTES,
        user_agent_header="beseda-client",
        proxy=True if proxy else None,
        logger=_quiet,
    )
    error: BesedaError
    try:
        connection = await opening
    except InvalidStatus as refused:
        error = _refused(refused)
    except (OSError, asyncio.TimeoutError, WebSocketException) as failed:
        error = Ended(None, f"not opened: {type(failed).__name__}: {failed}")
    else:
        try:
            yield Link(connection)
        finally:
            await connection.close()
        return
    raise error


def _refused(answer: InvalidStatus) -> BesedaError:
    """What it means that a socket was not opened."""
    status, headers = answer.response.status_code, answer.response.headers
    if status < 400 or status == 404:
        return UnexpectedAnswer(f"{status} in place of a socket. Is the url right?")
    try:
        said = json.loads(answer.response.body or b"{}")
    except ValueError:
        said = {}
    after = headers.get("Retry-After", "")
    return refusal(status, said if isinstance(said, dict) else {}, float(after) if after.isdecimal() else None)


def _ended(closed: ConnectionClosed) -> Ended:
    close = closed.rcvd or closed.sent
    return Ended(close.code, close.reason) if close else Ended(None, "the link was cut")
