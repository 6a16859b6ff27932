"""A Django project in a folder: its people, their browsers, and the code that the pages print."""

import contextlib
import json
import secrets
import sys

from bench.beseda import browser
from bench.pages import block
from bench.process import run

PRINTED = {
    "shop/chat_tokens.py": ("README.md", "Django", 0),
    "shop/chat_token.py": ("README.md", "Django", 1),
    "shop/chat_person.py": ("docs/operating/hosts.md", "Any session, by asking you", 0),
}


class Django:
    """A running project whose users have keys of this kind: `int` or `uuid`."""

    def __init__(self, bench, keys):
        self.secret = secrets.token_urlsafe(50)
        printed = {file: block(page, heading, "python", number) for file, (page, heading, number) in PRINTED.items()}
        folder = bench.folder_of(f"django-{keys}", "django_shop", printed)
        variables = {"SHOP_KEYS": keys, "SHOP_SECRET_KEY": self.secret, "CHAT_SECRET": self.secret}
        run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], folder, variables)
        self.keys = json.loads(run([sys.executable, "people.py"], folder, variables))
        serve = [sys.executable, "manage.py", "runserver", "--noreload", "--nothreading", "127.0.0.1:0"]
        self.process = bench.start("django", serve, folder, variables)
        self.url = self.process.url

    def token(self, username, path="/api/token/"):
        """The access token that simplejwt gives for a password."""
        with browser(base_url=self.url) as client:
            answer = client.post(path, json={"username": username, "password": f"p-{username}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]

    def bare_token(self, username):
        """The same as simplejwt writes it where nothing is set up: it says no more than whose it is."""
        return self.token(username, "/api/token/as-it-comes/")

    def token_of_view(self, username):
        """The access token that the project's own view gives to a browser that is logged in."""
        with self.log_in(username) as client:
            answer = client.get("/chat-token/")
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]

    @contextlib.contextmanager
    def log_in(self, username):
        """A browser that is logged in by the project's own form."""
        with browser(base_url=self.url) as client:
            client.get("/login/")
            csrf = client.cookies["csrftoken"]
            form = {"username": username, "password": f"p-{username}", "csrfmiddlewaretoken": csrf}
            answer = client.post("/login/", data=form)
            assert answer.status_code == 302, answer.text
            assert client.get("/").text == f"Hello, {username}"
            yield client

    def log_out(self, client):
        """The browser is logged out by the project's own form."""
        answer = client.post("/logout/", headers={"X-CSRFToken": client.cookies["csrftoken"]})
        assert answer.status_code == 302, answer.text
