"""`settings.BESEDA`, and what `manage.py check` says of it."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import override_settings

from beseda_django import outbox as parts
from beseda_django.conf import beseda
from beseda_django.models import Promise

GOOD = {"URL": "https://chat.shop.example/chat/", "KEY": "bsk_a", "SECRET": "s" * 32}

WRONG = [
    ({"URI": "https://chat.shop.example"}, "BESEDA['URI'] is not known; did you mean 'URL'?"),
    ({"key": "bsk_a"}, "BESEDA['key'] is not known; did you mean 'KEY'?"),
    ({"URL": ""}, "BESEDA['URL']: the url of the server is like https://chat.shop.example"),
    ({"URL": "chat.shop.example"}, "BESEDA['URL']: the url of the server is like"),
    ({"URL": "https://anna:secret@chat.shop.example"}, "BESEDA['URL']: the url of the server holds no name"),
    ({"PUBLIC_URL": "/chat"}, "BESEDA['PUBLIC_URL']: the url"),
    ({"KEY": "two words"}, "BESEDA['KEY']: this is no API key"),
    ({"KEY": None}, "BESEDA['KEY'] is of type str, and not NoneType"),
    ({"SECRET": "s" * 31}, "BESEDA['SECRET'] has fewer than 32 bytes"),
    ({"SECRET": b"s" * 32}, "BESEDA['SECRET'] is of type str, and not bytes"),
    ({"TOKEN_SECONDS": 0}, "BESEDA['TOKEN_SECONDS'] is between 1 and 86400"),
    ({"TOKEN_SECONDS": 86_401}, "BESEDA['TOKEN_SECONDS'] is between 1 and 86400"),
    ({"TOKEN_SECONDS": "300"}, "BESEDA['TOKEN_SECONDS'] is of type int, and not str"),
    ({"AT_ONCE": 1}, "BESEDA['AT_ONCE'] is of type bool, and not int"),
]


@pytest.mark.parametrize(("said", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_is_wrong_is_named(shop, said, why):
    with override_settings(BESEDA={**GOOD, **said}):
        with pytest.raises(ImproperlyConfigured) as refused:
            beseda()
        assert str(refused.value).startswith(why)
        assert not {"secret", "two words"} & set(str(refused.value).split("'"))
        found = [one for one in run_checks() if one.id.startswith("beseda.")]
    assert [(one.id, one.msg) for one in found] == [("beseda.E001", str(refused.value))]


@pytest.mark.parametrize("said", [None, "https://chat.shop.example", []])
def test_none_at_all_says_what_it_is_like(shop, said):
    with override_settings(BESEDA=said), pytest.raises(ImproperlyConfigured, match=r"settings\.BESEDA is missing"):
        beseda()


def test_good_ones_are_read(shop):
    with override_settings(BESEDA=GOOD):
        said = beseda()
        assert (said.url, said.public_url) == ("https://chat.shop.example/chat",) * 2
        assert (said.token_seconds, said.at_once) == (300, True)
        assert run_checks() == []
    assert not {"bsk_a", "s" * 32} & set(repr(said).split("'"))


@pytest.mark.parametrize("name", ["KEY", "SECRET"])
def test_what_is_needed_and_not_there_says_whence_it_comes(shop, name):
    said = {key: value for key, value in GOOD.items() if key != name}
    with override_settings(BESEDA=said), pytest.raises(ImproperlyConfigured, match=rf"BESEDA\['{name}'\] is missing: "):
        getattr(beseda(), name.lower())


def test_checks_say_what_will_not_work(shop):
    cases = {
        "beseda.E002": {"KEY": ""},
        "beseda.E003": {"ROOMS": "tests.shop.beseda.nowhere"},
        "beseda.W001": {"URL": "http://chat.shop.example"},
    }
    for id, said in cases.items():
        with override_settings(BESEDA={**GOOD, **said}):
            assert [one.id for one in run_checks()] == [id]
    for url in ("http://localhost:8000", "http://127.0.0.1:8000", "http://beseda:8000", "https://chat.shop.example"):
        with override_settings(BESEDA={**GOOD, "URL": url}):
            assert run_checks() == []


def test_the_migrations_are_up_to_date(shop):
    call_command("makemigrations", "beseda", "--check", "--dry-run")


def test_a_check_of_the_database_says_what_was_given_up(settings):
    worker = parts.Outbox("default")
    Promise.objects.create(
        subject="order:17", method="PUT", path="/", said="400 invalid: No.", given_up_at=worker.now()
    )
    assert run_checks() == []
    (found,) = run_checks(databases=["default"])
    assert (found.id, "PUT order:17: 400 invalid: No." in found.msg) == ("beseda.W002", True)
    assert "beseda_send --again" in found.hint
