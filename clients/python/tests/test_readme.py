"""What README.md prints, as it is printed: with the package as it is installed, and in a project of Django's making."""

import json
import os
import sys

import pytest

from bench.beseda import bearer, cookie
from bench.pages import block, settings
from bench.process import run
from bench.stories import VISIT
from beseda_client import mint_token
from tests.parts import SECRET, SETTINGS

PAGE = "clients/python/README.md"
PARTS = [
    ("shop/settings.py", "Django", 0),
    ("shop/urls.py", "Its pages", 0),
    ("shop/beseda.py", "Django", 1),
    ("shop/models.py", "What a signal says", 0),
    ("shop/tasks.py", "How a promise is kept", 0),
]
MODELS = """
from django.conf import settings
from django.db import models

class Order(models.Model):
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=40, default="new")
    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bought")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="advised")

class Payment(models.Model):
    order = models.ForeignKey(Order, models.CASCADE)
"""
# The order's page, with what is printed for it.
PAGES = """
from django.shortcuts import render
from shop.models import Order
urlpatterns += [
    path("orders/<int:pk>/", lambda request, pk: render(request, "order.html", {"order": Order.objects.get(pk=pk)}))
]
"""
STORY = """
import json, django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from shop.models import Order, Payment
User = get_user_model()
anna = User.objects.create_user("anna", "anna@shop.example", first_name="Анна", last_name="Иванова")
boris = User.objects.create_user("boris", "boris@shop.example", first_name="Борис", is_staff=True)
order = Order.objects.create(number="A-17", client=anna, expert=boris)
Payment.objects.create(order=order)
sessions = []
for person in (anna, boris):
    browser = Client()
    browser.force_login(person)
    sessions.append(browser.cookies["sessionid"].value)
print(json.dumps({"order": order.pk, "people": [anna.pk, boris.pk], "sessions": sessions}))
"""


def environment(beseda, installed, **more):
    """What the printed blocks read, and where the package is."""
    # The Django that these tests run with comes first.
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    keys = {"BESEDA_URL": beseda.url, "BESEDA_KEY": beseda.key, "BESEDA_SECRET": SECRET}
    return {**keys, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "shop.settings", **more}


@pytest.fixture(scope="module")
def printed(beseda, installed, tmp_path_factory):
    """Runs a program of printed blocks."""
    folder = tmp_path_factory.mktemp("printed")
    return lambda program: run([sys.executable, "-c", program], folder, environment(beseda, installed))


def test_calls(beseda, printed):
    printed(block(PAGE, "Calls", "python"))
    printed(block(PAGE, "Calls", "python", 1))
    assert beseda.who(bearer(mint_token(SECRET, 7)))["first_name"] == "Анна"
    assert beseda.who(bearer(mint_token(SECRET, "auth0|5f7c")))["first_name"] == "Борис"
    assert texts_of(beseda, 17, 7) == ["Заказ оплачен"]


def test_errors(printed):
    said = printed(block(PAGE, "When something goes wrong", "python"))
    assert said == "invalid {'client': ['There is no person nobody.']}\n"


def test_tokens(beseda, printed):
    token = printed(block(PAGE, "Tokens", "python") + "print(token)").strip()
    assert beseda.who(bearer(token))["first_name"] == "Анна"


def test_a_celery_task_that_runs_twice_says_it_once(beseda, printed):
    beseda.put_person(8, role="client")
    beseda.put_order(18, client=8)
    task = block(PAGE, "Celery", "python")
    printed(
        f"from celery import Celery\nCelery(set_as_current=True).conf.task_always_eager = True\n{task}\n"
        + "order_paid.delay(18)\n" * 2
    )
    assert texts_of(beseda, 18, 8) == ["Заказ оплачен"]


def test_the_bot_is_python():
    compile(block(PAGE, "A bot", "python"), "a bot", "exec")


def texts_of(beseda, order, person):
    """What was said in the room of an order."""
    proof = bearer(mint_token(SECRET, person))
    rooms = beseda.http.get("/api/chat/rooms/", headers=proof).json()
    (room,) = [room["id"] for room in rooms if room["order"] == order]
    listed = beseda.http.get(f"/api/chat/rooms/{room}/messages/", headers=proof).json()
    return [message["message"] for message in listed]


@pytest.fixture(scope="module")
def project(bench, installed):
    """A project that Django has made, what README.md prints for it, and the server that it tells of itself."""
    folder = bench.folder_of("project")
    run([sys.executable, "-m", "django", "startproject", "shop", "."], folder)
    (folder / "shop/models.py").write_text(MODELS)
    for name in ("beseda.py", "tasks.py"):
        (folder / "shop" / name).write_text("")
    for file, heading, number in PARTS:
        bench.append(folder / file, block(PAGE, heading, "python", number))
    bench.append(folder / "shop/settings.py", "INSTALLED_APPS += ['shop']\nALLOWED_HOSTS = ['127.0.0.1']")
    bench.append(folder / "shop/urls.py", PAGES)
    templates = folder / "shop/templates"
    templates.mkdir()
    (templates / "order.html").write_text(block(PAGE, "Its pages", "html"))
    serve = [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:0"]
    late = {"BESEDA_URL": "http://127.0.0.1:9", "BESEDA_KEY": "bsk_later", "BESEDA_SECRET": SECRET}
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    variables = {**late, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "shop.settings"}
    run([sys.executable, "manage.py", "makemigrations", "shop", "--verbosity", "0"], folder, variables)
    run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], folder, variables)
    django = bench.start("django", serve, folder, variables)
    door = settings(PAGE, "Its pages", django.url)
    beseda = bench.beseda(door + "session_seconds = 1\n" + SETTINGS, {"shared-secret": SECRET})
    told = environment(beseda, installed)
    run([sys.executable, "manage.py", "check", "--database", "default"], folder, told)
    story = json.loads(run([sys.executable, "-c", STORY], folder, told))
    return {"folder": folder, "django": django, "beseda": beseda, "told": told, **story}


def test_django_tells_the_chat_of_itself(project):
    beseda, (anna, boris) = project["beseda"], project["people"]
    me = beseda.who(bearer(mint_token(SECRET, anna)))
    assert (me["full_name"], me["role"], me["email"]) == ("Анна Иванова", "client", "anna@shop.example")
    assert beseda.who(bearer(mint_token(SECRET, boris)))["role"] == "expert"
    for person in (anna, boris):
        assert texts_of(beseda, project["order"], person) == ["Заказ оплачен"]


def test_what_was_promised_while_the_chat_was_away_a_celery_task_keeps(project):
    beseda, (anna, _) = project["beseda"], project["people"]
    away = {**project["told"], "BESEDA_URL": "http://127.0.0.1:9"}
    rename = "import django; django.setup(); from django.contrib.auth.models import User;"
    rename += f"user = User.objects.get(pk={anna}); user.first_name = 'Вера'; user.save()"
    run([sys.executable, "-c", rename], project["folder"], away)
    assert beseda.who(bearer(mint_token(SECRET, anna)))["first_name"] == "Анна"
    # A second is the longest first pause of a server that is away.
    due = "from django.utils.timezone import now; from beseda_django.models import Promise;"
    due += "Promise.objects.update(due_at=now())"
    task = "from celery import Celery; Celery(set_as_current=True).conf.task_always_eager = True;"
    task += "from shop.tasks import tell_the_chat; tell_the_chat.delay()"
    run([sys.executable, "-c", f"import django; django.setup(); {due}; {task}"], project["folder"], project["told"])
    assert beseda.who(bearer(mint_token(SECRET, anna)))["first_name"] == "Вера"


def test_the_token_view_and_the_session_both_are_the_person(project):
    beseda, django, (session, _) = project["beseda"], project["django"], project["sessions"]
    answer = beseda.http.get(f"{django.url}/chat/token/", headers=cookie(sessionid=session))
    by_token = beseda.who(bearer(answer.json()["access"]))
    by_session = beseda.who(cookie(sessionid=session))
    assert by_token["id"] == by_session["id"] == project["people"][0]


def test_two_people_talk_where_the_page_of_the_order_shows_it(project):
    """By Django's session cookie alone, at the address that the tag puts into the page."""
    beseda, django = project["beseda"], project["django"]
    page = beseda.http.get(f"{django.url}/orders/{project['order']}/").text
    # The page was made by a project that knew the server under another address.
    address = page.partition('src="')[2].partition('"')[0].replace("http://127.0.0.1:9", beseda.url)
    assert address == f"{beseda.url}/chat?order={project['order']}"
    people = [{"cookies": {"sessionid": session}} for session in project["sessions"]]
    seen = json.loads(run(["node", VISIT, json.dumps({"page": address, "people": people})], project["folder"]))
    assert [[text for _, text in person["heard"]] for person in seen] == [["Добрый день!"], ["Здравствуйте!"]]
