"""Django's own session cookie: whose it is, Django is asked by the view that docs/operating/hosts.md prints."""

import pytest

from bench.beseda import cookie
from bench.django import Django
from bench.pages import settings
from bench.process import wait_for
from bench.stories import meet_on_the_page

HEADING = "Any session, by asking you"


@pytest.fixture(scope="module", params=["int", "uuid"])
def django(bench, request):
    django = Django(bench, request.param)
    django.beseda = bench.beseda(settings("docs/operating/hosts.md", HEADING, django.url) + "session_seconds = 1\n")
    return django


def test_djangos_cookie_alone_is_a_person(django):
    with django.log_in("anna") as client:
        me = django.beseda.who(cookie(sessionid=client.cookies["sessionid"]))
    assert (me["id"], me["full_name"], me["role"]) == (django.keys["anna"], "Анна Иванова", "client")


def test_the_cookie_alone_opens_the_page(django):
    with django.log_in("anna") as anna, django.log_in("boris") as boris:
        cookies = [{"sessionid": client.cookies["sessionid"]} for client in (anna, boris)]
    people = [(None, django.beseda.who(cookie(**kept))) for kept in cookies]
    assert [me["full_name"] for _, me in people] == ["Анна Иванова", "Борис Петров"]
    meet_on_the_page(django.beseda, 17, *people, cookies)


def test_two_browsers_are_two_people(django):
    with django.log_in("anna") as anna, django.log_in("boris") as boris:
        proofs = [cookie(sessionid=client.cookies["sessionid"]) for client in (anna, boris, anna)]
        ids = [django.beseda.who(proof)["id"] for proof in proofs]
    assert ids == [django.keys[username] for username in ("anna", "boris", "anna")]


def test_no_session_of_djangos_is_nobody(django):
    for sessionid in ("0123456789abcdefghijklmnopqrstuv", ""):
        assert django.beseda.me(cookie(sessionid=sessionid)).status_code == 401
    assert django.beseda.me({}).status_code == 401


def test_a_log_out_of_django_is_heard_of(django):
    with django.log_in("vera") as client:
        proof = cookie(sessionid=client.cookies["sessionid"])
        assert django.beseda.who(proof)["id"] == django.keys["vera"]
        django.log_out(client)
    wait_for("the answer is believed no more", lambda: django.beseda.me(proof).status_code == 401)


def test_who_is_shut_out_comes_in_by_no_session_and_who_is_let_in_again_at_once(django):
    vera = django.keys["vera"]
    with django.log_in("vera") as client:
        proof = cookie(sessionid=client.cookies["sessionid"])
    assert django.beseda.who(proof)["id"] == vera
    django.beseda.set_active(vera, False)
    assert django.beseda.me(proof).status_code == 401
    django.beseda.set_active(vera, True)
    # Django says again whose it is.
    assert django.beseda.who(proof)["id"] == vera
    with django.log_in("vera") as client:
        assert django.beseda.who(cookie(sessionid=client.cookies["sessionid"]))["id"] == vera


def test_while_django_is_down_nobody_is_told_that_they_are_nobody(django):
    """The last one here: the project is gone afterwards."""
    with django.log_in("boris") as client:
        proof = cookie(sessionid=client.cookies["sessionid"])
    django.process.stop()
    assert django.beseda.me(proof).status_code == 503
