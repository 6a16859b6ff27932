"""What is different between the chat and the models that it follows, found by its lists, and repaired by promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Model

from beseda_client import Client
from beseda_client.calls import IDS
from beseda_client.ids import id_text
from beseda_django.kept import FORGET, Kept, kept

BATCH = 500
"""How many objects are compared at a time."""
UNTOLD = ("password",)
"""What no list tells."""


@dataclass(frozen=True)
class Found:
    """Something that is not there as it is here: `missing`, `different` or `extra`."""

    how: str
    what: str
    name: str
    fields: tuple[str, ...] = ()


def reconcile(
    client: Client, using: str, found: Callable[[Found], None], *, repair: bool = True, delete: bool = False
) -> None:
    """Walks the chat's lists and the models. People go first: orders, groups and rooms name them."""
    for what in ("person", "order", "group", "room"):
        followed = [one for one in kept if one.what == what]
        if followed:
            _Walk(client, using, found, repair, delete, what, followed).run()


@dataclass
class _Walk:
    """One kind of things."""

    client: Client
    using: str
    found: Callable[[Found], None]
    repair: bool
    delete: bool
    what: str
    followed: list[Kept]

    def run(self) -> None:
        seen: set[str] = set()
        for batch in _batches(self._listed()):
            listed = {name: there for name, there in batch if self._is_ours(name)}
            seen.update(listed)
            self._compare(listed)
        for one in self.followed:
            for thing in one.model._base_manager.using(self.using).order_by("pk").iterator(BATCH):
                name = str(one.name(thing))
                if name not in seen and one.says(thing) is not None:
                    self.found(Found("missing", self.what, name))
                    self._tell(one, thing)

    def _listed(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        lists: dict[str, Callable[[], Iterator[Any]]] = {
            "person": self.client.list_people,
            "order": self.client.list_orders,
            "group": self.client.list_groups,
            "room": self.client.list_rooms,
        }
        for there in lists[self.what]():
            yield (there["key"] if self.what == "room" else there["id"]), there

    def _is_ours(self, name: str) -> bool:
        """Of rooms, those whose kinds are followed; what a visitor or two people opened is nobody's mistake."""
        return self.what != "room" or any(name.partition(":")[0] == one.kind for one in self.followed)

    def _compare(self, listed: dict[str, Mapping[str, Any]]) -> None:
        extra = dict(listed)
        for one in self.followed:
            for thing in one.by_names(listed, self.using):
                name = str(one.name(thing))
                said = one.says(thing)
                if said is None or extra.pop(name, None) is None:
                    continue
                fields = different(said, self._whole(name, said, listed[name]))
                if fields:
                    self.found(Found("different", self.what, name, fields))
                    self._tell(one, thing)
        for name in extra:
            self.found(Found("extra", self.what, name))
            if self.delete:
                FORGET[self.what](name, using=self.using)

    def _whole(self, name: str, said: Mapping[str, Any], there: Mapping[str, Any]) -> Mapping[str, Any]:
        """A room with all its members: its object has the first ones."""
        if (
            self.what != "room"
            or "members" not in said
            or len(there.get("members", ())) >= there.get("member_count", 0)
        ):
            return there
        return {**there, "members": list(self.client.list_members(name))}

    def _tell(self, one: Kept, thing: Model) -> None:
        if not self.repair:
            return
        # What was read may be old by now, and a promise that was made meanwhile is newer than that.
        with transaction.atomic(using=self.using):
            now = one.model._base_manager.using(self.using).select_for_update().filter(pk=thing.pk).first()
            if now is not None:
                one.tell(now, self.using)


def different(said: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which what is there is not as it is said. What is not told is not compared."""
    told = (name for name in said if name in there and name not in UNTOLD)
    return tuple(sorted(name for name in told if _plain(name, said[name]) != _plain(name, there[name])))


def _plain(name: str, value: Any) -> Any:
    """A field so that the same is equal, whoever says it: nothing and an empty text, and ids in any order."""
    if name == "role":
        return value or "user"
    if name in IDS and isinstance(value, list | tuple | set | frozenset):
        return sorted(_member(one) for one in value)
    if value is None or value == "":
        return None
    if name in IDS:
        return id_text(value)
    return json.loads(json.dumps(value, default=str))


def _member(one: Any) -> str:
    if isinstance(one, Mapping):
        return id_text(one["id"] if "id" in one else one["person"]["id"])
    return id_text(one)


def _batches(listed: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    rest = iter(listed)
    while batch := list(islice(rest, BATCH)):
        yield batch
