"""The models that the chat follows: whatever is saved, related or deleted in the shop is so in the chat."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.serializers import serialize

from bench.beseda import bearer
from beseda_client import mint_token
from beseda_django import sync_object
from beseda_django.models import Promise
from tests.django.conftest import person
from tests.parts import SECRET
from tests.shop.models import Course, Deal, Order, Shopper


def orders_of(beseda, person):
    """The orders whose rooms somebody is in."""
    proof = bearer(mint_token(SECRET, person.pk))
    return [one["order"] for one in beseda.http.get("/api/chat/rooms/", headers=proof).json()]


def deal_in_chat(beseda, deal):
    """A deal's room as it is: a put that says nothing changes nothing."""
    room = beseda.app("PUT", f"/api/v1/rooms/deal:{deal.code}/", {})
    return room["title"], {one["person"]["id"] for one in room["members"]}


def was_there(beseda, path):
    """Whether the chat knew something: a put is 200 then, and 201 for what is new."""
    answer = beseda.http.put(path, json={}, headers=bearer(beseda.key))
    assert answer.status_code in (200, 201), answer.text
    return answer.status_code == 200


def test_an_order_follows_its_client_and_its_expert(told, people):
    anna, boris = people
    order = Order.objects.create(number="A-1", client=anna)
    assert (orders_of(told, anna), orders_of(told, boris)) == ([order.pk], [])
    order.expert = boris
    order.save()
    assert orders_of(told, boris) == [order.pk]
    order.delete()
    assert (orders_of(told, anna), orders_of(told, boris)) == ([], [])
    assert not Promise.objects.exists()


def test_what_nothing_is_said_of_has_no_place_in_the_chat(told, people):
    anna, _ = people
    order = Order.objects.create(number="A-2", client=anna, is_draft=True)
    assert orders_of(told, anna) == []
    order.is_draft = False
    order.save()
    assert orders_of(told, anna) == [order.pk]
    order.is_draft = True
    order.save()
    assert orders_of(told, anna) == []


def test_who_is_deleted_takes_along_what_was_theirs(told, people):
    anna, boris = people
    token = bearer(mint_token(SECRET, anna.pk))
    order = Order.objects.create(number="A-3", client=anna, expert=boris)
    assert orders_of(told, boris) == [order.pk]
    anna.delete()
    assert orders_of(told, boris) == []
    assert told.me(token).status_code == 401
    assert not Promise.objects.exists()


def test_who_is_inactive_is_shut_out(told, people):
    anna, _ = people
    anna.is_active = False
    anna.save()
    assert told.me(bearer(mint_token(SECRET, anna.pk))).status_code == 401
    anna.is_active = True
    anna.save()
    assert told.who(bearer(mint_token(SECRET, anna.pk)))["first_name"] == "Анна"


def test_a_room_follows_its_people_from_both_sides(told, people):
    anna, boris = people
    vera = person("vera", "Вера")
    deal = Deal.objects.create(title="Сделка")
    names = {one: str(one.pk) for one in (anna, boris, vera)}
    assert deal_in_chat(told, deal) == ("Сделка", set())
    deal.people.add(anna, boris)
    assert deal_in_chat(told, deal)[1] == {names[anna], names[boris]}
    deal.people.remove(boris)
    assert deal_in_chat(told, deal)[1] == {names[anna]}
    vera.deals.add(deal)
    assert deal_in_chat(told, deal)[1] == {names[anna], names[vera]}
    anna.deals.remove(deal)
    assert deal_in_chat(told, deal)[1] == {names[vera]}
    other = Deal.objects.create(title="Другая")
    vera.deals.set([other])
    assert (deal_in_chat(told, deal)[1], deal_in_chat(told, other)[1]) == (set(), {names[vera]})
    vera.deals.clear()
    assert deal_in_chat(told, other)[1] == set()
    deal.people.set([anna])
    deal.people.clear()
    assert deal_in_chat(told, deal)[1] == set()
    assert not Promise.objects.exists()


def test_a_group_follows_its_course(told, people):
    anna, boris = people
    course = Course.objects.create(name="B2", teacher=boris)
    course.students.add(anna)
    path = f"/api/v1/groups/{course.pk}/"
    assert not Promise.objects.exists()
    assert was_there(told, path)
    course.delete()
    assert not was_there(told, path)


def test_somebody_who_is_saved_by_a_proxy_is_the_same_person(told, people):
    shopper = Shopper.objects.get(pk=people[0].pk)
    shopper.first_name = "Вера"
    shopper.save()
    proof = bearer(mint_token(SECRET, shopper.pk))
    assert told.who(proof)["first_name"] == "Вера"
    shopper.delete()
    assert told.me(proof).status_code == 401


def test_a_log_in_alone_tells_nothing(told, settings, people):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    anna, _ = people
    anna.save(update_fields=["last_login"])
    assert not Promise.objects.exists()
    anna.save(update_fields=["last_login", "email"])
    assert Promise.objects.count() == 1


def test_a_fixture_tells_nothing(told, settings, people, tmp_path):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    fixture = tmp_path / "people.json"
    fixture.write_text(serialize("json", people))
    call_command("loaddata", fixture, verbosity=0)
    assert not Promise.objects.exists()


def test_what_came_without_a_signal_is_told_by_hand(told, people):
    anna, _ = people
    get_user_model().objects.filter(pk=anna.pk).update(first_name="Вера")
    anna.refresh_from_db()
    assert told.who(bearer(mint_token(SECRET, anna.pk)))["first_name"] == "Анна"
    sync_object(anna)
    assert told.who(bearer(mint_token(SECRET, anna.pk)))["first_name"] == "Вера"


def test_a_model_that_is_not_followed_is_named(told):
    with pytest.raises(ImproperlyConfigured, match="no Promise"):
        sync_object(Promise())


def test_things_are_found_by_what_the_chat_calls_them(told, people):
    from beseda_django.kept import kept

    of_people, of_deals = (next(one for one in kept if one.what == what) for what in ("person", "room"))
    anna, boris = people
    deal = Deal.objects.create(title="Сделка")
    found = of_people.by_names([str(anna.pk), str(boris.pk), "auth0|5f7c", str(2**70), ""])
    assert set(found) == {anna, boris}
    found = of_deals.by_names([f"deal:{deal.code}", f"deal:{uuid.uuid4()}", "deal:17", f"ticket:{deal.code}"])
    assert set(found) == {deal}
