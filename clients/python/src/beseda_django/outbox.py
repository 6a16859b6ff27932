"""Promises: written in the transaction of what they are about, kept in order, each taken once.

A PUT may be repeated, and a POST has its `client_id` from the start: what is sent again after a crash or a lost answer
is the same. Of what is about one thing the oldest goes first, and the next one waits until it is taken or given up.
"""

from __future__ import annotations

import functools
import logging
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from beseda_client import (
    BesedaError,
    Client,
    NotAllowed,
    NotAuthenticated,
    Refused,
    Retries,
    ServerFault,
    Throttled,
    Timeouts,
)
from beseda_client.call import Call
from beseda_client.read import nothing
from beseda_django.conf import Settings, beseda
from beseda_django.models import Promise

log = logging.getLogger("beseda_django")

LEASE = timedelta(seconds=60)
"""How long a try may take: longer than all its timeouts together. After a crash it is tried again then."""
TIMEOUTS = Timeouts(connect_seconds=2, read_seconds=10, write_seconds=10, pool_seconds=2)
REFUSALS = 12
"""How often a promise is refused until it is given up: within about an hour. It may be refused for what comes later, as
an order whose client is not there yet."""
PAUSES = {True: Retries(first_seconds=2, most_seconds=900), False: Retries(first_seconds=1, most_seconds=30)}
"""The pauses of what was refused, and those while nothing gets through: soon after the server is back all is told."""
REST_SECONDS = 10.0
"""How long nobody of this process tries at once after a server that was not there: the worker does."""
AT_ONCE = 20
"""How many promises about one thing are tried at once, before the worker has the rest."""
HEADS = 200
"""How many promises are looked up at a time."""


@dataclass
class Round:
    """What came of trying."""

    taken: int = 0
    refused: int = 0
    away: BesedaError | None = None
    """Why nothing gets through, whatever it is about."""


def promise(subject: str, call: Call[Any], *, using: str | None = None) -> Promise:
    """Promises a call, within the transaction that is open, and has it tried as soon as that is over."""
    using = using or router.db_for_write(Promise)
    kept: Promise = Promise.objects.using(using).create(
        subject=subject, method=call.method, path=call.path, body=call.json, repeat_key=call.repeat_key
    )
    if beseda().at_once:
        transaction.on_commit(functools.partial(_at_once, subject, using), using=using)
    return kept


def deliver(*, using: str | None = None) -> Round:
    """Tries all that is due. For a Celery task, a cron job, or whatever else comes by regularly."""
    return Outbox(using or router.db_for_write(Promise)).deliver()


class Outbox:
    """The promises of one database, and the client that makes their calls."""

    def __init__(
        self,
        using: str,
        client: Client | None = None,
        now: Callable[[], datetime] = timezone.now,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.using, self.now = using, now
        self.client = client or sender()
        self.pauses = {about_this: replace(pauses, draw=draw) for about_this, pauses in PAUSES.items()}

    def deliver(self, subject: str | None = None, most: int | None = None) -> Round:
        """Tries what is due, of one subject or of all, until nothing is, or until the server is away."""
        done = Round()
        while heads := list(self._heads(subject)[:HEADS]):
            for head in heads:
                if most is not None and done.taken + done.refused >= most:
                    return done
                if self._take(head):
                    self._try(head, done)
                if done.away is not None:
                    return done
        return done

    def waiting(self) -> QuerySet[Promise]:
        """All that are still to be tried."""
        return self._all().filter(given_up_at=None)

    def given_up(self) -> QuerySet[Promise]:
        """All that are tried no more."""
        return self._all().exclude(given_up_at=None)

    def again(self) -> int:
        """Has those tried again that were given up; how many."""
        return self.given_up().update(given_up_at=None, tries=0, due_at=self.now())

    def _all(self) -> QuerySet[Promise]:
        promises: QuerySet[Promise] = Promise.objects.using(self.using)
        return promises

    def _heads(self, subject: str | None) -> QuerySet[Promise]:
        """The oldest of each subject, where it is due."""
        earlier = self.waiting().filter(subject=OuterRef("subject"), id__lt=OuterRef("id"))
        heads = self.waiting().filter(~Exists(earlier), due_at__lte=self.now())
        return (heads if subject is None else heads.filter(subject=subject)).order_by("id")

    def _take(self, head: Promise) -> bool:
        """Whether it is ours to try: of all who saw it due at this time, one can move it on."""
        same = self._all().filter(pk=head.pk, due_at=head.due_at, given_up_at=None)
        head.due_at = self.now() + LEASE
        return same.update(due_at=head.due_at) == 1

    def _try(self, head: Promise, done: Round) -> None:
        if self._is_covered(head):
            self._over(head)
            return
        try:
            self.client.send(Call(head.method, head.path, nothing, json=head.body, repeat_key=head.repeat_key))
        except BesedaError as error:
            self._failed(head, error, done)
        else:
            self._over(head)
            done.taken += 1
            log.info("told the server: %s", head)

    def _is_covered(self, head: Promise) -> bool:
        """Whether the next promise about the same thing says all that this one does: this one need not be kept then."""
        later = self.waiting().filter(subject=head.subject, id__gt=head.pk).order_by("id").first()
        if later is None or later.path != head.path or head.method != "PUT":
            return False
        if later.method == "DELETE":
            return True
        return later.method == "PUT" and (head.body or {}).keys() <= (later.body or {}).keys()

    def _over(self, head: Promise) -> None:
        self._all().filter(pk=head.pk).delete()

    def _failed(self, head: Promise, error: BesedaError, done: Round) -> None:
        tries, said, now = head.tries + 1, str(error)[:500], self.now()
        pauses = self.pauses[is_about_this(error)]
        pause, given_up_at = pauses.jittered(tries), None
        if is_about_this(error):
            done.refused += 1
            # Not at once again, whatever was drawn: what it waits for takes a moment to come.
            pause += pauses.first_seconds
            if tries >= REFUSALS:
                given_up_at = now
                log.error("given up after %s tries: %s: %s", tries, head, said)
        else:
            done.away = error
            pause = max(pause, getattr(error, "retry_after", None) or 0.0)
            log.warning("the server cannot be told of %s yet: %s", head, said)
        self._all().filter(pk=head.pk).update(
            tries=tries, said=said, given_up_at=given_up_at, due_at=now + timedelta(seconds=pause)
        )


def is_about_this(error: BesedaError) -> bool:
    """Whether the server refused this one call. All else would keep any call from being taken: a server that is away or
    busy, a key that is wrong, another server under its address."""
    return isinstance(error, Refused) and not isinstance(error, Throttled | ServerFault | NotAuthenticated | NotAllowed)


def client() -> Client:
    """The server, for calls that are to be answered now. Of promises there is no need to wait for anything."""
    return _client(os.getpid(), beseda(), "patient")


def sender() -> Client:
    """The client of promises: each try is one call, for a pause is another try."""
    return _client(os.getpid(), beseda(), "sender")


@functools.lru_cache(maxsize=4)
def _client(_process: int, said: Settings, kind: str) -> Client:
    # A process that was forked has none of its parent's connections.
    if kind == "patient":
        return Client(said.url, key=said.key)
    return Client(said.url, key=said.key, timeouts=TIMEOUTS, retries=Retries(tries=1))


class Rest:
    """Whether it is worth trying at once: not for a while after a server that was away."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.until = clock, float("-inf")

    def is_over(self) -> bool:
        """Whether it may be tried again."""
        return self.clock() >= self.until

    def begin(self) -> None:
        """The server was away just now."""
        self.until = self.clock() + REST_SECONDS


rest = Rest()


def _at_once(subject: str, using: str) -> None:
    """Whatever goes wrong here is no mistake of what was just saved: the promise stands, and the worker keeps it."""
    if not rest.is_over():
        return
    try:
        done = Outbox(using).deliver(subject, AT_ONCE)
    except Exception:
        log.exception("a promise about %s was not tried at once", subject)
        return
    if done.away is not None:
        rest.begin()
