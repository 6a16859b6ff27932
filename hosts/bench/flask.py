"""A Flask shop in a folder, the browsers of its people, and cookies that it makes or only seems to have made."""

import contextlib
import secrets
import sys
import time
from unittest import mock

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from bench.beseda import browser
from bench.pages import block

DAY = 24 * 60 * 60


class FlaskShop:
    """A running shop."""

    keys = {"anna": 1, "boris": 2, "vera": 3}

    def __init__(self, bench):
        self.secret, chat_secret = secrets.token_hex(32), secrets.token_hex(32)
        self.files = {"flask-secret": self.secret, "shared-secret": chat_secret}
        folder = bench.folder_of("flask", "flask_shop")
        bench.append(folder / "app.py", block("README.md", "Flask", "python"))
        serve = [sys.executable, "-m", "flask", "run", "--port", "0"]
        variables = {"SHOP_SECRET_KEY": self.secret, "CHAT_SECRET": chat_secret}
        self.url = bench.start("flask", serve, folder, variables).url

    def enter(self, client, username):
        """A browser logs in by the shop's own form."""
        answer = client.post(f"{self.url}/login", data={"username": username, "password": f"p-{username}"})
        assert answer.status_code == 200, answer.text

    @contextlib.contextmanager
    def log_in(self, username):
        """A browser that is logged in."""
        with browser() as client:
            self.enter(client, username)
            yield client

    def session(self, username):
        """The cookie that the shop gives to somebody who logs in."""
        with self.log_in(username) as client:
            return client.cookies["session"]

    def token(self, username):
        """The token that the shop's route gives to somebody who is logged in."""
        with self.log_in(username) as client:
            answer = client.get(f"{self.url}/chat-token")
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]


def signed(secret, content, age_days=0):
    """A cookie as Flask writes it, with this key, some days ago."""
    app = Flask("another")
    app.config["SECRET_KEY"] = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    with mock.patch("itsdangerous.timed.time.time", return_value=time.time() - age_days * DAY):
        return serializer.dumps(content)
