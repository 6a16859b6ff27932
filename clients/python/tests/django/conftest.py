"""The shop in this process, over a database in a file, and told of a real server."""

import os
import tempfile
from datetime import timedelta

import django
import httpx
import pytest

# Models can be imported once Django is set up, and the tests import them.
FOLDER = tempfile.TemporaryDirectory(prefix="shop-")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.shop.settings"
os.environ["SHOP_DATABASE"] = f"{FOLDER.name}/shop.sqlite3"
django.setup()
# Whoever wants the older one is not to be given the newer one.
assert django.__version__.startswith(os.environ.get("DJANGO_WANTED", ""))

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from beseda_client import Client, Retries
from beseda_django import outbox as parts
from beseda_django.models import Promise
from tests.parts import SECRET
from tests.shop.models import Course, Deal, Order


@pytest.fixture(scope="session")
def shop():
    """The shop's tables."""
    call_command("migrate", verbosity=0)
    yield
    FOLDER.cleanup()


@pytest.fixture
def told(shop, beseda, settings):
    """The shop tells the server of itself."""
    settings(URL=beseda.url, KEY=beseda.key)
    return beseda


@pytest.fixture
def settings(shop):
    """Sets what `BESEDA` says, besides a secret that the server knows."""
    changed = []

    def change(**said):
        changed.append(override_settings(BESEDA={"URL": "http://127.0.0.1:9", "SECRET": SECRET, **said}))
        changed[-1].enable()
        parts.rest.until = float("-inf")

    change(KEY="bsk_nobody")
    yield change
    _empty()
    for one in reversed(changed):
        one.disable()


def _empty():
    """Of the shop nothing is left, and of its promises."""
    for model in (get_user_model(), Order, Deal, Course):
        for thing in model.objects.all():
            thing.delete()
    Promise.objects.all().delete()


class Link(httpx.HTTPTransport):
    """The way to the server: counts what is asked, and loses answers that it is told to lose."""

    def __init__(self):
        super().__init__()
        self.asked, self.loses = [], 0

    def handle_request(self, request):
        self.asked.append((request.method, request.url.path))
        answer = super().handle_request(request)
        if self.loses:
            self.loses -= 1
            answer.read()
            raise httpx.ReadError("the answer is lost")
        return answer


@pytest.fixture
def link():
    """See `Link`."""
    return Link()


@pytest.fixture
def outbox(told, link):
    """Makes outboxes over that link, each so many seconds from now."""
    once = Retries(tries=1)
    client = Client(told.url, key=told.key, timeouts=parts.TIMEOUTS, retries=once, transport=link)

    def make(later=0.0, draw=lambda: 1.0):
        return parts.Outbox("default", client, lambda: timezone.now() + timedelta(seconds=later), draw)

    yield make
    client.close()


@pytest.fixture
def people(told):
    """Anna and Boris, known to both."""
    return [person("anna", "Анна"), person("boris", "Борис", is_staff=True)]


def person(username, first_name="", **more):
    """Somebody who has come into the shop."""
    email = f"{username}@shop.example"
    return get_user_model().objects.create_user(username, email, first_name=first_name, **more)
