"""The native API keeps to its own description: nothing that is asked for is answered otherwise, whoever asks."""

import json
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from bench.beseda import bearer
from bench.process import run
from beseda_client import mint_token

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SCOPES = "people,orders,groups,rooms,act,import,export"

# Rates are off, and nobody is held for long.
SETTINGS = """\
limits.sends_per_second = 0
limits.searches_per_second = 0
limits.uploads_per_minute = 0
limits.rooms_per_hour = 0
limits.wait_seconds = 1
push_subject = "mailto:admin@shop.example"
[[issuers]]
issuer = ""
algorithms = ["HS256"]
secret_file = "shared-secret"
"""
# Each with what they ask about, where that is known, and how: all bounds of each field are tried by two of them.
ACTORS = {
    "nobody": ({}, "fuzzing"),
    "member": ({"path.key": "order:17", "path.seq": 1}, "coverage,fuzzing"),
    "staff": ({"path.key": "order:17", "path.seq": 1}, "fuzzing"),
    "key": ({"path.id": "8"}, "coverage,fuzzing"),
}
# Thousands of calls, beside whatever else runs here.
PATIENCE = 600


def test_the_documents_are_what_they_say():
    OpenAPIV31SpecValidator(json.loads((DOCS / "openapi.json").read_text())).validate()


@pytest.fixture(scope="module")
def told(bench):
    """What came of each run, by who asked. They run side by side, each before a server of its own."""
    runs = {actor: start(bench, actor) for actor in ACTORS}
    with ThreadPoolExecutor(len(runs)) as beside:
        outcomes = {actor: beside.submit(ask, *run) for actor, run in runs.items()}
        return {actor: outcome.result() for actor, outcome in outcomes.items()}


def start(bench, actor):
    """A server with an order, and the headers of who asks."""
    secret = secrets.token_hex(32)
    beseda = bench.beseda(SETTINGS, {"shared-secret": secret})
    for person, role in (("7", "client"), ("9", "admin")):
        beseda.put_person(person, first_name="Anna", role=role)
    beseda.put_order(17, client="7")
    anna = bearer(mint_token(secret, "7", seconds=3600))
    beseda.http.post("/api/v1/rooms/order:17/messages/", json={"text": "It is there."}, headers=anna).raise_for_status()
    proofs = {
        "nobody": dict,
        "member": lambda: anna,
        "staff": lambda: bearer(mint_token(secret, "9", seconds=3600)),
        "key": lambda: bearer(beseda.command("key", "create", "described", "--scope", SCOPES).strip()),
    }
    config = bench.folder_of(f"described-{actor}") / "schemathesis.toml"
    about, phases = ACTORS[actor]
    parameters = "".join(f"{json.dumps(name)} = {json.dumps(value)}\n" for name, value in about.items())
    plain = (HERE / "described.toml").read_text()
    head, tables = plain.split("[generation]")
    config.write_text(f"{head}[parameters]\n{parameters}\n[generation]{tables}")
    return config, beseda.url, proofs[actor](), phases, actor == "key"


def ask(config, url, headers, phases, is_key):
    """Asks for everything that the server says of itself; what was wrong, or nothing."""
    given = [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    program = Path(sys.executable).parent / "schemathesis"
    command = [program, "--config-file", config, "run", f"{url}/api/v1/openapi.json", "--url", url, "--phases", phases, *given]
    variables = {"SCHEMATHESIS_HOOKS": str(HERE / "described_hooks.py")}
    return attempt(command, config.parent, {**variables, **({"BESEDA_IS_KEY": "1"} if is_key else {})})


def attempt(command, folder, variables):
    try:
        run([*command, "--no-color"], folder, variables, patience=PATIENCE)
    except AssertionError as wrong:
        return str(wrong)
    return ""


@pytest.mark.parametrize("actor", ACTORS)
def test_whoever_asks_is_answered_as_it_is_described(told, actor):
    assert not told[actor], told[actor]
