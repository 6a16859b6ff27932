"""What can go wrong with a call, one exception for each class of refusal. None of them holds the key or a body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class BesedaError(Exception):
    """Whatever goes wrong here."""


class NoAnswer(BesedaError):
    """The server was not reached, or did not answer: what was asked may have been done or not."""


class TimedOut(NoAnswer):
    """A time was over: `what` names it as `Timeouts` does, or as the command of a bot that was not answered."""

    def __init__(self, what: str, seconds: float, asked: str) -> None:
        super().__init__(f"{asked}: {what} of {seconds:g} s is over")
        self.what, self.seconds, self._asked = what, seconds, asked

    def __reduce__(self) -> tuple[Any, ...]:
        """An error travels between processes, as Celery sends it."""
        return type(self), (self.what, self.seconds, self._asked)


class UnexpectedAnswer(BesedaError):
    """Something answered that does not speak as Beseda does: mostly another server under this address."""


class Refused(BesedaError):
    """The server said no. `code` is for programs, `detail` a sentence, `errors` says which fields are wrong and why."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Mapping[str, Sequence[str]] | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        fields = [f"{name}: {' '.join(map(str, why))}" for name, why in (errors or {}).items()]
        super().__init__(f"{status} {code}: {detail}" + (f" ({'; '.join(fields)})" if fields else ""))
        self.status, self.code, self.detail = status, code, detail
        self.errors: dict[str, list[str]] = {name: list(why) for name, why in (errors or {}).items()}
        self.retry_after, self.request_id = retry_after, request_id

    def __reduce__(self) -> tuple[Any, ...]:
        """See `TimedOut`."""
        said = (self.status, self.code, self.detail, self.errors, self.retry_after, self.request_id)
        return type(self), said


class Invalid(Refused):
    """400: what was said is wrong; `errors` names the fields."""


class NotAuthenticated(Refused):
    """401: the key is unknown or revoked."""


class NotAllowed(Refused):
    """403: the key lacks a scope, or the person may not."""


class NotFound(Refused):
    """404: there is no such thing, or not for who asks."""


class Conflict(Refused):
    """409: something stands in the way, as another person with the same e-mail."""


class TooLarge(Refused):
    """413: more than a limit allows."""


class UnsupportedMedia(Refused):
    """415: a kind of body or file that is not taken."""


class Throttled(Refused):
    """429: too much at once; `retry_after` says when there is room again, in seconds."""


class ServerFault(Refused):
    """5xx: not the caller's mistake. `request_id` finds the line in the server's log."""


class Unavailable(ServerFault):
    """502, 503, 504: not now; `retry_after` says when, where the server knows."""


CLASSES: dict[int, type[Refused]] = {
    400: Invalid,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: UnsupportedMedia,
    429: Throttled,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def refusal(status: int, said: Mapping[str, Any], retry_after: float | None = None) -> Refused:
    """The exception for a status, and for what a problem's body says."""
    of_status = CLASSES.get(status, ServerFault if status >= 500 else Refused)
    errors = said.get("errors")
    return of_status(
        status,
        str(said.get("code") or "unknown"),
        str(said.get("detail") or "no reason was given"),
        errors if isinstance(errors, Mapping) else None,
        retry_after,
        said.get("request_id"),
    )
