"""A project that `startproject` has just made: its key is one that Django calls insecure."""

import re
import sys

import jwt

from bench.beseda import bearer
from bench.pages import settings
from bench.process import run


def test_its_key_is_taken_with_a_warning(bench):
    folder = bench.folder_of("new")
    run([sys.executable, "-m", "django", "startproject", "shop", "."], folder)
    secret = re.search(r"SECRET_KEY = ['\"](.*)['\"]", (folder / "shop/settings.py").read_text())[1]
    assert secret.startswith("django-insecure-")
    beseda = bench.beseda(settings("README.md", "Put it into your application"), {"shared-secret": secret})
    token = jwt.encode({"sub": "7", "exp": 2**33}, secret, "HS256")
    assert beseda.who(bearer(token))["id"] == 7
    assert "Django's key of a new project" in beseda.log()
    assert secret not in beseda.log()
