"""What is the same before every host: two people come and talk over contract 4, and one is shut out for a while."""

import contextlib
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from bench.beseda import bearer
from bench.process import PATIENCE, run

VISIT = Path(__file__).parents[2] / "web/e2e/visit.mjs"
# As the page calls them.
ROLES = {"client": "Клиент", "expert": "Эксперт", "operator": "Оператор", "user": ""}


def both(beseda, *tokens):
    """Whoever comes with these tokens: `(token, what /api/me/ says)`."""
    return [(token, beseda.who(bearer(token))) for token in tokens]


def come(beseda, host):
    """Anna and Boris come as their host's tokens say, with name, e-mail and role."""
    people = both(beseda, *map(host.token, ("anna", "boris")))
    (_, anna), (_, boris) = people
    assert (anna["id"], anna["full_name"], anna["role"]) == (host.keys["anna"], "Анна Иванова", "client")
    assert (boris["id"], boris["full_name"], boris["role"]) == (host.keys["boris"], "Борис Петров", "expert")
    assert [person["email"] for person in (anna, boris)] == ["anna@shop.example", "boris@shop.example"]
    return people


def out_and_in_again(beseda, host):
    """Anna is shut out and let in again: an earlier token is over, the next is good at once."""
    anna, earlier = host.keys["anna"], bearer(host.token("anna"))
    assert beseda.who(earlier)["id"] == anna
    beseda.set_active(anna, False)
    assert beseda.me(earlier).status_code == 401
    assert beseda.me(bearer(host.token("anna"))).status_code == 401
    beseda.set_active(anna, True)
    assert beseda.who(bearer(host.token("anna")))["id"] == anna
    assert beseda.me(earlier).status_code == 401


@contextlib.contextmanager
def socket(beseda, room, token=None, proof=None):
    """A socket of an order's room, and its history. The proof is a token in the address, or headers."""
    query = "" if token is None else f"?token={token}"
    address = f"{beseda.sockets}/ws/chat/{room}/{query}"
    as_a_page = {"origin": beseda.origin, "additional_headers": proof}
    times = {"open_timeout": PATIENCE, "close_timeout": PATIENCE}
    with connect(address, proxy=None, **as_a_page, **times) as open_socket:
        history = hear(open_socket)
        assert history["type"] == "message_history", history
        yield open_socket, history["messages"]


def hear(open_socket):
    """The next frame."""
    return json.loads(open_socket.recv(timeout=PATIENCE))


def talk(beseda, order, client, expert):
    """The client of an order and its expert talk. Both are `(token, what /api/me/ says of them)`."""
    (token, me), (other_token, other) = client, expert
    beseda.put_order(order, client=me["id"], expert=other["id"])
    opened = beseda.http.post("/api/chat/rooms/create_for_order/", json={"order_id": order}, headers=bearer(token))
    assert opened.status_code in (200, 201), opened.text
    room = opened.json()["id"]
    with socket(beseda, room, token) as (hers, history), socket(beseda, room, other_token) as (his, same_history):
        assert history == same_history == []
        sent = beseda.http.post(
            "/api/chat/messages/", json={"room": room, "message": "Здравствуйте!"}, headers=bearer(token)
        )
        assert sent.status_code == 201, sent.text
        assert hear(his) == hear(hers) == {"type": "chat_message", "message": sent.json()}
        his.send(json.dumps({"type": "chat_message", "message": "Добрый день!"}))
        answer = hear(hers)["message"]
        assert hear(his)["message"] == answer
    listed = beseda.http.get(f"/api/chat/rooms/{room}/messages/", headers=bearer(token)).json()
    assert [message["message"] for message in listed] == ["Здравствуйте!", "Добрый день!"]
    for message, person in ((sent.json(), me), (listed[0], me), (answer, other), (listed[1], other)):
        is_said_by(message, person)
    return room


@contextlib.contextmanager
def all_rooms(beseda, token, room):
    """The socket of the native API for all rooms of a person, with this one open and nothing left before the present."""
    times = {"open_timeout": PATIENCE, "close_timeout": PATIENCE}
    with connect(f"{beseda.sockets}/api/v1/ws", proxy=None, origin=beseda.origin, **times) as open_socket:
        open_socket.send(json.dumps({"type": "hello", "token": token}))
        open_socket.send(json.dumps({"type": "open", "room": room}))
        while not hear_of(open_socket, "changes")["live"]:
            pass
        yield open_socket


def hear_of(open_socket, kind):
    """The next frame of this type."""
    while (frame := hear(open_socket))["type"] != kind:
        assert frame["type"] != "refused", frame
    return frame


def talk_natively(beseda, room, seller, buyer):
    """Two people talk in a room of their host's own kind. Both are `(token, what /api/me/ says)`."""
    (token, me), (other_token, other) = seller, buyer
    for person_token, person in (seller, buyer):
        said = beseda.http.get("/api/v1/me/", headers=bearer(person_token)).json()
        assert (said["id"], said["name"]) == (str(person["id"]), person["full_name"])
    with all_rooms(beseda, token, room) as hers, all_rooms(beseda, other_token, room) as his:
        sent = {"type": "send", "room": room, "client_id": "1", "text": "Здравствуйте!"}
        for open_socket in (hers, his):
            open_socket.send(json.dumps(sent))
            ours, theirs = (hear_of(one, "changes")["messages"][0] for one in (hers, his))
            assert ours["seq"] == theirs["seq"] and ours["author"] == theirs["author"]
        hers.send(json.dumps({**sent, "ref": "again"}))
        while (again := hear_of(hers, "sent"))["ref"] != "again":
            pass
        assert again["message"]["seq"] == 1
    path = f"/api/v1/rooms/{quote(room, safe=':')}/messages/"
    listed = beseda.http.get(path, headers=bearer(token)).json()["items"]
    assert [message["author"]["id"] for message in listed] == [str(me["id"]), str(other["id"])]


def meet_in_a_deal(beseda, deal, host):
    """Anna and Boris come as their host's tokens say, and talk in the room of a deal that the application puts."""
    people = come(beseda, host)
    beseda.app("PUT", f"/api/v1/rooms/deal:{deal}/", {"title": "Сделка", "members": [me["id"] for _, me in people]})
    talk_natively(beseda, f"deal:{deal}", *people)


def cut_off(beseda, room, token, person):
    """Somebody is shut out by the application: their open socket is closed, and their token opens nothing."""
    with socket(beseda, room, token) as (open_socket, _):
        beseda.set_active(person, False)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                open_socket.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4001
    assert beseda.me(bearer(token)).status_code == 401


def is_said_by(message, person):
    """A message names its author as the host does."""
    assert message["sender"]["id"] == person["id"], message
    name = f"{person['first_name']} {person['last_name']}".strip()
    assert message["sender_name"] == (name or person["email"]), message


def meet_on_the_page(beseda, order, client, expert, cookies=None):
    """The client of an order and its expert talk on the chat's own page, which shows their names and roles. Both are
    `(token, what /api/me/ says of them)`; with `cookies`, the two browsers have those and no token."""
    beseda.put_order(order, client=client[1]["id"], expert=expert[1]["id"])
    people = [{"token": token} for token, _ in (client, expert)]
    if cookies:
        people = [{"cookies": kept} for kept in cookies]
    wishes = {"page": f"{beseda.url}/chat?order={order}", "people": people}
    seen = json.loads(run(["node", VISIT, json.dumps(wishes)], beseda.server.folder))
    names = [me["full_name"] for _, me in (client, expert)]
    roles = [ROLES[me["role"]] for _, me in (client, expert)]
    heard = [[[names[1], "Добрый день!"]], [[names[0], "Здравствуйте!"]]]
    assert [person["name"] for person in seen] == names
    assert [person["role"] for person in seen] == roles
    assert [person["heard"] for person in seen] == heard
    # Whoever comes by a session of the host leaves there.
    assert [person["offers_logout"] for person in seen] == [not cookies] * 2
