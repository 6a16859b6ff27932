"""What every test stands on: the parts that have to be there, and a folder for a module's processes."""

import shutil
from pathlib import Path

import pytest

from bench.beseda import BINARY, Beseda
from bench.nginx import PROGRAM, Nginx
from bench.process import Process

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
    for process in reversed(bench.running):
        process.stop()


class Bench:
    """Processes, each in a new folder."""

    def __init__(self, folders):
        self.folders, self.here = folders, HERE
        self.running = []

    def folder_of(self, name, shop=None, chat=None):
        """A new folder; with the files of a shop, and in them the code that the pages print."""
        folder = self.folders.mktemp(name)
        if shop is not None:
            skip = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(HERE / shop, folder, dirs_exist_ok=True, ignore=skip)
        for file, text in (chat or {}).items():
            (folder / file).write_text(text)
        return folder

    def append(self, file, *printed):
        """Puts the code that the pages print at the end of a file of the shop's."""
        file.write_text("\n\n".join((file.read_text(), *printed)))

    def start(self, name, command, folder, variables=None):
        """A host."""
        self.running.append(Process(name, command, folder, variables))
        return self.running[-1]

    def beseda(self, settings, files=None):
        """The server before the hosts."""
        self.running.append(Beseda(self.folder_of("beseda"), settings, files))
        return self.running[-1]

    def nginx(self, block, server, under):
        """A proxy before the server."""
        self.running.append(Nginx(self.folder_of("nginx"), block, server, under))
        return self.running[-1]
