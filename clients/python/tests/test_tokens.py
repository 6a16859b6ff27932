"""The application's own token: the server believes it, and it says what it was told to say."""

import jwt
import pytest

from bench.beseda import bearer
from beseda_client import mint_token
from tests.parts import SECRET


def test_the_server_believes_it(beseda):
    token = mint_token(SECRET, 71, first_name="Анна", last_name="Иванова", email="anna@shop.example", role="client")
    me = beseda.who(bearer(token))
    assert (me["id"], me["full_name"], me["email"], me["role"]) == (71, "Анна Иванова", "anna@shop.example", "client")


def test_it_lets_its_bearer_into_rooms(beseda):
    token = mint_token(SECRET, 72, role="client", rooms={"order:72": "member"})
    rooms = beseda.http.get("/api/chat/rooms/", headers=bearer(token)).json()
    assert [room["order"] for room in rooms] == [72]


def test_it_says_what_it_is_told_to(beseda):
    token = mint_token(
        SECRET,
        "auth0|5",
        seconds=60,
        issuer="https://shop.example",
        audience="chat",
        name=None,
        clock=lambda: 1e9 + 0.9,
    )
    claims = jwt.decode(
        token, SECRET, ["HS256"], options={"verify_signature": True, "verify_exp": False}, audience="chat"
    )
    assert claims == {
        "iss": "https://shop.example",
        "aud": "chat",
        "sub": "auth0|5",
        "iat": 1_000_000_000,
        "exp": 1_000_000_060,
    }


def test_no_claim_says_whose_it_is_besides():
    claims = jwt.decode(mint_token(SECRET, 7, sub="8", exp=2**40), options={"verify_signature": False})
    assert claims["sub"] == "7"
    assert claims["exp"] < 2**40


def test_a_short_secret_signs_nothing():
    mint_token("x" * 32, 7)
    with pytest.raises(ValueError, match="32 bytes") as refused:
        mint_token("secret of too few bytes", 7)
    assert "too few" not in str(refused.value)
    with pytest.raises(ValueError):
        mint_token(SECRET, 7, seconds=0)


def test_a_token_that_is_over_opens_nothing(beseda):
    assert beseda.me(bearer(mint_token(SECRET, 73, clock=lambda: 1e9))).status_code == 401
