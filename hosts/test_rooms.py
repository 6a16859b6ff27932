"""Rooms of an application's own, as README.md prints them for Python and for Node: put again and again, talked in, closed."""

import os
import secrets
import sys

import pytest

from bench.beseda import bearer
from bench.pages import block, settings
from bench.printed import CLIENT
from bench.process import run
from bench.stories import both, talk_natively
from beseda_client import mint_token

# What the application has already, and hands to the printed function.
CALLS = {
    "python": """
from types import SimpleNamespace as Row
anna, boris = Row(id="auth0|anna", name="Анна"), Row(id="auth0|boris", name="Борис")
deal_changed(Row(id="A/9", status="{status}", seller=anna, buyer=boris, is_over={is_over}))
""",
    "js": """
const [seller, buyer] = [{{ id: "auth0|anna", name: "Анна" }}, {{ id: "auth0|boris", name: "Борис" }}];
await dealChanged({{ id: "A/9", status: "{status}", seller, buyer, isOver: {is_over} }});
""",
}
TRUE = {"python": "True", "js": "true"}
FALSE = {"python": "False", "js": "false"}


@pytest.mark.parametrize("language", CALLS)
def test_a_room_of_the_applications_own_is_put_talked_in_and_closed(bench, language):
    secret = secrets.token_hex(32)
    beseda = bench.beseda(settings("README.md", "Put it into your application"), {"shared-secret": secret})
    folder = bench.folder_of(language)
    printed = block("README.md", "Rooms of your own", language)

    def put(status, is_over=FALSE):
        program = folder / {"python": "deal.py", "js": "deal.mjs"}[language]
        program.write_text(printed + CALLS[language].format(status=status, is_over=is_over[language]))
        variables = {"BESEDA_URL": beseda.url, "BESEDA_KEY": beseda.key, "no_proxy": "*"}
        python_path = os.pathsep.join((str(CLIENT), os.environ.get("PYTHONPATH", "")))
        run([{"python": sys.executable, "js": "node"}[language], program], folder, {**variables, "PYTHONPATH": python_path})

    put("new")
    put("new")
    people = both(beseda, *(mint_token(secret, f"auth0|{name}") for name in ("anna", "boris")))
    talk_natively(beseda, "deal:A/9", *people)
    put("paid", TRUE)
    room = beseda.http.get("/api/v1/rooms/deal:A%2F9/", headers=bearer(people[0][0])).json()
    assert (room["key"], room["closed"], room["can"]) == ("deal:A/9", True, ["read"])
    assert room["subject"] == {"title": "Сделка A/9", "status": "paid"}
