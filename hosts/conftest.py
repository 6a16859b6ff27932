"""What every test stands on: the parts that have to be there, and a folder for a module's processes."""

import shutil
from pathlib import Path

import pytest

from bench.beseda import BINARY
from bench.bench import Bench
from bench.nginx import PROGRAM

HERE = Path(__file__).parent


def pytest_sessionstart():
    """What is missing is an error, and says what brings it."""
    parts = (
        BINARY,
        HERE / "express_shop/node_modules/express",
        HERE.parent / "web/node_modules/playwright-core",
        HERE.parent / "web/apps/chat/dist/index.html",
    )
    missing = [str(path) for path in parts if not path.exists()]
    missing += [program for program in ("node", "curl") if shutil.which(program) is None]
    missing += [] if PROGRAM else ["nginx"]
    if missing:
        pytest.exit(f"missing: {', '.join(missing)}. script/test hosts installs and builds it.", returncode=2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Starts what a module needs, and ends it with the module."""
    bench = Bench(tmp_path_factory)
    yield bench
    bench.stop()
