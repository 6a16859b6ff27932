"""Flask with Flask-Login: its own session cookie alone before the order desk, and the token view of README.md."""

import json
import re

import pytest

from bench.beseda import browser, cookie
from bench.flask import FlaskShop, signed
from bench.pages import block, settings
from bench.process import run
from bench.stories import come, hear, meet_in_a_deal, meet_on_the_page, out_and_in_again, socket, talk

ORDER = 2
# Anna's for this server, besides the one for the shop.
OWN_ACCOUNT = {"identifier": "anna", "password": "an own pass phrase"}


@pytest.fixture(scope="module")
def by_token(bench):
    """The shop, and a server that believes its tokens alone."""
    shop = FlaskShop(bench)
    shop.beseda = bench.beseda(settings("README.md", "Put it into your application"), shop.files)
    return shop


@pytest.fixture(scope="module")
def flask(bench):
    """The shop, and a server that believes its cookie: Anna's order is worked on by Boris, and Vera has none."""
    shop = FlaskShop(bench)
    shop.beseda = beseda = bench.beseda(settings("README.md", "Flask"), shop.files)
    anna = {"username": OWN_ACCOUNT["identifier"], "password": OWN_ACCOUNT["password"]}
    beseda.put_person(1, first_name="Анна", last_name="Иванова", role="client", **anna)
    beseda.put_person(2, username="boris", first_name="Борис", last_name="Петров", role="operator")
    beseda.put_person(3, username="vera", first_name="Вера", last_name="Сидорова", role="client")
    beseda.put_order(ORDER, client=1, operator=2)
    return shop


def test_people_come_with_name_and_role_and_talk(by_token):
    talk(by_token.beseda, 17, *come(by_token.beseda, by_token))


def test_they_talk_over_the_native_api_in_a_room_of_the_applications_own(by_token):
    meet_in_a_deal(by_token.beseda, 17, by_token)


def test_names_and_roles_show_on_the_page(by_token):
    meet_on_the_page(by_token.beseda, 18, *come(by_token.beseda, by_token))


def test_the_cookie_alone_opens_the_page(flask):
    cookies = [{"session": flask.session(username)} for username in ("anna", "boris")]
    people = [(None, flask.beseda.who(cookie(**kept))) for kept in cookies]
    assert [me["full_name"] for _, me in people] == ["Анна Иванова", "Борис Петров"]
    meet_on_the_page(flask.beseda, 18, *people, cookies)


def test_who_is_shut_out_and_let_in_again_comes_in_at_once(by_token):
    out_and_in_again(by_token.beseda, by_token)


def send(beseda, session, text, **headers):
    """A form with a cookie, as the order desk's page and `curl -b` send it."""
    return beseda.http.post(
        f"/api/chat/order/{ORDER}/send", data={"message": text}, headers={**cookie(session=session), **headers}
    )


def messages(beseda, session):
    return beseda.http.get(f"/api/chat/order/{ORDER}/messages", headers=cookie(session=session))


def test_the_cookie_alone_sends_and_reads(flask):
    anna, boris = flask.session("anna"), flask.session("boris")
    sent = send(flask.beseda, anna, "Где мой заказ?")
    assert sent.status_code == 200, sent.text
    assert send(flask.beseda, boris, "В пути").status_code == 200
    listed = messages(flask.beseda, anna)
    assert listed.status_code == 200, listed.text
    shown = ("sender_id", "sender_name", "sender_role", "message")
    assert [tuple(map(message.get, shown)) for message in listed.json()["messages"]] == [
        (1, "Анна Иванова", "CLIENT", "Где мой заказ?"),
        (2, "Борис Петров", "OPERATOR", "В пути"),
    ]


def test_the_printed_curl_sends_with_a_cookie_that_flask_made(flask, tmp_path):
    printed = block("docs/operating/identity.md", "5 · Your own session", "sh")
    here = {"http://127.0.0.1:8000": flask.beseda.url, r'-b "session=[^"]*"': f'-b "session={flask.session("anna")}"'}
    for shown, instead in here.items():
        printed, replaced = re.subn(shown, lambda _: instead, printed)
        assert replaced == 1, f"{shown} is printed once"
    answer = json.loads(run(["sh", "-euc", printed], tmp_path, {"no_proxy": "*"}))
    assert answer["success"] is True
    assert answer["message"] == messages(flask.beseda, flask.session("boris")).json()["messages"][-1]
    shown = ("order_id", "sender_id", "sender_role", "message")
    assert [answer["message"][key] for key in shown] == [ORDER, 1, "CLIENT", "Здравствуйте"]


def test_the_cookie_alone_opens_a_socket_of_the_orders_room(flask):
    anna, boris = flask.session("anna"), flask.session("boris")
    opened = flask.beseda.http.post(
        "/api/chat/rooms/create_for_order/", json={"order_id": ORDER}, headers=cookie(session=anna)
    )
    assert opened.status_code == 200, opened.text
    with socket(flask.beseda, opened.json()["id"], proof=cookie(session=anna)) as (open_socket, _):
        assert send(flask.beseda, boris, "Уже у двери").status_code == 200
        assert hear(open_socket)["message"]["message"] == "Уже у двери"


def test_who_has_no_place_in_the_order_has_none_by_cookie(flask):
    answer = messages(flask.beseda, flask.session("vera"))
    assert (answer.status_code, answer.json()["error"]) == (403, "Нет доступа к чату этого заказа")


def test_a_cookie_that_flask_compresses_is_read(flask):
    with flask.log_in("anna") as client:
        assert client.post(f"{flask.url}/cart").status_code == 200
        session = client.cookies["session"]
    assert session.startswith(".")
    assert flask.beseda.who(cookie(session=session))["id"] == 1


def test_cookies_that_are_not_flasks_are_nobodys(flask):
    content = {"_user_id": "1", "_fresh": True}
    assert flask.beseda.who(cookie(session=signed(flask.secret, content)))["id"] == 1
    good = flask.session("anna")
    unsigned, moment, signature = good.rsplit(".", 2)
    content_of_boris = flask.session("boris").rsplit(".", 2)[0]
    for what, session in {
        "forged": f"{content_of_boris}.{moment}.{signature}",
        "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "expired": signed(flask.secret, content, age_days=32),
        "of the future": signed(flask.secret, content, age_days=-32),
        "of a foreign key": signed("another" * 8, content),
        "of nobody who is logged in": signed(flask.secret, {"_flashes": []}),
        "unsigned": unsigned,
        "empty": "",
    }.items():
        assert messages(flask.beseda, session).status_code == 401, what
        assert send(flask.beseda, session, "?").status_code == 401, what


def test_a_cookie_is_good_until_flask_says_it_is_over(flask):
    content = {"_user_id": "1", "_fresh": True}
    assert flask.beseda.who(cookie(session=signed(flask.secret, content, age_days=30)))["id"] == 1


def test_a_page_of_another_site_is_refused(flask):
    anna = flask.session("anna")
    assert send(flask.beseda, anna, "?", Origin="https://evil.example").status_code == 403
    assert send(flask.beseda, anna, "?", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_logging_out_of_the_chat_leaves_flasks_session_alone(flask):
    with browser() as client:
        flask.enter(client, "anna")
        session = client.cookies["session"]
        assert client.post(f"{flask.beseda.url}/login/", json=OWN_ACCOUNT).status_code == 200
        assert client.cookies["session"] == session
        assert client.get(f"{flask.url}/").status_code == 200
        assert client.post(f"{flask.beseda.url}/logout/").is_success
        assert "beseda_session" not in client.cookies
        assert client.cookies["session"] == session
        assert client.get(f"{flask.url}/").status_code == 200
        assert client.get(f"{flask.beseda.url}/api/me/").json()["id"] == 1


def test_logging_out_of_flask_leaves_the_chats_session_alone(flask):
    with browser() as client:
        assert client.post(f"{flask.beseda.url}/login/", json=OWN_ACCOUNT).status_code == 200
        ours = client.cookies["beseda_session"]
        flask.enter(client, "anna")
        assert client.cookies["beseda_session"] == ours
        assert client.post(f"{flask.url}/logout").status_code == 200
        assert "session" not in client.cookies
        assert client.cookies["beseda_session"] == ours
        assert client.get(f"{flask.beseda.url}/api/me/").json()["id"] == 1
        assert client.get(f"{flask.url}/").status_code == 401


def test_who_is_shut_out_comes_in_by_no_cookie_and_who_is_let_in_again_by_the_next_at_once(flask):
    boris = flask.session("boris")
    assert flask.beseda.who(cookie(session=boris))["id"] == 2
    flask.beseda.set_active(2, False)
    assert messages(flask.beseda, boris).status_code == 401
    flask.beseda.set_active(2, True)
    assert flask.beseda.who(cookie(session=flask.session("boris")))["id"] == 2
    assert messages(flask.beseda, boris).status_code == 401
