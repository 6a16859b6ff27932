"""One call: what is asked, and what its answer means. There is no network here; both clients send the same calls."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload
from urllib.parse import quote

import httpx

from beseda_client.errors import NoAnswer, TimedOut, UnexpectedAnswer, refusal
from beseda_client.ids import Id, id_text
from beseda_client.retries import Timeouts

P = ParamSpec("P")
R = TypeVar("R")
BULK_ROWS = 1000
"""How many objects go into one call, as the server has it without a word (`limits.bulk_rows`)."""
SAID_BY_PROXIES = (413, 429)
"""What a proxy in front may say in its own words, and means as Beseda would."""


@dataclass(frozen=True)
class Call(Generic[R]):
    """What is asked, and how the answer is read."""

    method: str
    path: str
    read: Callable[[Any], R]
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    lines: Sequence[Mapping[str, Any]] | None = None
    as_person: Id | None = None
    repeat_key: str | None = None
    """What makes a repeated POST the same one."""
    takes_lines: bool = False
    """Whether the answer is NDJSON."""

    @property
    def is_repeatable(self) -> bool:
        """Whether asking twice does what asking once does."""
        return self.method in ("GET", "PUT", "DELETE") or self.repeat_key is not None

    @property
    def name(self) -> str:
        """What errors call it."""
        return f"{self.method} {self.path}"

    def headers(self) -> dict[str, str]:
        """All headers but the key's."""
        said = {"Accept": "application/x-ndjson" if self.takes_lines else "application/json"}
        if self.json is not None:
            said["Content-Type"] = "application/json"
        if self.lines is not None:
            said["Content-Type"] = "application/x-ndjson"
        if self.as_person is not None:
            said["X-Beseda-As"] = quote(id_text(self.as_person), safe="")
        if self.repeat_key is not None:
            said["Idempotency-Key"] = self.repeat_key
        return said

    def content(self) -> bytes | None:
        """The body."""
        if self.lines is not None:
            return b"".join(_json(line) + b"\n" for line in self.lines)
        return None if self.json is None else _json(self.json)

    def answered(self, answer: httpx.Response) -> R:
        """What the answer means: what was asked for, or a refusal, which is raised."""
        if answer.is_success:
            return self.read(self._body(answer))
        if answer.status_code < 400:
            where = answer.headers.get("Location", "nowhere")
            raise UnexpectedAnswer(f"{self.name}: {answer.status_code} to {where}. Is the client's url right?")
        said = _problem(answer)
        if "code" not in said and answer.status_code not in SAID_BY_PROXIES and answer.status_code < 500:
            detail = said.get("detail", "in words that are not Beseda's")
            raise UnexpectedAnswer(f"{self.name}: {answer.status_code} without a code, {detail!r}. Is the url right?")
        raise refusal(answer.status_code, said, _seconds(answer.headers.get("Retry-After")))

    def _body(self, answer: httpx.Response) -> Any:
        if answer.status_code == 204:
            return None
        try:
            if self.takes_lines:
                # Not `splitlines`: a text may hold what Unicode calls the end of a line, too.
                return [json.loads(line) for line in answer.text.split("\n") if line]
            return answer.json()
        except ValueError:
            media = answer.headers.get("Content-Type", "nothing that says what it is")
        raise UnexpectedAnswer(f"{self.name}: {answer.status_code} with {media} that is no JSON. Is the url right?")


def no_answer(call: Call[Any], error: httpx.TransportError, timeouts: Timeouts) -> NoAnswer:
    """Why there was no answer, in our words: httpx's own error holds the request, and with it the key."""
    times = {
        httpx.ConnectTimeout: "connect_seconds",
        httpx.ReadTimeout: "read_seconds",
        httpx.WriteTimeout: "write_seconds",
        httpx.PoolTimeout: "pool_seconds",
    }
    for of_httpx, what in times.items():
        if isinstance(error, of_httpx):
            return TimedOut(what, getattr(timeouts, what), call.name)
    return NoAnswer(f"{call.name}: {type(error).__name__}: {error}")


class Sends(Protocol):
    """The client that waits."""

    def send(self, call: Call[R]) -> R: ...


class SendsLater(Protocol):
    """The client that is awaited."""

    async def send(self, call: Call[R]) -> R: ...


class one(Generic[P, R]):  # noqa: N801 - it is written where a method is
    """A method of both clients that is one call, written once as a function that makes the call."""

    def __init__(self, make: Callable[P, Call[R]]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: Sends, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, client: SendsLater, owner: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> one[P, R]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        return _named(self.make, lambda *words, **said: client.send(self.make(*words, **said)))


class each(Generic[P, R]):  # noqa: N801
    """A method that walks a list to its end, page by page, while it is iterated."""

    def __init__(self, make: Callable[P, Call[tuple[list[R], str | None]]]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: Sends, owner: type) -> Callable[P, Iterator[R]]: ...
    @overload
    def __get__(self, client: SendsLater, owner: type) -> Callable[P, AsyncIterator[R]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> each[P, R]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        walk = _walk_later if _is_awaited(client) else _walk
        return _named(self.make, lambda *words, **said: walk(client, self.make(*words, **said)))


class many(Generic[R]):  # noqa: N801
    """A method that sends any number of objects, so many to a call, and gives a line for each, in their order."""

    def __init__(self, make: Callable[[Sequence[Mapping[str, Any]]], Call[list[R]]]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: Sends, owner: type) -> Callable[[Iterable[Mapping[str, Any]]], list[R]]: ...
    @overload
    def __get__(
        self, client: SendsLater, owner: type
    ) -> Callable[[Iterable[Mapping[str, Any]]], Coroutine[Any, Any, list[R]]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> many[R]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        def put(rows: Iterable[Mapping[str, Any]]) -> list[R]:
            return [line for part in _parts(rows) for line in client.send(self.make(part))]

        async def put_later(rows: Iterable[Mapping[str, Any]]) -> list[R]:
            return [line for part in _parts(rows) for line in await client.send(self.make(part))]

        return _named(self.make, put_later if _is_awaited(client) else put)


def _walk(client: Sends, call: Call[tuple[list[R], str | None]]) -> Iterator[R]:
    cursor: str | None = ""
    while cursor is not None:
        items, cursor = client.send(call)
        yield from items
        call = _page(call, cursor)


async def _walk_later(client: SendsLater, call: Call[tuple[list[R], str | None]]) -> AsyncIterator[R]:
    cursor: str | None = ""
    while cursor is not None:
        items, cursor = await client.send(call)
        for item in items:
            yield item
        call = _page(call, cursor)


def _page(call: Call[R], cursor: str | None) -> Call[R]:
    return replace(call, query={**call.query, "cursor": cursor or ""})


def _parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    rest = iter(rows)
    while part := list(islice(rest, BULK_ROWS)):
        yield part


def _is_awaited(client: Any) -> bool:
    return inspect.iscoroutinefunction(client.send)


def _named(make: Callable[..., Any], method: Callable[..., Any]) -> Callable[..., Any]:
    return functools.wraps(make)(method)


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    """What an error's body says. A page of another server's says nothing."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    return said if isinstance(said, Mapping) else {}


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isascii() and header.isdigit() else None
