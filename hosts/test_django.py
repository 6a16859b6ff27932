"""Django with users by number and by UUID: simplejwt's tokens, and the views that README.md prints."""

import uuid

import jwt
import pytest

from bench.beseda import bearer
from bench.django import Django
from bench.pages import settings
from bench.stories import both, come, cut_off, meet_in_a_deal, meet_on_the_page, out_and_in_again, talk


@pytest.fixture(scope="module", params=["int", "uuid"])
def django(bench, request):
    django = Django(bench, request.param)
    django.beseda = bench.beseda(
        settings("README.md", "Put it into your application"), {"shared-secret": django.secret}
    )
    # Orders are called as the users are.
    django.orders = (str(uuid.uuid4()) if request.param == "uuid" else number for number in range(1, 100))
    return django


@pytest.fixture(params=["simplejwt", "view"])
def host(django, request, monkeypatch):
    """The project, and the code of the README by which it gives tokens."""
    if request.param == "view":
        monkeypatch.setattr(django, "token", django.token_of_view)
    return django


def test_the_keys_are_of_the_kind_that_is_tested(django, request):
    kind = int if "int" in request.node.name else str
    assert {type(key) for key in django.keys.values()} == {kind}
    claim = jwt.decode(django.bare_token("anna"), options={"verify_signature": False})["user_id"]
    assert claim == str(django.keys["anna"])


def test_tokens_of_simplejwt_work_as_they_are(django):
    beseda = django.beseda
    people = both(beseda, *map(django.bare_token, ("anna", "boris")))
    assert [me["id"] for _, me in people] == [django.keys["anna"], django.keys["boris"]]
    assert [me["role"] for _, me in people] == ["user", "user"]
    talk(beseda, next(django.orders), *people)


def test_what_tokens_do_not_say_is_put_by_the_application(django):
    vera = django.keys["vera"]
    django.beseda.put_person(vera, username="vera", first_name="Вера", last_name="Сидорова", role="client")
    me = django.beseda.who(bearer(django.bare_token("vera")))
    assert (me["id"], me["full_name"], me["role"]) == (vera, "Вера Сидорова", "client")


def test_people_come_with_name_and_role_and_talk(host):
    talk(host.beseda, next(host.orders), *come(host.beseda, host))


def test_they_talk_over_the_native_api_in_a_room_of_the_applications_own(host):
    meet_in_a_deal(host.beseda, next(host.orders), host)


def test_names_and_roles_show_on_the_page(host):
    meet_on_the_page(host.beseda, next(host.orders), *come(host.beseda, host))


def test_who_is_shut_out_and_let_in_again_comes_in_at_once(host):
    out_and_in_again(host.beseda, host)


def test_who_is_shut_out_is_cut_off(django):
    beseda = django.beseda
    vera, boris = both(beseda, *map(django.token, ("vera", "boris")))
    cut_off(beseda, talk(beseda, next(django.orders), vera, boris), vera[0], django.keys["vera"])


def test_refresh_tokens_and_foreign_keys_open_nothing(django):
    access = django.token("anna")
    claims = jwt.decode(access, options={"verify_signature": False})
    refresh = jwt.encode({**claims, "token_type": "refresh"}, django.secret, "HS256")
    foreign = jwt.encode(claims, f"{django.secret}-another", "HS256")
    for token in (refresh, foreign):
        assert django.beseda.me(bearer(token)).status_code == 401
