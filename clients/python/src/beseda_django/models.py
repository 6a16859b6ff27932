"""The outbox: what the server is still to be told, kept with what it is about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.timezone import now


class Promise(models.Model):
    """A call that will be made. It is gone once the server has taken it."""

    subject = models.CharField(max_length=700)
    """What it is about, `order:17`: what is about the same is told in its order."""
    method = models.CharField(max_length=8)
    path = models.TextField()
    body = models.JSONField(null=True)
    repeat_key = models.CharField(max_length=128, null=True)  # noqa: DJ001 - none is something else than an empty one
    """What makes a repeated POST the same one."""
    made_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(default=now)
    """When it is to be tried. Whoever tries it moves this on first, so that nobody else does at the same time."""
    tries = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=500, default="")
    """Why it was not taken the last time."""
    given_up_at = models.DateTimeField(null=True)
    """When the server had refused it so often that it is tried no more; `beseda_send --again` tries it again."""

    class Meta:
        """Found by what it is about, in the order in which it was made."""

        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="beseda_promise_subject"),
            models.Index(fields=["given_up_at", "due_at"], name="beseda_promise_due"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.subject}"
