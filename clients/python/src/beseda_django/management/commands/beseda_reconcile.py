"""`manage.py beseda_reconcile`: compares what the chat knows with what there is, and repairs it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from beseda_django.outbox import Outbox, client
from beseda_django.reconcile import Found, reconcile


class Command(BaseCommand):
    """Through the lists of the chat and the models that it follows."""

    help = "Compares people, orders, groups and rooms of the chat with those of this application, and repairs the chat."

    def add_arguments(self, parser: CommandParser) -> None:
        """What it takes."""
        parser.add_argument("--dry-run", action="store_true", help="say what is different, and change nothing")
        parser.add_argument("--delete", action="store_true", help="also delete there what is not here")
        parser.add_argument("--database", default="default", help="the database whose objects they are (default)")

    def handle(self, *, dry_run: bool, delete: bool, database: str, verbosity: int, **_: Any) -> None:
        """Does it."""
        counts = {"missing": 0, "different": 0, "extra": 0}

        def found(one: Found) -> None:
            counts[one.how] += 1
            if verbosity > 0:
                fields = f" ({', '.join(one.fields)})" if one.fields else ""
                self.stdout.write(f"{one.how}: {one.what} {one.name}{fields}")

        reconcile(client(), database, found, repair=not dry_run, delete=delete and not dry_run)
        self.stdout.write(", ".join(f"{count} {how}" for how, count in counts.items()))
        if not dry_run:
            done = Outbox(database).deliver()
            self.stdout.write(f"{done.taken} taken, {Outbox(database).waiting().count()} waiting")
