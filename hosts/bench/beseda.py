"""The built server over a data directory of its own."""

import functools
from pathlib import Path

import httpx

from bench.process import PATIENCE, Process, run, wait_for

BINARY = Path(__file__).parents[2] / "target/debug/beseda"

# Rates are off: a test is refused for its own reason only. Numbers are off: several servers would want their one port.
SETTINGS = """\
metrics_listen = "off"
limits.connects_per_second = 0
limits.logins_per_minute = 0
limits.logins_per_minute_address = 0
limits.misses_per_minute = 0
"""


def browser(**more):
    """A client that keeps cookies by host name and not by port, as a browser does, and asks no proxy."""
    return httpx.Client(trust_env=False, timeout=PATIENCE, **more)


class Shown:
    """A server as a process shows it, under a path or not: the process is its own, or that of a proxy before it."""

    def __init__(self, process, server, under=""):
        self.process, self.server = process, server
        self.origin, self.url = process.url, f"{process.url}{under}"
        self.sockets = self.url.replace("http://", "ws://")
        self.http = browser(base_url=self.url)

    def stop(self):
        """Ends the process."""
        self.http.close()
        self.process.stop()

    # As the application, with an API key.

    def app(self, method, path, body):
        """A call of the application, which must be taken."""
        answer = self.http.request(method, path, json=body, headers=bearer(self.server.key))
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def put_person(self, person, **said):
        """Puts somebody under the id that the host has for them."""
        return self.app("PUT", f"/api/v1/people/{person}/", said)

    def put_order(self, order, **places):
        """Puts an order and who has a place in it."""
        return self.app("PUT", f"/api/v1/orders/{order}/", {"number": f"A-{order}", "status": "new", **places})

    def patch_person(self, person, **said):
        """Changes what is said of somebody, and leaves the rest."""
        return self.app("PATCH", f"/api/v1/people/{person}/", said)

    def set_active(self, person, active):
        """Shuts somebody out, or lets them in again."""
        return self.patch_person(person, active=active)

    # As a person, with whatever proves who it is.

    def me(self, proof):
        """The answer to who this is."""
        return self.http.get("/api/me/", headers=proof)

    def who(self, proof):
        """Who this is; it must be somebody."""
        answer = self.me(proof)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}\n{self.server.log()[-2000:]}"
        return answer.json()


class Beseda(Shown):
    """A running server. `settings` are what the pages print for `beseda.toml`; `files` stand beside it."""

    def __init__(self, folder, settings, files=None):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        for name, text in (files or {}).items():
            (self.data / name).touch(mode=0o600)
            (self.data / name).write_text(text)
        # Tables swallow what follows them: they come last.
        (self.data / "beseda.toml").write_text(SETTINGS + settings)
        super().__init__(self._serve(), self)
        self._wait_until_ready()

    def again(self):
        """Serves once more, under the same address, after its process was stopped."""
        self.process = self._serve(self.process.port)
        self._wait_until_ready()

    def _serve(self, port=0):
        return Process("beseda", [BINARY, "serve", "--listen", f"127.0.0.1:{port}", "--data", self.data], self.folder)

    def _wait_until_ready(self):
        wait_for("the server is ready", lambda: self.http.get("/readyz").status_code == 200)

    @functools.cached_property
    def key(self):
        """The key of the application."""
        return self.command("key", "create", "hosts", "--scope", "people,orders,groups,rooms,import").strip()

    def command(self, *words):
        """What `beseda …` prints."""
        return run([BINARY, *words, "--data", self.data], self.folder)

    def log(self):
        """What it said."""
        return self.process.log.read_text()


def bearer(token):
    """The header that carries a token or a key."""
    return {"Authorization": f"Bearer {token}"}


def cookie(**cookies):
    """The header that carries cookies, as `curl -b` sends them."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
