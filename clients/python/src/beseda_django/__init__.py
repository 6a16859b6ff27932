"""The chat of a Django project: its people, orders and rooms are told to Beseda, also after it was down.

`"beseda_django"` in INSTALLED_APPS, `settings.BESEDA`, and in an app's `beseda.py` what the chat follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beseda_django.kept import group_of, order_of, person_of, room_of, sync_object
    from beseda_django.outbox import client, deliver
    from beseda_django.sync import (
        forget_group,
        forget_order,
        forget_person,
        forget_room,
        say,
        sync_group,
        sync_order,
        sync_person,
        sync_room,
    )

__all__ = [
    "client",
    "deliver",
    "forget_group",
    "forget_order",
    "forget_person",
    "forget_room",
    "group_of",
    "order_of",
    "person_of",
    "room_of",
    "say",
    "sync_group",
    "sync_object",
    "sync_order",
    "sync_person",
    "sync_room",
]

_WHERE = {"client": "outbox", "deliver": "outbox", "say": "sync", "sync_object": "kept"}


def __getattr__(name: str) -> Any:
    # Django imports this before its models can be: what needs them is fetched when it is asked for.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    where = _WHERE.get(name) or ("kept" if name.endswith("_of") else "sync")
    return getattr(import_module(f"beseda_django.{where}"), name)
