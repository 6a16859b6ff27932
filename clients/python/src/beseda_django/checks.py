"""What `manage.py check` says of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Warned
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils.module_loading import import_string

from beseda_django.conf import beseda, is_local
from beseda_django.kept import kept
from beseda_django.models import Promise


def check_settings(**_: Any) -> list[CheckMessage]:
    """Whether `settings.BESEDA` can be used."""
    try:
        said = beseda()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="beseda.E001")]
    found: list[CheckMessage] = []
    if kept and not said.key_said:
        told = "The chat is to follow models, and BESEDA['KEY'] is missing: nothing can be told to it."
        found.append(Error(told, id="beseda.E002"))
    if said.rooms_path is not None:
        try:
            import_string(said.rooms_path)
        except ImportError as error:
            found.append(Error(f"BESEDA['ROOMS'] cannot be imported: {error}", id="beseda.E003"))
    if said.url.startswith("http://") and not is_local(said.url):
        hint = "Use https://, or an address in the network of the application and the server alone."
        found.append(Warned("The API key crosses the network in the clear.", hint=hint, id="beseda.W001"))
    return found


def check_outbox(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether the server has refused something for good: `manage.py check --database default`."""
    found: list[CheckMessage] = []
    for using in databases or ():
        try:
            over = Promise.objects.using(using).exclude(given_up_at=None).order_by("id")
            count, first = over.count(), over.first()
        except DatabaseError:
            # Before `migrate` there is no table.
            continue
        if first is not None:
            told = f"The server has refused {count} promises for good, first {first}: {first.said}"
            hint = "Mend the cause, and then: manage.py beseda_send --again"
            found.append(Warned(told, hint=hint, id="beseda.W002"))
    return found
