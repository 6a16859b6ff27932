"""The commands, as a host runs them: processes of their own over the shop's database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bench.beseda import bearer
from bench.process import PATIENCE, wait_for
from beseda_client import mint_token
from beseda_django import outbox as parts
from beseda_django import sync_order, sync_person
from beseda_django.models import Promise
from tests.parts import SECRET

HERE = Path(__file__).parents[2]


@pytest.fixture
def later(told, settings):
    """Nothing is told at once."""
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    return told


def said(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out.strip()


def test_once_tells_what_is_due(later, capsys):
    sync_person("once", first_name="Анна")
    assert said(capsys, "beseda_send", "--once") == "1 taken, 0 waiting, 0 given up"
    assert later.who(bearer(mint_token(SECRET, "once")))["first_name"] == "Анна"
    assert said(capsys, "beseda_send", "--once") == "0 taken, 0 waiting, 0 given up"


def test_once_fails_while_something_is_left(later):
    sync_order("left", client="nobody")
    with pytest.raises(CommandError, match=r"0 taken, 1 waiting, 0 given up: .*There is no person nobody"):
        call_command("beseda_send", "--once")


def test_again_tries_what_was_given_up(later, capsys):
    sync_order("again", client="comes-later")
    Promise.objects.update(tries=parts.REFUSALS, given_up_at=parts.Outbox("default").now())
    assert said(capsys, "beseda_send", "--once") == "0 taken, 0 waiting, 1 given up"
    later.put_person("comes-later", role="client")
    assert said(capsys, "beseda_send", "--once", "--again").splitlines() == [
        "1 to be tried again",
        "1 taken, 0 waiting, 0 given up",
    ]


def test_the_worker_tells_until_it_is_stopped(later):
    program = (
        "import json, os, sys, django; from django.conf import settings; django.setup();"
        "settings.BESEDA = json.loads(os.environ['BESEDA_SAID']);"
        "from django.core.management import call_command;"
        "call_command('beseda_send', '--every', '0.05')"
    )
    import json

    from django.conf import settings as now

    environment = {
        **os.environ,
        "BESEDA_SAID": json.dumps(now.BESEDA),
        "PYTHONPATH": os.pathsep.join(str(HERE / folder) for folder in ("src", ".")),
    }
    sync_person("worker", first_name="Анна")
    worker = subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=HERE, stderr=subprocess.PIPE)
    try:
        wait_for("the first one is told", lambda: not Promise.objects.exists())
        sync_person("worker", first_name="Вера")
        wait_for("the second one is told", lambda: not Promise.objects.exists())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
    finally:
        worker.kill()
        worker.communicate()
    assert later.who(bearer(mint_token(SECRET, "worker")))["first_name"] == "Вера"
