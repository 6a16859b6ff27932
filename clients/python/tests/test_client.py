"""Both clients against the real server: what is put is there, what is refused says why, ids are those of the host."""

import traceback
import uuid

import pytest

from bench.beseda import bearer
from beseda_client import (
    Client,
    Conflict,
    Invalid,
    NoAnswer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Retries,
    TooLarge,
    UnexpectedAnswer,
    mint_token,
    room_key,
)
from tests.parts import SECRET

# Whatever a host may call somebody.
IDS = [7, "7", uuid.UUID(int=11), "auth0|5f7c", "a/b", "..", ".", "100%", "?x=1#y", "Анна Иванова", "x" * 128, 2**50]


@pytest.mark.parametrize("id", IDS, ids=str)
def test_a_person_is_called_as_the_host_calls_them(client, beseda, id):
    person = client.put_person(id, first_name="Анна", last_name="Иванова", role="client", email="")
    assert (person["id"], person["first_name"], person["role"]) == (str(id), "Анна", "client")
    assert client.patch_person(id, first_name="Вера")["last_name"] == "Иванова"
    me = beseda.who(bearer(mint_token(SECRET, id)))
    assert (str(me["id"]), me["full_name"]) == (str(id), "Вера Иванова")
    assert client.delete_person(id) is None
    assert client.delete_person(id) is None
    with pytest.raises(NotFound) as refused:
        client.patch_person(id, first_name="Анна")
    assert refused.value.code == "not_found"


def test_an_order_has_its_places(client):
    client.put_person(1, role="client")
    client.put_person(2, role="expert")
    order = client.put_order(17, number="A-17", client=1, expert="2", status="new")
    assert (order["id"], order["client"], order["expert"], order["operator"]) == ("17", "1", "2", None)
    assert client.put_order(17, number="A-17", client=1, expert=None)["expert"] is None
    assert client.delete_order(17) is None


def test_a_group_has_a_teacher_and_students(client):
    for id in (1, 2, 3):
        client.put_person(id, role="student")
    group = client.put_group("b2", name="B2", teacher=1, students=[2, "3"])
    assert (group["id"], group["teacher"], group["students"]) == ("b2", "1", ["2", "3"])
    assert client.delete_group("b2") is None


def test_a_room_of_a_kind_of_ones_own(client):
    client.put_person(1, role="client")
    client.put_person("seller/5", role="client")
    key = room_key("deal", "A 9/1%")
    room = client.put_room(key, title="Сделка", members=[1, "seller/5"])
    assert (room["key"], room["title"]) == (key, "Сделка")
    assert {member["person"]["id"] for member in room["members"]} == {"1", "seller/5"}
    assert client.remove_member(key, "seller/5") is None
    assert [member["person"]["id"] for member in client.put_room(key)["members"]] == ["1"]
    assert client.delete_room(key) is None


def test_a_system_message_is_taken_once(client):
    key = room_key("ticket", uuid.uuid4())
    client.put_room(key, title="")
    first = client.send_system_message(key, "Оплачено", client_id="paid-17")
    again = client.send_system_message(key, "Оплачено", client_id="paid-17")
    other = client.send_system_message(key, "Оплачено")
    assert again == first
    assert (first["text"], first["seq"], other["seq"]) == ("Оплачено", 1, 2)


def test_a_refusal_says_which_fields_are_wrong(client):
    with pytest.raises(Invalid) as refused:
        client.put_order(18, number="A-18", client=404)
    error = refused.value
    assert (error.status, error.code, error.errors) == (400, "invalid", {"client": ["There is no person 404."]})
    assert "There is no person 404." in str(error)
    assert error.detail.startswith("Fields are wrong")
    assert error.retry_after is None


def test_each_refusal_has_a_class_of_its_own(clients, client, beseda):
    client.put_person(31, email="anna@shop.example", password="an example of a phrase")
    with pytest.raises(Conflict) as conflict:
        client.put_person(32, email="anna@shop.example", password="another one of them")
    assert (conflict.value.code, list(conflict.value.errors)) == ("name_taken", ["email"])
    with pytest.raises(NotFound) as missing:
        client.send_system_message("deal:nowhere", "Здесь кто-нибудь есть?")
    assert missing.value.code == "no_such_room"
    with pytest.raises(TooLarge):
        client.put_person(33, first_name="x" * 40_000_000)
    few = beseda.command("key", "create", f"few-{uuid.uuid4().hex[:8]}", "--scope", "people").strip()
    with pytest.raises(NotAllowed) as scope:
        clients(beseda.url, key=few).delete_order(1)
    assert scope.value.code == "wrong_scope"
    with pytest.raises(NotAuthenticated) as nobody:
        clients(beseda.url, key="bsk_unknown").delete_order(1)
    assert nobody.value.code == "api_key_not_valid"


def test_what_names_nothing_is_not_asked(client):
    for id in ("", "x" * 129, "a\nb"):
        with pytest.raises(ValueError):
            client.put_person(id)
    for id in (True, None, 1.5):
        with pytest.raises(TypeError):
            client.put_person(id)
    with pytest.raises(ValueError):
        client.put_room("")
    with pytest.raises(ValueError):
        room_key("private", 1)


def test_keys_of_pairs_hold_any_ids():
    assert room_key("deal", 17) == "deal:17"
    assert room_key("lesson", "2026-11-28:b2") == "lesson:2026-11-28:b2"
    assert room_key("private", "a:b", "100%") == "private:a%3Ab:100%25"


def test_an_address_that_is_none_is_refused_at_once(clients):
    for url in (
        "chat.example",
        "ftp://chat.example",
        "https://",
        "https://chat.example/?a=1",
        "https://a:b@chat.example",
    ):
        with pytest.raises(ValueError):
            clients(url, key="bsk_any")
    for key in ("", "two words", "строка", "bsk_a\n"):
        with pytest.raises(ValueError):
            clients("https://chat.example", key=key)


def test_what_speaks_otherwise_is_told_from_a_refusal(clients, beseda):
    # Under a wrong address stands something else, which knows no such person either.
    with pytest.raises(UnexpectedAnswer, match="404 without a code"):
        clients(f"{beseda.url}/chat", key=beseda.key).get_person(1)
    with pytest.raises(UnexpectedAnswer, match=r"404 without a code, 'Not found\.'"):
        clients(f"{beseda.url}/elsewhere", key=beseda.key).delete_order(1)


def test_a_server_that_is_not_there(clients):
    once = Retries(tries=1)
    with pytest.raises(NoAnswer) as gone:
        clients("http://127.0.0.1:9", key="bsk_any", retries=once).delete_order(1)
    assert str(gone.value).startswith("DELETE /api/v1/orders/1/")


def test_a_client_waits_for_a_server_that_starts_again(beseda):
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        beseda.again()

    with Client(beseda.url, key=beseda.key, trust_env=False, sleep=sleep) as client:
        client.put_person(41, first_name="Вера")
        beseda.process.stop()
        assert client.put_person(41, first_name="Анна")["first_name"] == "Анна"
    assert len(slept) == 1


def test_a_key_shows_itself_nowhere(clients, beseda, caplog):
    caplog.set_level("DEBUG")
    key = "bsk_0123456789abcdef"
    client = clients(beseda.url, key=key)
    with pytest.raises(NotAuthenticated) as refused:
        client.put_person(1)
    inner = getattr(client, "client", client)
    shown = [repr(client), repr(inner.__dict__), str(refused.value), repr(refused.value.__dict__)]
    shown += traceback.format_exception(refused.value)
    shown += [record.getMessage() for record in caplog.records]
    assert any("401" in text for text in shown)
    assert not [text for text in shown if key in text]
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
