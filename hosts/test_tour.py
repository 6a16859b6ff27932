"""The tour of the native API, docs/native.md: every block is run as it is printed, the page in a real browser."""

import pytest

from bench.nginx import free_port
from bench.printed import Printed
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
    address = tour.said.strip()
    before = walk(
        tour.folder,
        ("boris", "open", address),
        ("boris", "shows", "li", "Анна Иванова: Адрес пришлю"),
        ("boris", "texts", "li"),
        ("boris", "fill", "input", "Жду адрес"),
        ("boris", "press", "input", "Enter"),
        ("boris", "shows", "li", "Борис: Жду адрес"),
    )
    assert before == [["Борис: Ещё продаётся? Беру.", "—: Оплачено", *(f"Анна Иванова: {said}" for said in (
        "Приезжайте",
        "После шести",
        "Адрес пришлю",
    ))]]
    tour.run(until="curl -fsS -H \"$anna\" \"$api/presence/")
    tour.hears("it listens")
    tour.run()
