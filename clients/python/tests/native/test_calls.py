"""The calls of native.md that the server is to have, with both clients and the real server."""

import time
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from beseda_client import Conflict, Invalid, NotAllowed, NotFound, calls

PATIENCE = 20


def until(is_so):
    """Waits for what comes of a job."""
    ends_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


SCOPES = "people,orders,groups,rooms,act,import,export"


@pytest.fixture(scope="module")
def key(beseda):
    """A key with every scope."""
    return beseda.command("key", "create", "native", "--scope", SCOPES).strip()


@pytest.fixture
def client(clients, beseda, key):
    """A client that may do everything."""
    return clients(beseda.url, key=key)


@pytest.fixture
def room(client):
    """A room with Anna and Boris in it."""
    client.put_person("anna", first_name="Анна", role="client")
    client.put_person("boris", first_name="Борис", role="expert")
    room = f"deal:{uuid.uuid4()}"
    client.put_room(room, title="Сделка", members=["anna", {"id": "boris", "role": "seller"}])
    return room


def test_ids_are_texts_and_people_have_what_the_host_says(client):
    said = {"avatar_url": "https://shop.example/a.png", "custom": {"vip": True}, "locale": "ru"}
    person = client.put_person(7, first_name="Анна", **said)
    assert (person["id"], person["avatar_url"], person["custom"]) == ("7", said["avatar_url"], said["custom"])


def test_somebody_one_shares_a_room_with(client, room):
    assert client.get_person("boris", as_person="anna")["first_name"] == "Борис"
    client.put_person("stranger")
    with pytest.raises(NotFound):
        client.get_person("stranger", as_person="anna")


def test_many_people_at_once_each_with_a_line(client):
    rows = [{"id": f"bulk-{number}", "first_name": f"№ {number}"} for number in range(2_500)]
    rows[1_700]["email"] = "no address"
    lines = client.put_people(iter(rows))
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    assert [line["status"] for line in lines if line["status"] >= 300] == [400]
    assert (lines[1_700]["code"], list(lines[1_700]["errors"])) == ("invalid", ["email"])
    again = client.put_people(rows[:3])
    assert [line["status"] for line in again] == [200] * 3
    assert client.put_people([]) == []


def test_orders_groups_and_rooms_at_once(client):
    mark = uuid.uuid4().hex[:8]
    client.put_people([{"id": "bulk-a"}, {"id": "bulk-b"}])
    assert [line["status"] for line in client.put_orders([{"id": f"bo-{mark}", "client": "bulk-a"}])] == [201]
    group = {"id": f"bg-{mark}", "students": ["bulk-a", "bulk-b"]}
    assert [line["status"] for line in client.put_groups([group])] == [201]
    (line,) = client.put_rooms([{"key": f"deal:{mark}", "title": "Сделка", "members": ["bulk-a"]}])
    assert (line["id"], line["status"]) == (f"deal:{mark}", 201)


def test_a_text_may_hold_what_unicode_calls_the_end_of_a_line(client):
    for mark in ("\u2028", "\u2029"):
        id = f"{uuid.uuid4().hex[:8]}{mark}end"
        (line,) = client.put_people([{"id": id}])
        assert (line["id"], line["status"]) == (id, 201)


def test_what_was_said_elsewhere_comes_in_once_and_in_its_order(client):
    mark = uuid.uuid4().hex[:8]
    client.put_people([{"id": "said-a"}, {"id": "said-b"}])
    client.put_room(f"deal:{mark}", members=["said-a", "said-b"])
    begin = datetime(2019, 5, 1, 10, tzinfo=timezone.utc)
    rows = [
        {"client_id": f"{mark}-{n}", "author": author, "text": f"давно {n}", "created_at": begin + timedelta(hours=n)}
        for n, author in enumerate(["said-a", "said-b", None])
    ]
    assert [line["status"] for line in client.import_messages(f"deal:{mark}", rows)] == [201] * 3
    assert [line["status"] for line in client.import_messages(f"deal:{mark}", rows)] == [200] * 3
    said = client.get_messages(f"deal:{mark}")["items"]
    assert [message["text"] for message in said] == ["давно 0", "давно 1", "давно 2"]
    assert [message["author"] and message["author"]["id"] for message in said] == ["said-a", "said-b", None]


def test_lists_have_everything_and_what_has_changed(client):
    client.put_people([{"id": f"list-{number}"} for number in range(120)])
    listed = [person["id"] for person in client.list_people()]
    assert len(listed) == len(set(listed))
    assert {f"list-{number}" for number in range(120)} <= set(listed)
    ahead = datetime.now(timezone.utc) + timedelta(hours=1)
    assert list(client.list_people(updated_after=ahead)) == []
    client.put_order("listed", number="A")
    client.put_group("listed", name="B2")
    client.put_room("deal:listed", title="Сделка")
    assert "listed" in [order["id"] for order in client.list_orders()]
    assert "listed" in [group["id"] for group in client.list_groups()]
    assert "deal:listed" in [room["key"] for room in client.list_rooms()]


def test_a_room_has_what_the_host_says_and_is_closed(client, room):
    subject = {"title": "Сделка 17", "url": "https://shop.example/17", "status": "new", "fields": []}
    said = {"title": "Сделка", "custom": {"a": 1}, "subject": subject, "avatar_url": "https://shop.example/d.png"}
    told = client.put_room(room, **said)
    assert {name: told[name] for name in said} == said
    assert client.put_room(room, title="Другая", closed=True)["closed"] is True
    assert client.get_room(room)["title"] == "Другая"
    assert client.get_room(told["uuid"])["key"] == room
    with pytest.raises(NotAllowed) as closed:
        client.send_message(room, "поздно", as_person="anna")
    assert closed.value.code == "room_closed"


def test_members_come_and_go(client, room):
    client.put_person("vera")
    assert client.put_member(room, "vera", role="buyer")["role"] == "buyer"
    assert {one["person"]["id"] for one in client.list_members(room)} == {"anna", "boris", "vera"}
    client.change_members(room, add=[{"id": "vera", "role": "seller"}], remove=["boris"])
    assert {one["person"]["id"]: one["role"] for one in client.list_members(room)}["vera"] == "seller"
    client.remove_member(room, "vera")
    assert [one["person"]["id"] for one in client.list_members(room)] == ["anna"]


def test_a_person_speaks_and_is_heard_by_the_other(client, room):
    sent = client.send_message(room, "Здравствуйте", as_person="anna", client_id="a-1", mentions=["boris"])
    assert client.send_message(room, "Здравствуйте", as_person="anna", client_id="a-1") == sent
    assert (sent["room"], sent["author"]["id"], sent["kind"], sent["mentions"]) == (room, "anna", "text", ["boris"])
    answer = client.send_message(room, "Добрый день", as_person="boris", reply_to=sent["seq"], custom={"x": 1})
    assert (answer["reply_to"]["seq"], answer["custom"]) == (sent["seq"], {"x": 1})
    page = client.get_messages(room, as_person="anna")
    assert [message["text"] for message in page["items"]] == ["Здравствуйте", "Добрый день"]
    assert client.get_message(room, answer["seq"], as_person="anna")["text"] == "Добрый день"


def test_messages_are_edited_erased_and_caught_up_with(client, room):
    first = client.send_message(room, "раз", as_person="anna")
    cursor = client.get_messages(room)["cursor"]
    assert client.edit_message(room, first["seq"], "два", as_person="anna")["text"] == "два"
    with pytest.raises(NotAllowed) as foreign:
        client.edit_message(room, first["seq"], "три", as_person="boris")
    assert foreign.value.code == "not_author"
    assert [one["text"] for one in client.get_changes(room, after=cursor, as_person="anna")["messages"]] == ["два"]
    client.erase_message(room, first["seq"], as_person="anna")
    assert client.get_message(room, first["seq"], as_person="anna")["erased_at"] is not None
    with pytest.raises(Conflict) as erased:
        client.edit_message(room, first["seq"], "поздно", as_person="anna")
    assert erased.value.code == "erased"


def test_pages_are_walked_both_ways(client, room):
    for number in range(1, 8):
        client.send_message(room, str(number), as_person="anna")
    texts = lambda page: [message["text"] for message in page["items"]]  # noqa: E731
    assert texts(client.get_messages(room, before=4, limit=2)) == ["2", "3"]
    assert texts(client.get_messages(room, after=5, limit=2)) == ["6", "7"]
    assert "4" in texts(client.get_messages(room, around=4, limit=3))
    with pytest.raises(Invalid):
        client.get_messages(room, before=4, after=2)


def test_a_system_message_for_some_is_missing_for_the_others(client, room):
    for_all = client.send_system_message(room, "Всем", kind="event", custom={"paid": True})
    assert (for_all["kind"], for_all["custom"], for_all["author"]) == ("event", {"paid": True}, None)
    client.send_system_message(room, "Анне", to=["anna"])
    heard = {
        who: [one["text"] for one in client.get_messages(room, as_person=who)["items"]] for who in ("anna", "boris")
    }
    assert heard == {"anna": ["Всем", "Анне"], "boris": ["Всем"]}


def test_a_visitor_who_turns_out_to_be_a_customer(client, room):
    client.put_person("visitor-1")
    client.put_member(room, "visitor-1")
    client.merge_person("anna", from_person="visitor-1")
    assert {one["person"]["id"] for one in client.list_members(room)} == {"anna", "boris"}


def test_all_that_there_is_of_somebody_and_nothing_after(client, room):
    client.send_message(room, "тайна", as_person="anna")
    assert "тайна" in str(client.export_person("anna"))
    client.delete_person("anna", erase=True)
    # What they wrote is erased by a job.
    until(lambda: "тайна" not in [one.get("text") for one in client.get_messages(room)["items"]])


def test_a_key_without_the_scope_speaks_for_nobody(clients, beseda, room):
    with pytest.raises(NotAllowed) as refused:
        clients(beseda.url, key=beseda.key).send_message(room, "за Анну", as_person="anna")
    assert refused.value.code == "wrong_scope"


def test_lists_are_walked_in_small_pages_too(client):
    client.put_people([{"id": f"page-{number}"} for number in range(7)])
    page, seen, cursor = replace(calls.list_people(), query={"limit": "2"}), [], ""
    while cursor is not None:
        items, cursor = client.send(page)
        assert len(items) <= 2
        seen += [person["id"] for person in items]
        page = replace(page, query={"limit": "2", "cursor": cursor or ""})
    assert len(seen) == len(set(seen))
    assert {f"page-{number}" for number in range(7)} <= set(seen)
