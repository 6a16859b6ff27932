"""A program that listens on a port, mostly one of its own choice that it says, and ends with the tests."""

import contextlib
import os
import re
import socket
import subprocess
import time
from pathlib import Path

# How long anything may take that should be over at once. Nothing waits for it when all is well.
PATIENCE = 45

SAID = re.compile(rb"http://127\.0\.0\.1:(\d+)\D")


def wait_for(what, look):
    """What `look` gives, once it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not in {PATIENCE} s")


class Process:
    """Runs until it is stopped. What it prints is in `<folder>/<name>.log`; where it listens too, without a `port`."""

    def __init__(self, name, command, folder, variables=None, port=None):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        # A server that is started again says anew where it listens.
        self.from_byte = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                # A killed test leaves nothing behind.
                ["setpriv", "--pdeathsig", "KILL", *(str(word) for word in command)],
                cwd=folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.port = int(wait_for(f"{name} listens", self._said if port is None else lambda: self._taken(port)))
        except BaseException:
            self.stop()
            raise
        self.url = f"http://127.0.0.1:{self.port}"

    def _said(self):
        found = SAID.search(self._log_of_a_living_one())
        return found and found[1]

    def _taken(self, port):
        self._log_of_a_living_one()
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), PATIENCE):
            return port

    def _log_of_a_living_one(self):
        said = self.log.read_bytes()[self.from_byte :]
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{said.decode(errors='replace')}")
        return said

    def stop(self):
        """Ends it, whatever it does."""
        self.child.kill()
        self.child.wait()


def run(command, folder, variables=None, patience=PATIENCE):
    """What a program prints that ends by itself, and well."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
