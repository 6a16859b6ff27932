"""The marketplace of examples/: run as its page says, and walked by a seller, a buyer, an auditor and a stranger."""

import pytest

from bench.beseda import SETTINGS
from bench.nginx import free_port
from bench.pages import ROOT
from bench.printed import Printed
from bench.walk import walk

EXAMPLE = ROOT / "examples/marketplace"
# So short is what a host writes for it all, and its page.
HOST_LINES, PAGE_LINES = 150, 70


def lines_of(file):
    return len((EXAMPLE / file).read_text().splitlines())


def test_what_its_host_and_its_page_write_is_short():
    programs = sorted(str(file.relative_to(EXAMPLE)) for kind in ("py", "js") for file in EXAMPLE.rglob(f"*.{kind}"))
    assert programs == ["app.py", "static/chat.js"]
    assert lines_of("app.py") < HOST_LINES
    assert lines_of("static/chat.js") < PAGE_LINES


@pytest.fixture(scope="module")
def market(bench):
    """The marketplace and its chat, as the example's page runs them."""
    port = str(free_port())
    folder = bench.folder_of("marketplace", EXAMPLE)
    settings = folder / "beseda.toml"
    assert settings.read_text().count("5000") == 1
    settings.write_text(SETTINGS + settings.read_text().replace("5000", port))
    printed = Printed(bench, "examples/marketplace/README.md", folder, {"5000": port}, {}, ["flask run"])
    printed.run()
    yield Market(f"http://127.0.0.1:{port}", folder)
    printed.stop()


class Market:
    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def walk(self, *steps):
        return walk(self.folder, *steps)

    def enter(self, *people):
        """Each comes and says who they are."""
        for person in people:
            yield from (
                (person, "open", self.url),
                (person, "choose", "select", person),
                (person, "click", "text=Войти"),
                (person, "shows", "h2", "Товары"),
            )

    def buy(self, buyer):
        """Buys the bicycle: a new deal each time."""
        return ((buyer, "click", "text=Купить"), (buyer, "shows", "#chat h1", "Красный велосипед"))

    def find(self, *people):
        """They find the newest of their deals."""
        for person in people:
            yield from (
                (person, "open", self.url),
                (person, "click", "ul li:last-child a"),
                (person, "shows", "#chat h1", "Красный велосипед"),
            )


def say(person, text):
    return ((person, "fill", "#chat input", text), (person, "press", "#chat input", "Enter"))


def all_see(people, text):
    return [(person, "shows", "#chat li", text) for person in people]


PARTS = ("maria", "oleg", "irina")


def test_seller_and_buyer_talk_live_and_the_auditor_reads_and_cannot_write(market):
    seen = market.walk(
        *market.enter(*PARTS),
        *market.buy("oleg"),
        *market.find("maria", "irina"),
        *say("oleg", "Ещё продаётся?"),
        *all_see(PARTS, "Олег Серов: Ещё продаётся?"),
        *say("maria", "Да <b>продаётся</b>"),
        *all_see(PARTS, "Мария Климова: Да <b>продаётся</b>"),
        ("irina", "hides", "#chat form"),
        ("oleg", "texts", "#chat li.mine"),
        ("irina", "texts", "#chat .card"),
        ("irina", "texts", "#chat li"),
    )
    assert seen == [
        ["Олег Серов: Ещё продаётся?"],
        ["Сделка K-2041 · Договариваются · Цена: 12 000 ₽"],
        ["Олег Серов: Ещё продаётся?", "Мария Климова: Да <b>продаётся</b>"],
    ]


# Asks the chat as the page does, for whoever is logged in, and gives the first answer to this frame.
ASK = """async ([beseda, frame]) => {
  const { access } = await (await fetch("/chat-token")).json();
  const socket = new WebSocket(beseda.replace("http", "ws") + "/api/v1/ws");
  await new Promise((open) => { socket.onopen = open; });
  const heard = [];
  return new Promise((done) => {
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      heard.push(said);
      if (said.ref !== "1") return;
      const told = Object.fromEntries(heard.map((frame) => [frame.type, frame]));
      const { rooms, messages } = told.totals;
      done({ code: said.code, heard: heard.map(({ type }) => type), here: told.here.rooms, unread: [rooms, messages] });
    };
    socket.send(JSON.stringify({ type: "hello", token: access }));
    socket.send(JSON.stringify({ ref: "1", ...frame }));
  });
}"""


def ask(person, frame):
    """What the server answers to a frame of somebody's who does not keep to what the page offers."""
    address = 'document.querySelector("#chat").dataset.beseda'
    return (person, "value", f"({ASK})([{address}, {frame}])")


def test_what_the_page_does_not_offer_the_server_refuses(market):
    send = '{ type: "send", room: document.querySelector("#chat").dataset.room, text: "x" }'
    seen = market.walk(*market.enter("oleg", "irina"), *market.buy("oleg"), *market.find("irina"), ask("irina", send))
    assert seen[0]["code"] == "not_allowed"


def test_a_stranger_sees_nothing(market):
    steps = [*market.enter("oleg", "stepan"), *market.buy("oleg"), ("oleg", "address"), ("oleg", "value", "chat.dataset.beseda")]
    deal, beseda = market.walk(*steps)
    room = f"deal:{deal.rsplit('/', 1)[1]}"
    knocks = [f"({ASK})({[beseda, {'type': kind, 'room': name, **more}]})" for kind, name, more in (
        ("open", room, {}),
        ("send", room, {"text": "x"}),
        ("open", "deal:K-none", {}),
    )]
    status, mine, *answers = market.walk(
        *market.enter("stepan"),
        ("stepan", "status", deal),
        ("stepan", "open", market.url),
        ("stepan", "texts", "ul li"),
        *(("stepan", "value", knock) for knock in knocks),
    )
    assert (status, mine) == (404, [])
    nothing = {"here": [], "unread": [0, 0], "heard": ["welcome", "here", "totals", "refused"]}
    assert answers == [{"code": "no_such_room", **nothing}] * 3


def test_a_deal_that_is_over_is_read_and_no_more(market):
    statuses = ("Оплачено", "Отправлено", "Получено")
    moves = []
    for status in statuses:
        moves += [("oleg", "click", f"button:text-is('{status}')"), *all_see(PARTS, status)]
    seen = market.walk(
        *market.enter(*PARTS),
        *market.buy("oleg"),
        *market.find("maria", "irina"),
        *say("maria", "Спасибо за покупку!"),
        *all_see(PARTS, "Спасибо за покупку!"),
        *moves,
        *((person, "hides", "#chat form") for person in PARTS),
        ("maria", "texts", "#chat li"),
        ("maria", "texts", "#chat li.event"),
        ("maria", "shows", "#chat .card", "Получено"),
        *market.find("oleg"),
        ("oleg", "hides", "#chat form"),
        ("oleg", "texts", "#chat li"),
        ask("oleg", '{ type: "send", room: document.querySelector("#chat").dataset.room, text: "x" }'),
    )
    said = ["Мария Климова: Спасибо за покупку!", *statuses]
    assert seen[:3] == [said, list(statuses), said]
    assert seen[3]["code"] == "room_closed"
