"""A page, block by block: what it prints is run in one shell, and what it says is answered is held against the answer."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from bench.beseda import BINARY, SETTINGS
from bench.pages import ROOT, fences
from bench.process import PATIENCE, Process, wait_for

CLIENT = ROOT / "clients/python/src"
# Where the pages say that the server listens.
CHAT = "127.0.0.1:8000"
SERVE = "beseda serve"
OVER = "--- the block is over ---"


class Printed:
    """The blocks of a page, run in a folder: `elsewhere` says what is at another address here than is printed, `files` what
    a block of a language is saved as, and `asides` how commands begin that run in a terminal of their own."""

    def __init__(self, bench, page, folder, elsewhere, files, asides):
        self.bench, self.page, self.folder = bench, page, folder
        self.elsewhere, self.files, self.asides = dict(elsewhere), files, (SERVE, *asides)
        programs = (BINARY.parent, Path(sys.executable).parent, os.environ["PATH"])
        path = os.pathsep.join(map(str, programs))
        self.variables = {"PATH": path, "no_proxy": "*", "PYTHONPATH": str(CLIENT), "LC_ALL": "C.UTF-8"}
        self.shell = Shell(folder, self.variables)
        self.chat, self.aside, self.said, self.blocks = None, None, "", 0

    def run(self, until=None):
        """Runs the blocks that were not run yet; with `until`, as far as one that begins so."""
        blocks = list(fences((ROOT / self.page).read_text().splitlines()))
        for language, text in blocks[self.blocks :]:
            if until is not None and text.startswith(until):
                return
            self.blocks += 1
            try:
                self._take(language, self.here(text))
            except AssertionError as wrong:
                raise AssertionError(f"{self.page}, block {self.blocks}:\n{text}\n{wrong}") from None
        assert until is None, f"{self.page}: no block begins with {until}"

    def stop(self):
        """Ends the shell; what it started in terminals of their own ends with the bench."""
        self.shell.stop()

    def here(self, text):
        """What is printed, with the addresses of this machine."""
        for printed, here in self.elsewhere.items():
            text = text.replace(printed, here)
        return text

    def hears(self, words):
        """Waits until what runs in the last terminal has said something."""
        wait_for(f"{self.aside.name} says {words}", lambda: words in self.aside.log.read_text())

    def _take(self, language, text):
        if language in self.files:
            # Rates are off, and the port for numbers is one for all servers.
            self.folder.joinpath(self.files[language]).write_text(SETTINGS + text if language == "toml" else text)
        elif language == "sh" and text.startswith(self.asides):
            self._start(text)
        elif language == "sh":
            self.said = self.shell.run(text)
        elif language == "json":
            fits(json.loads(text), json.loads(self.said))
        elif language == "text":
            lines_fit(text, self.said)
        else:
            raise AssertionError(f"what is a block in {language}?")

    def _start(self, text):
        """Starts what is printed for a terminal of its own. The server gets a port, all others know theirs."""
        is_chat = text.startswith(SERVE)
        name = f"{text.split()[0]}-{self.blocks}"
        command = ["sh", "-c", f"exec {text.replace(CHAT, '127.0.0.1:0')}"]
        ports = None if is_chat else [int(port) for port in re.findall(r"\b\d{5}\b", text)]
        # Who listens nowhere is there at once.
        port = None if is_chat else (ports or [self.chat.port])[0]
        self.aside = Process(name, command, self.folder, self.variables, port)
        self.bench.running.append(self.aside)
        if is_chat:
            self.chat = self.aside
            self.elsewhere[CHAT] = f"127.0.0.1:{self.chat.port}"
            self.variables["BESEDA_URL"] = self.chat.url


class Shell:
    """One shell, block after block: a later one uses what an earlier one has made."""

    def __init__(self, folder, variables):
        self.wrong = Path(folder) / "shell.log"
        with self.wrong.open("wb") as wrong:
            self.child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "sh", "-eu"],
                cwd=folder,
                env={**os.environ, **variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=wrong,
                text=True,
            )

    def run(self, block):
        """What a block prints."""
        watch = threading.Timer(PATIENCE, self.child.kill)
        watch.start()
        try:
            self.child.stdin.write(f"{block}\nprintf '\\n%s\\n' '{OVER}'\n")
            self.child.stdin.flush()
            said = []
            for line in self.child.stdout:
                if line.rstrip("\n") == OVER:
                    return "".join(said)
                said.append(line)
        finally:
            watch.cancel()
        raise AssertionError(f"it ended with {self.child.wait()}:\n{''.join(said)}\n{self.wrong.read_text()}")

    def stop(self):
        """Ends it."""
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


def fits(printed, said, where="the answer"):
    """Whether an answer has all that is printed of it. `…` stands for anything, as an item for any others behind it."""
    if isinstance(printed, dict):
        assert isinstance(said, dict), f"{where} is {said!r}"
        for name, value in printed.items():
            assert name in said, f"{where} has no {name}: {said}"
            fits(value, said[name], f"{where}.{name}")
    elif isinstance(printed, list):
        assert isinstance(said, list), f"{where} is {said!r}"
        is_open = printed[-1:] == ["…"]
        items = printed[:-1] if is_open else printed
        assert len(said) >= len(items) if is_open else len(said) == len(items), f"{where} has {len(said)} items: {said}"
        for number, (one, other) in enumerate(zip(items, said)):
            fits(one, other, f"{where}[{number}]")
    elif isinstance(printed, str) and isinstance(said, str):
        assert _pattern(printed).fullmatch(said), f"{where} is {said!r}, and not {printed!r}"
    else:
        assert printed == "…" or (type(printed), printed) == (type(said), said), f"{where} is {said!r}, not {printed!r}"


def lines_fit(printed, said):
    """Whether lines are there in their order, whatever else is. `…` stands for anything in a line."""
    lines = iter(said.splitlines())
    for line in printed.splitlines():
        assert any(_pattern(line).fullmatch(one) for one in lines), f"no line {line!r} (behind those before it) in:\n{said}"


def _pattern(text):
    return re.compile(".*".join(map(re.escape, text.split("…"))), re.DOTALL)
