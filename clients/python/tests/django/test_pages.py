"""What browsers are told: the token view, the view for the server's `session_url`, and the chat in a page."""

import json

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client as Browser

from bench.beseda import bearer
from beseda_client import mint_token
from tests.parts import SECRET
from tests.shop.models import Order


@pytest.fixture
def browser(people):
    """Anna's browser."""
    browser = Browser()
    browser.force_login(people[0])
    return browser


def test_the_token_view_lets_in_who_is_logged_in(told, people, browser):
    answer = browser.get("/chat/token/")
    assert (answer.status_code, answer["Cache-Control"], answer["Content-Type"]) == (
        200,
        "no-store",
        "application/json",
    )
    said = answer.json()
    assert said["expires_in"] == 300
    me = told.who(bearer(said["access"]))
    assert (me["id"], me["first_name"], me["email"], me["role"]) == (
        people[0].pk,
        "Анна",
        "anna@shop.example",
        "client",
    )


def test_the_token_opens_the_rooms_that_the_shop_says(told, settings, people, browser):
    settings(URL=told.url, KEY=told.key, ROOMS="tests.shop.beseda.rooms", AT_ONCE=False)
    order = Order.objects.create(number="A-9", client=people[0])
    access = browser.get("/chat/token/").json()["access"]
    rooms = told.http.get("/api/chat/rooms/", headers=bearer(access)).json()
    assert order.pk in [room["order"] for room in rooms]


def test_a_token_says_what_the_settings_say(told, settings, browser):
    import jwt

    settings(URL=told.url, KEY=told.key, ISSUER="https://shop.example", AUDIENCE="chat", TOKEN_SECONDS=60)
    claims = jwt.decode(browser.get("/chat/token/").json()["access"], SECRET, ["HS256"], audience="chat")
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("https://shop.example", 60)
    assert "username" not in claims


@pytest.mark.parametrize("path", ["/chat/token/", "/chat/person/"])
def test_nobody_is_told_so(told, path):
    answer = Browser().get(path)
    assert (answer.status_code, answer["Cache-Control"], answer.json()["code"]) == (
        401,
        "no-store",
        "not_authenticated",
    )
    assert Browser().post(path).status_code == 405


def test_the_person_view_says_whose_the_session_is(settings, people, browser):
    settings(ROOMS="tests.shop.beseda.rooms")
    said = browser.get("/chat/person/").json()
    anna = {"id": str(people[0].pk), "first_name": "Анна", "email": "anna@shop.example", "role": "client"}
    assert said == {**anna, "username": "anna"}
    order = Order.objects.create(number="A-9", client=people[0])
    assert browser.get("/chat/person/").json()["rooms"] == {f"order:{order.pk}": "member"}


def shown(tag, **said):
    return Template("{% load beseda %}" + tag).render(Context(said)).strip()


def test_the_tag_shows_an_order_s_room(settings):
    settings(URL="http://beseda:8000", PUBLIC_URL="https://shop.example/chat-api/")
    page = shown("{% beseda_chat room=room title=title height=400 %}", room="order:a/b c", title="Чат <о заказе>")
    assert 'src="https://shop.example/chat-api/chat?order=a%2Fb%20c"' in page
    assert 'title="Чат &lt;о заказе&gt;"' in page
    assert 'height="400"' in page
    assert "script" not in page


def test_the_tag_shows_the_list_of_rooms(settings):
    settings(URL="https://chat.shop.example")
    assert 'src="https://chat.shop.example/chat"' in shown("{% beseda_chat %}")


@pytest.mark.parametrize("room", ["deal:17", "order:", "17", ""])
def test_the_tag_says_which_rooms_it_opens(settings, room):
    with pytest.raises(TemplateSyntaxError, match="the room of an order"):
        shown("{% beseda_chat room=room %}", room=room)


@pytest.mark.parametrize("order", ["", True, "x" * 129])
def test_the_tag_says_what_names_no_order(settings, order):
    with pytest.raises(TemplateSyntaxError, match="the room of an order"):
        shown("{% beseda_chat order=order %}", order=order)


def test_a_page_of_the_shop_has_the_chat_in_it(told, browser):
    page = browser.get("/orders/17/").content.decode()
    assert f'src="{told.url}/chat?order=17"' in page


def test_a_minted_token_and_the_view_s_are_alike(told, people, browser):
    from base64 import urlsafe_b64decode

    anna = people[0]
    parts = browser.get("/chat/token/").json()["access"].split(".")
    minted = mint_token(SECRET, anna.pk, first_name="Анна", email=anna.email, role="client").split(".")
    head, body = (json.loads(urlsafe_b64decode(part + "==")) for part in parts[:2])
    assert head == {"alg": "HS256", "typ": "JWT"}
    assert body.keys() == json.loads(urlsafe_b64decode(minted[1] + "==")).keys()
