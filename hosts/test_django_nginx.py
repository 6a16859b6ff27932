"""Django with UUID keys and simplejwt as it comes, and the server behind nginx with a block that a page prints."""

import uuid

import pytest

from bench.beseda import bearer
from bench.django import Django
from bench.pages import named, settings, whole_file
from bench.stories import both, come, cut_off, meet_on_the_page, out_and_in_again, talk

README = ("README.md", "Put it into your application")
PROXIES = ("docs/operating/proxy.md", "On a path of another site")


@pytest.fixture(scope="module")
def django(bench):
    return Django(bench, "uuid")


def behind(bench, django, printed, under, more=""):
    """A server that believes nginx, as nginx shows it."""
    trusting = named(*README, 'trusted_proxies = ["127.0.0.1"]') + more + settings(*README)
    beseda = bench.beseda(trusting, {"shared-secret": django.secret})
    return bench.nginx(whole_file(*printed, "nginx"), beseda, under)


@pytest.fixture(scope="module")
def at_the_root(bench, django):
    return behind(bench, django, README, "")


@pytest.fixture(scope="module")
def on_a_path(bench, django):
    return behind(bench, django, PROXIES, "/chat-api", named(*PROXIES, 'base_path = "/chat-api"'))


@pytest.fixture(params=["at_the_root", "on_a_path"])
def shown(request):
    return request.getfixturevalue(request.param)


def test_tokens_of_simplejwt_work_as_they_are_and_who_is_shut_out_is_cut_off(django, shown):
    boris, vera = both(shown, *map(django.bare_token, ("boris", "vera")))
    assert [me["id"] for _, me in (boris, vera)] == [django.keys["boris"], django.keys["vera"]]
    room = talk(shown, str(uuid.uuid4()), vera, boris)
    cut_off(shown, room, vera[0], django.keys["vera"])
    assert shown.who(bearer(boris[0]))["id"] == django.keys["boris"]


def test_people_come_with_name_and_role_and_talk(django, shown):
    talk(shown, str(uuid.uuid4()), *come(shown, django))


def test_names_and_roles_show_on_the_page(django, shown):
    meet_on_the_page(shown, str(uuid.uuid4()), *come(shown, django))


def test_who_is_shut_out_and_let_in_again_comes_in_at_once(django, shown):
    out_and_in_again(shown, django)
