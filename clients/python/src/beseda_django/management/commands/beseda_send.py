"""`manage.py beseda_send`: the worker that keeps promises."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connections

from beseda_django.outbox import Outbox, log


class Command(BaseCommand):
    """Runs until it is stopped, or with `--once` until nothing is due."""

    help = "Tells the chat what was promised to it, in order, also what could not be told before."

    def add_arguments(self, parser: CommandParser) -> None:
        """What it takes."""
        parser.add_argument("--once", action="store_true", help="try what is due, and end; 1 if something is left")
        parser.add_argument("--again", action="store_true", help="first let those be tried again that were given up")
        parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="how often to look (1)")
        parser.add_argument("--database", default="default", help="the database whose promises they are (default)")

    def handle(self, *, once: bool, again: bool, every: float, database: str, **_: Any) -> None:
        """Does it."""
        outbox = Outbox(database)
        if again:
            self.stdout.write(f"{outbox.again()} to be tried again")
        if once:
            self._once(outbox)
            return
        stopped = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopped.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        while not stopped.is_set():
            try:
                outbox.deliver()
            except (InterfaceError, OperationalError) as error:
                # The database is away; it is asked over a new connection the next time.
                log.warning("promises cannot be looked up: %s", error)
                connections[database].close()
            stopped.wait(every)

    def _once(self, outbox: Outbox) -> None:
        done = outbox.deliver()
        waiting, over = outbox.waiting().count(), outbox.given_up().count()
        told = f"{done.taken} taken, {waiting} waiting, {over} given up"
        if waiting:
            last = outbox.waiting().exclude(said="").order_by("id").first()
            raise CommandError(f"{told}: {last.said if last else 'somebody else is trying them'}")
        self.stdout.write(told)
