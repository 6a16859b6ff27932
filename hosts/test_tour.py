"""The tour of the native API, docs/native.md: every block is run as it is printed, the page in a real browser."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.beseda import bearer, browser
from bench.nginx import free_port
from bench.pages import ROOT
from bench.printed import Printed
from bench.process import wait_for
from bench.walk import walk

PAGE = "docs/native.md"
FILES = {"toml": "tour/beseda.toml", "html": "site/page.html", "python": "bot.py"}


@pytest.fixture
def tour(bench):
    port = str(free_port())
    tour = Printed(bench, PAGE, bench.folder_of("tour"), {"8080": port}, FILES, ["python3"])
    yield tour
    tour.stop()


def test_every_step_of_the_tour_works_as_it_is_printed(tour):
    tour.run(until="curl -fsS -o /dev/null -H \"$anna\" $api/rooms/deal:17/messages/ --json '{\"text\": \"Вы уже")
    key = (tour.folder / "tour/key").read_text().strip()
    as_anna = {**bearer(key), "X-Beseda-As": "anna"}
    with browser(base_url=tour.chat.url, headers=as_anna) as anna, ThreadPoolExecutor(1) as beside:
        walking = beside.submit(
            walk,
            tour.folder,
            ("boris", "open", tour.said.strip()),
            ("boris", "shows", "li", "Анна Иванова: Адрес пришлю"),
            ("boris", "texts", "li"),
            ("boris", "fill", "input", "Жду адрес"),
            ("boris", "press", "input", "Enter"),
            ("boris", "shows", "li", "Анна Иванова: Вы уже едете?"),
            ("boris", "texts", "li:nth-last-child(-n+2)"),
        )
        newest = lambda: anna.get("/api/v1/rooms/deal:17/messages/?limit=1").json()["items"][0]["text"]
        wait_for("Boris writes", lambda: walking.done() or newest() == "Жду адрес")
        tour.run(until="curl -fsS -H \"$anna\" $api/rooms/deal:17/messages/ --json '{\"text\": \"Борис")
        before, after = walking.result()
        said = ("Приезжайте", "После шести", "Адрес пришлю")
        assert before == ["Борис: Ещё продаётся? Беру.", "—: Оплачено", *(f"Анна Иванова: {text}" for text in said)]
        assert after == ["Борис: Жду адрес", "Анна Иванова: Вы уже едете?"]

        tour.run(until="curl -fsS -H \"$anna\" \"$api/presence/")
        tour.hears("it listens")
        tour.run()
        assert printed_fields() == answered_fields(lambda path: anna.get(f"/api/v1/{path}").json())


def printed_fields():
    """The fields of every object, as the page has them in its table."""
    rows = re.findall(r"^\| ([A-Z]\w+) \| (`.*`) \|$", (ROOT / PAGE).read_text(), re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", fields)) for name, fields in rows}


def answered_fields(get):
    """The same, as the server answers once the tour is over."""
    room, changes = get("rooms/deal:17/"), get("rooms/deal:17/changes/")
    messages = get("rooms/deal:17/messages/")["items"]
    objects = {
        "Person": get("people/boris/"),
        "Room": room,
        "Me": room["me"],
        "Member": room["members"][0],
        "Message": messages[0],
        "File": next(message["files"][0] for message in messages if message["files"]),
        "Changes": changes,
    }
    return {name: set(fields) for name, fields in objects.items()}
