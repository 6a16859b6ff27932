"""How often and when something is asked again, and how long an answer is waited for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from beseda_client.errors import BesedaError, NoAnswer, Refused, Throttled, Unavailable


@dataclass(frozen=True)
class Timeouts:
    """How long each part of a call may take, in seconds."""

    connect_seconds: float = 5.0
    """To reach the server."""
    read_seconds: float = 30.0
    """For the next bytes of an answer."""
    write_seconds: float = 30.0
    """For the next bytes of what is asked."""
    pool_seconds: float = 30.0
    """For a connection, where all of the client's are taken."""


@dataclass(frozen=True)
class Retries:
    """What may be repeated is asked again after 429, 502, 503 and 504, and where no answer came. The pauses are drawn
    evenly from nothing to a length that doubles, so that many who were cut off together do not come back together."""

    tries: int = 5
    """How often at most, the first time included."""
    first_seconds: float = 0.5
    """The longest first pause."""
    most_seconds: float = 30.0
    """The longest pause of all. A server that asks for a longer one is taken at its word: the call fails."""
    draw: Callable[[], float] = field(default=random.random, repr=False)
    """A number from 0 to 1."""

    def jittered(self, failed: int) -> float:
        """The pause after so many failures, in seconds."""
        return self.draw() * min(self.most_seconds, self.first_seconds * 2.0 ** min(failed - 1, 32))

    def pause(self, error: BesedaError, failed: int) -> float | None:
        """How long to wait after an error that is the `failed`th of its call; `None`: it is the last one."""
        if failed >= self.tries or not isinstance(error, NoAnswer | Throttled | Unavailable):
            return None
        asked = error.retry_after if isinstance(error, Refused) else None
        if asked is None:
            return self.jittered(failed)
        return asked + self.jittered(failed) if asked <= self.most_seconds else None
