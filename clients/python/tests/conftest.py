"""What the tests stand on: the built server, and both clients of it, asked in the same words."""

import contextlib
import sys
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from bench.bench import Bench
from bench.beseda import BINARY
from bench.process import run
from beseda_client import AsyncClient, Client
from tests.parts import SECRET, SETTINGS, Awaited

HERE = Path(__file__).parents[1]


def pytest_sessionstart():
    """What is missing is an error, and says what brings it."""
    if not BINARY.exists():
        pytest.exit(f"missing: {BINARY}. script/test hosts builds it.", returncode=2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Starts what a module needs, and ends it with the module."""
    bench = Bench(tmp_path_factory)
    yield bench
    bench.stop()


@pytest.fixture(scope="module")
def beseda(bench):
    """A server that believes tokens signed with `SECRET`."""
    return bench.beseda(SETTINGS, {"shared-secret": SECRET})


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with a wheel and an sdist of this package."""
    folder = tmp_path_factory.mktemp("built")
    run([sys.executable, "-m", "hatchling", "build", "-d", folder], HERE)
    return folder


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """A folder with the package as it is installed."""
    folder, (wheel,) = tmp_path_factory.mktemp("installed"), built.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder, wheel]
    run(install, folder)
    return folder


@pytest.fixture(params=["sync", "async"])
def clients(request):
    """Makes clients of one kind, all asked as if they waited."""
    with contextlib.ExitStack() as ends:
        if request.param == "sync":
            yield lambda *words, **said: ends.enter_context(Client(*words, **said, trust_env=False))
        else:
            portal = ends.enter_context(start_blocking_portal())
            yield lambda *words, **said: Awaited(portal, AsyncClient(*words, **said, trust_env=False))


@pytest.fixture
def client(clients, beseda):
    """A client with the application's key."""
    return clients(beseda.url, key=beseda.key)
