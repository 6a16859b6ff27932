"""Models that the chat follows: what is said of each, and the signals by which it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Model, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save

from beseda_client import Id, room_key
from beseda_django import sync

M = TypeVar("M", bound=Model)
Says = Callable[[M], Mapping[str, Any] | None]

PUT: dict[str, Callable[..., None]] = {
    "person": sync.sync_person,
    "order": sync.sync_order,
    "group": sync.sync_group,
    "room": sync.sync_room,
}
FORGET: dict[str, Callable[..., None]] = {
    "person": sync.forget_person,
    "order": sync.forget_order,
    "group": sync.forget_group,
    "room": sync.forget_room,
}

BIGGEST = 2**63
"""No database has such a number, and some fail where they are asked for one."""


@dataclass(frozen=True)
class Kept:
    """A model, what its objects are to the chat, and what is said of one. Nothing said: it has no place there."""

    what: str
    model: type[Model]
    says: Callable[[Any], Mapping[str, Any] | None] = field(repr=False)
    kind: str | None = None
    """The kind of its rooms."""
    id: str = "pk"
    """The field by which the chat calls it."""

    def name(self, thing: Model) -> Id:
        """What the chat calls an object: its id, or the key of its room."""
        id: Id = getattr(thing, self.id)
        return id if self.kind is None else room_key(self.kind, id)

    def tell(self, thing: Model, using: str | None = None) -> None:
        """Promises what is to be said of an object."""
        said = self.says(thing)
        if said is None:
            FORGET[self.what](self.name(thing), using=using)
        else:
            PUT[self.what](self.name(thing), using=using, **said)

    def forget(self, thing: Model, using: str | None = None) -> None:
        """Promises that an object is forgotten."""
        FORGET[self.what](self.name(thing), using=using)

    def by_names(self, names: Iterable[str], using: str | None = None) -> QuerySet[Model]:
        """The objects that the chat calls so."""
        column = self.model._meta.pk if self.id == "pk" else self.model._meta.get_field(self.id)
        ids = []
        for name in names:
            kind, _, id = name.partition(":") if self.kind is not None else (None, "", name)
            if kind == self.kind:
                try:
                    value = column.to_python(id)  # type: ignore[union-attr]
                except ValidationError:
                    # What can be no value of this field names none of its objects.
                    continue
                if not isinstance(value, int) or abs(value) < BIGGEST:
                    ids.append(value)
        found: QuerySet[Model] = self.model._base_manager.using(using).filter(**{f"{self.id}__in": ids})
        return found


kept: list[Kept] = []
"""All of them, in the order in which they were named."""


def person_of(model: type[M], *, id: str = "pk", watch: Sequence[str] = ()) -> Callable[[Says[M]], Says[M]]:
    """Has the chat follow a model of people by what the function says of one: what `sync_person` takes."""
    return lambda says: _keep(Kept("person", model, says, id=id), watch)


def order_of(model: type[M], *, id: str = "pk", watch: Sequence[str] = ()) -> Callable[[Says[M]], Says[M]]:
    """Has the chat follow a model of orders by what the function says of one: what `sync_order` takes."""
    return lambda says: _keep(Kept("order", model, says, id=id), watch)


def group_of(model: type[M], *, id: str = "pk", watch: Sequence[str] = ()) -> Callable[[Says[M]], Says[M]]:
    """Has the chat follow a model of groups by what the function says of one: what `sync_group` takes."""
    return lambda says: _keep(Kept("group", model, says, id=id), watch)


def room_of(model: type[M], *, kind: str, id: str = "pk", watch: Sequence[str] = ()) -> Callable[[Says[M]], Says[M]]:
    """Has a room `<kind>:<id>` for each object by what the function says of one: what `sync_room` takes. `watch` names
    the many-to-many fields that it reads."""
    return lambda says: _keep(Kept("room", model, says, kind, id), watch)


def sync_object(thing: Model, *, using: str | None = None) -> None:
    """Promises what is to be said of an object whose model is followed, where no signal came: after an
    `update()` or a `bulk_create()`."""
    followed = [one for one in kept if isinstance(thing, one.model)]
    if not followed:
        raise ImproperlyConfigured(f"the chat follows no {type(thing).__name__}: name it with order_of or the like")
    for one in followed:
        one.tell(thing, using or thing._state.db)


def said_of(thing: Model) -> Mapping[str, Any]:
    """What the chat is told of somebody, for their token."""
    for one in kept:
        if one.what == "person" and isinstance(thing, one.model):
            return one.says(thing) or {}
    names = ("first_name", "last_name", "email")
    return {name: getattr(thing, name) for name in names if getattr(thing, name, None)}


def name_of(thing: Model) -> Id:
    """What the chat calls somebody."""
    for one in kept:
        if one.what == "person" and isinstance(thing, one.model):
            return one.name(thing)
    id: Id = thing.pk
    return id


def _keep(one: Kept, watch: Sequence[str]) -> Callable[[Any], Mapping[str, Any] | None]:
    kept.append(one)
    uid = f"beseda-{len(kept)}"

    def saved(instance: Model, using: str, raw: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
        # A fixture comes in any order; and a log-in alone changes nothing that is said.
        if isinstance(instance, one.model) and not raw and update_fields != frozenset({"last_login"}):
            one.tell(instance, using)

    def deleted(instance: Model, using: str, **_: Any) -> None:
        if isinstance(instance, one.model):
            one.forget(instance, using)

    # Of any sender: what is saved by a proxy of a model, or by a child of it, is sent in their name.
    post_save.connect(saved, weak=False, dispatch_uid=uid)
    post_delete.connect(deleted, weak=False, dispatch_uid=uid)
    for name in watch:
        through = getattr(one.model, name).through
        m2m_changed.connect(_related(one), sender=through, weak=False, dispatch_uid=f"{uid}-{name}")
    return one.says


def _related(one: Kept) -> Callable[..., None]:
    """What is said of an object has changed with who is related to it, named from either side."""

    def changed(
        instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, using: str, model: type[Model], **_: Any
    ) -> None:
        if not reverse:
            if action in ("post_add", "post_remove", "post_clear"):
                one.tell(instance, using)
            return
        if action == "pre_clear":
            # Afterwards nobody knows any more whose they were.
            instance._beseda_cleared = _others(one, instance, using)
        elif action in ("post_add", "post_remove"):
            for thing in model._base_manager.using(using).filter(pk__in=pk_set or ()):
                one.tell(thing, using)
        elif action == "post_clear":
            for thing in instance.__dict__.pop("_beseda_cleared", ()):
                one.tell(thing, using)

    return changed


def _others(one: Kept, instance: Model, using: str) -> list[Model]:
    """The objects of a model that somebody is related to."""
    fields = [field.name for field in one.model._meta.many_to_many if field.related_model is type(instance)]
    found: dict[Any, Model] = {}
    for name in fields:
        for thing in one.model._base_manager.using(using).filter(**{name: instance.pk}):
            found[thing.pk] = thing
    return list(found.values())
