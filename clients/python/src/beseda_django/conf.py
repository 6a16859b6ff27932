"""`settings.BESEDA`: what it holds, and what is said of one that cannot be."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.module_loading import import_string

from beseda_client.client import Key, server_address
from beseda_client.tokens import SECRET_BYTES

Rooms = Callable[[HttpRequest], Mapping[str, str]]

KNOWN: dict[str, type] = {
    "URL": str,
    "KEY": str,
    "SECRET": str,
    "PUBLIC_URL": str,
    "ISSUER": str,
    "AUDIENCE": str,
    "TOKEN_SECONDS": int,
    "ROOMS": str,
    "AT_ONCE": bool,
}


@dataclass(frozen=True)
class Settings:
    """What `BESEDA` says."""

    url: str
    """Where this application reaches the server."""
    public_url: str
    """Where browsers reach it."""
    issuer: str | None
    audience: str | None
    token_seconds: int
    at_once: bool
    """Whether a promise is tried as soon as its transaction is over, before the worker comes by."""
    rooms_path: str | None
    key_said: str = field(repr=False)
    secret_said: str = field(repr=False)

    @property
    def key(self) -> str:
        """The API key."""
        return _there("KEY", self.key_said, "`beseda key create NAME --scope people,orders,groups,rooms` prints one")

    @property
    def secret(self) -> str:
        """What tokens are signed with."""
        return _there("SECRET", self.secret_said, "it stands in the server's `secret_file`, too")

    def rooms(self, request: HttpRequest) -> Mapping[str, str]:
        """The rooms that a request's person is let into by their token."""
        if self.rooms_path is None:
            return {}
        rooms: Rooms = import_string(self.rooms_path)
        return rooms(request)


def beseda() -> Settings:
    """The settings as they are. `ImproperlyConfigured` says what is wrong with them, and never what they hold."""
    said = getattr(settings, "BESEDA", None)
    if not isinstance(said, Mapping):
        raise ImproperlyConfigured(
            'settings.BESEDA is missing: {"URL": "https://chat.shop.example", "KEY": …, "SECRET": …}'
        )
    _check_names(said)
    url = _address("URL", said.get("URL", ""))
    seconds = said.get("TOKEN_SECONDS", 300)
    if not 1 <= seconds <= 86_400:
        raise ImproperlyConfigured(
            "BESEDA['TOKEN_SECONDS'] is between 1 and 86400; 300 are plenty, for pages ask again"
        )
    return Settings(
        url=url,
        public_url=_address("PUBLIC_URL", said["PUBLIC_URL"]) if "PUBLIC_URL" in said else url,
        issuer=said.get("ISSUER"),
        audience=said.get("AUDIENCE"),
        token_seconds=seconds,
        at_once=said.get("AT_ONCE", True),
        rooms_path=said.get("ROOMS"),
        key_said=_key(said.get("KEY", "")),
        secret_said=_secret(said.get("SECRET", "")),
    )


def is_local(url: str) -> bool:
    """Whether an address is on this machine or in a network of its own, where nobody else listens."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.") or "." not in host


def _check_names(said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        if name not in KNOWN:
            near = difflib.get_close_matches(str(name).upper(), KNOWN, n=1, cutoff=0)
            raise ImproperlyConfigured(f"BESEDA[{name!r}] is not known; did you mean {near[0]!r}?")
        kind = KNOWN[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            told = f"BESEDA[{name!r}] is of type {kind.__name__}, and not {type(value).__name__}"
            raise ImproperlyConfigured(told)


def _address(name: str, url: str) -> str:
    try:
        return server_address(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"BESEDA[{name!r}]: {error}") from None


def _key(key: str) -> str:
    if key:
        try:
            Key(key)
        except ValueError as error:
            raise ImproperlyConfigured(f"BESEDA['KEY']: {error}") from None
    return key


def _secret(secret: str) -> str:
    if secret and len(secret.encode()) < SECRET_BYTES:
        raise ImproperlyConfigured(
            f"BESEDA['SECRET'] has fewer than {SECRET_BYTES} bytes: `openssl rand -hex 32` prints one"
        )
    return secret


def _there(name: str, value: str, whence: str) -> str:
    if not value:
        raise ImproperlyConfigured(f"BESEDA[{name!r}] is missing: {whence}")
    return value
