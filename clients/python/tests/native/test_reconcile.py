"""`beseda_reconcile` between the shop and a real server that lists what it has. Django is set up by `tests/django`."""

import uuid

import pytest
from bench.beseda import bearer

from beseda_client import mint_token
from tests.django.conftest import people, person, settings, shop, told  # noqa: F401 - fixtures
from tests.parts import SECRET

# Models can be imported once Django is set up: by the line above.
from django.contrib.auth import get_user_model
from django.core.management import call_command

from tests.shop.models import Course, Deal, Order


@pytest.fixture
def world(told, people):
    """A shop that the chat knows well."""
    anna, boris = people
    order = Order.objects.create(number="A-1", client=anna, expert=boris)
    deal = Deal.objects.create(title="Сделка")
    deal.people.set([anna, boris])
    course = Course.objects.create(name="B2", teacher=boris)
    course.students.set([anna])
    return {"beseda": told, "anna": anna, "boris": boris, "order": order, "deal": deal, "course": course}


def found(capsys, *words):
    call_command("beseda_reconcile", *words)
    return capsys.readouterr().out.splitlines()


def test_where_all_is_well_nothing_is_found(world, capsys):
    lines = [line for line in found(capsys, "--dry-run") if not line.startswith("extra: ")]
    assert lines[-1].startswith("0 missing, 0 different, ")
    assert len(lines) == 1


def test_what_is_missing_or_different_is_told_and_repaired(world, capsys):
    beseda, anna, order, deal, course = (world[name] for name in ("beseda", "anna", "order", "deal", "course"))
    get_user_model().objects.filter(pk=anna.pk).update(first_name="Вера")
    for path in (f"orders/{order.pk}", f"rooms/deal:{deal.code}", f"groups/{course.pk}"):
        assert beseda.http.delete(f"/api/v1/{path}/", headers=bearer(beseda.key)).status_code == 204
    wanted = {
        f"different: person {anna.pk} (first_name)",
        f"missing: order {order.pk}",
        f"missing: room deal:{deal.code}",
        f"missing: group {course.pk}",
    }
    assert wanted <= set(found(capsys, "--dry-run"))
    assert wanted <= set(found(capsys, "--dry-run"))
    assert wanted <= set(found(capsys))
    assert not wanted & set(found(capsys, "--dry-run"))
    assert beseda.who(bearer(mint_token(SECRET, anna.pk)))["first_name"] == "Вера"


def test_what_is_not_here_is_deleted_only_where_that_is_said(world, capsys):
    beseda, extra = world["beseda"], f"extra-{uuid.uuid4()}"
    beseda.put_order(extra)
    line = f"extra: order {extra}"
    assert line in found(capsys, "--dry-run", "--delete")
    assert line in found(capsys)
    assert line in found(capsys, "--delete")
    assert line not in found(capsys, "--dry-run")


def test_a_room_of_many_is_compared_whole(world, capsys):
    deal = world["deal"]
    many = [person(f"many-{number}") for number in range(30)]
    deal.people.set(many)
    assert f"different: room deal:{deal.code} (members)" not in found(capsys, "--dry-run")
    client = world["beseda"]
    last = many[-1].pk
    gone = client.http.delete(f"/api/v1/rooms/deal:{deal.code}/members/{last}/", headers=bearer(client.key))
    assert gone.status_code == 204
    assert f"different: room deal:{deal.code} (members)" in found(capsys, "--dry-run")
