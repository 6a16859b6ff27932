"""The two clients: they differ in how they wait, and in nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
import httpx

from beseda_client.call import Call, no_answer
from beseda_client.calls import Calls
from beseda_client.errors import BesedaError, Refused
from beseda_client.retries import Retries, Timeouts

R = TypeVar("R")


class Key(httpx.Auth):
    """An API key, which shows itself to the server alone."""

    def __init__(self, key: str) -> None:
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("this is no API key: `beseda key create NAME --scope …` prints one, beginning with bsk_")
        self._header = f"Bearer {key}"

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return self._header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Proves who asks."""
        request.headers["Authorization"] = self._header
        yield request

    def __repr__(self) -> str:
        return "Key(…)"


def server_address(url: str) -> str:
    """The address of a server, without a slash at its end; a path before all others may belong to it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("the url of the server is like https://chat.shop.example, with a path where it has one")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the url of the server holds no name and no password: the key is what proves who asks")
    return url.rstrip("/")


class _Shared(Calls):
    """What both have."""

    def __init__(self, url: str, *, key: str, timeouts: Timeouts, retries: Retries) -> None:
        self._address, self._key = server_address(url), Key(key)
        self._timeouts, self._retries = timeouts, retries

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._address!r})"

    def _settings(self) -> dict[str, Any]:
        times = self._timeouts
        timeout = httpx.Timeout(
            connect=times.connect_seconds,
            read=times.read_seconds,
            write=times.write_seconds,
            pool=times.pool_seconds,
        )
        return {"auth": self._key, "timeout": timeout, "headers": {"User-Agent": "beseda-client"}}

    def _asked(self, call: Call[Any]) -> dict[str, Any]:
        return {
            "method": call.method,
            "url": self._address + call.path,
            "params": call.query or None,
            "headers": call.headers(),
            "content": call.content(),
        }

    def _pause(self, call: Call[Any], error: BesedaError, failed: int) -> float:
        """How long to wait until the call is made again. The error itself where it is not."""
        pause = self._retries.pause(error, failed) if call.is_repeatable else None
        if pause is None:
            raise error
        return pause


class Client(_Shared):
    """The server, as the application calls it with its key. To be kept and shared: it may be used by many threads."""

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - it never changes
        retries: Retries = Retries(),  # noqa: B008
        transport: httpx.BaseTransport | None = None,
        trust_env: bool = True,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(url, key=key, timeouts=timeouts, retries=retries)
        self._http = httpx.Client(**self._settings(), transport=transport, trust_env=trust_env)
        self._sleep = sleep

    def send(self, call: Call[R]) -> R:
        """Makes a call, again where it may be and has to be."""
        failed = 0
        while True:
            try:
                return call.answered(self._http.request(**self._asked(call)))
            except httpx.TransportError as cause:
                error: BesedaError = no_answer(call, cause, self._timeouts)
            except Refused as refused:
                error = refused
            failed += 1
            self._sleep(self._pause(call, error, failed))

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClient(_Shared):
    """The same, awaited."""

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeouts: Timeouts = Timeouts(),  # noqa: B008
        retries: Retries = Retries(),  # noqa: B008
        transport: httpx.AsyncBaseTransport | None = None,
        trust_env: bool = True,
        sleep: Callable[[float], Any] = anyio.sleep,
    ) -> None:
        super().__init__(url, key=key, timeouts=timeouts, retries=retries)
        self._http = httpx.AsyncClient(**self._settings(), transport=transport, trust_env=trust_env)
        self._sleep = sleep

    async def send(self, call: Call[R]) -> R:
        """Makes a call, again where it may be and has to be."""
        failed = 0
        while True:
            try:
                return call.answered(await self._http.request(**self._asked(call)))
            except httpx.TransportError as cause:
                error: BesedaError = no_answer(call, cause, self._timeouts)
            except Refused as refused:
                error = refused
            failed += 1
            await self._sleep(self._pause(call, error, failed))

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
