"""The application's own signed token, by which a page of its comes into the chat: docs/operating/identity.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from beseda_client.ids import Id, id_text

SECRET_BYTES = 32
"""How long a secret is, at least."""


def mint_token(
    secret: str | bytes,
    person: Id,
    *,
    seconds: int = 300,
    issuer: str | None = None,
    audience: str | None = None,
    rooms: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.time,
    **claims: Any,
) -> str:
    """A token that is good for so many seconds. `rooms` are those that it lets its bearer into, as in
    `{"order:17": "member"}`; `claims` say what others see: `first_name`, `last_name` or `name`, `email`, `role`. None
    is left out."""
    key = secret.encode() if isinstance(secret, str) else secret
    if len(key) < SECRET_BYTES:
        raise ValueError(f"a secret has at least {SECRET_BYTES} bytes: `openssl rand -hex 32` prints one")
    if seconds < 1:
        raise ValueError("a token is good for a second at least")
    # Without `iat`, whoever was shut out and let in again would be refused.
    now = int(clock())
    said = {"iss": issuer, "aud": audience, "rooms": None if rooms is None else dict(rooms), **claims}
    said |= {"sub": id_text(person), "iat": now, "exp": now + seconds}
    parts = ({"alg": "HS256", "typ": "JWT"}, {name: value for name, value in said.items() if value is not None})
    signed = b".".join(_base64(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()) for part in parts)
    return b".".join((signed, _base64(hmac.new(key, signed, hashlib.sha256).digest()))).decode()


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
