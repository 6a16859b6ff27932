"""One connection for many calls, as a page or a proxy keeps it: what was refused does not cost the next call."""

import jwt
import pytest

from bench.beseda import bearer
from bench.pages import settings

SECRET = "a secret of thirty-two bytes, or more"
ROUNDS = 300


@pytest.fixture(scope="module")
def beseda(bench):
    return bench.beseda(settings("README.md", "Put it into your application"), {"shared-secret": SECRET})


def refused_for_its_proof(beseda):
    return beseda.http.post("/api/chat/messages/", json={"room": 1, "message": "?"})


def refused_for_its_page(beseda):
    headers = {"Origin": "https://evil.example"}
    return beseda.http.post("/login/", json={"identifier": "anna", "password": "?"}, headers=headers)


def refused_for_its_address(beseda):
    return beseda.http.post("/nowhere/", content=b"?")


@pytest.mark.parametrize(
    "refused, status", [(refused_for_its_proof, 401), (refused_for_its_page, 403), (refused_for_its_address, 404)]
)
def test_a_refused_body_does_not_cost_the_next_call(beseda, refused, status):
    proof = bearer(jwt.encode({"sub": "7", "exp": 2**33}, SECRET, "HS256"))
    connections = set()
    for _ in range(ROUNDS):
        for answer, wanted in ((refused(beseda), status), (beseda.me(proof), 200)):
            assert answer.status_code == wanted, answer.text
            connections.add(answer.extensions["network_stream"])
    assert len(connections) == 1, "the server ended a connection"
