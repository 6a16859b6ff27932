"""What a bot says and waits to have answered: kept until it is, so that it can be said again over another link."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from beseda_client.errors import BesedaError, Refused, refusal

STATUSES = {
    "invalid": 400,
    "parse_error": 400,
    "not_authenticated": 401,
    "token_not_valid": 401,
    "api_key_not_valid": 401,
    "user_inactive": 401,
    "permission_denied": 403,
    "wrong_scope": 403,
    "not_allowed": 403,
    "not_author": 403,
    "room_closed": 403,
    "edit_too_late": 403,
    "blocked": 403,
    "person_required": 403,
    "not_found": 404,
    "no_such_room": 404,
    "no_such_message": 404,
    "no_such_file": 404,
    "erased": 409,
    "too_many_reactions": 409,
    "name_taken": 409,
    "too_large": 413,
    "throttled": 429,
    "server_error": 500,
    "unavailable": 503,
}
"""The status that a call would have had. A `refused` frame has the same `code`, and no status."""


class Commands:
    """Those that are not answered yet, in the order in which they were given."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[dict[str, Any], asyncio.Future[dict[str, Any]]]] = {}
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, frame: Mapping[str, Any]) -> tuple[dict[str, Any], asyncio.Future[dict[str, Any]]]:
        """A command, and its answer."""
        self._count += 1
        said = {**frame, "ref": str(self._count)}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[said["ref"]] = said, answer
        return said, answer

    def drop(self, said: Mapping[str, Any]) -> None:
        """Nobody waits for it any more."""
        self._waiting.pop(said["ref"], None)

    def frames(self) -> list[dict[str, Any]]:
        """All of them, to be said again. Each does twice what it does once."""
        return [said for said, _ in self._waiting.values()]

    def answered(self, frame: Mapping[str, Any]) -> bool:
        """Whether a frame answers one of them."""
        found = self._waiting.pop(str(frame.get("ref")), None)
        if found is None:
            return False
        answer = found[1]
        if not answer.done():
            if frame["type"] == "refused":
                answer.set_exception(refused(frame))
            else:
                answer.set_result(dict(frame))
        return True

    def fail(self, error: BesedaError) -> None:
        """None of them will be answered."""
        for _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error)
        self._waiting.clear()


def refused(frame: Mapping[str, Any]) -> Refused:
    """The exception that a `refused` frame is."""
    return refusal(STATUSES.get(str(frame.get("code")), 400), frame, frame.get("retry_after"))
