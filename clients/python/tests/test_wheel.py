"""What is shipped: all of it, and nothing else."""

import re
import sys
import zipfile

from bench.process import run

FOLDERS = {"beseda_client", "beseda_django"}


def test_a_wheel_has_all_of_it(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as shipped:
        names = shipped.namelist()
        metadata = shipped.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    assert {
        "beseda_client/py.typed",
        "beseda_client/bot/__init__.py",
        "beseda_django/py.typed",
        "beseda_django/migrations/0001_initial.py",
        "beseda_django/management/commands/beseda_send.py",
        "beseda_django/templates/beseda_django/chat.html",
        "beseda_django/templatetags/beseda.py",
    } <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == FOLDERS
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert re.findall("^Requires-Dist: (.*)$", metadata, re.M) == [
        "httpx<1,>=0.27",
        "websockets>=15; extra == 'bot'",
        "django>=4.2; extra == 'django'",
    ]


def test_an_sdist_makes_the_same_wheel(built, tmp_path):
    import tarfile

    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as shipped:
        shipped.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], folder)
    (again,), (wheel,) = tmp_path.glob("*.whl"), built.glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_what_is_installed_is_imported(installed, tmp_path):
    program = (
        "import beseda_client, beseda_client.bot, beseda_django, sys;"
        "print(beseda_client.__file__, beseda_django.__file__, 'django' in sys.modules)"
    )
    said = run([sys.executable, "-c", program], tmp_path, {"PYTHONPATH": str(installed)}).split()
    assert said == [*(str(installed / name / "__init__.py") for name in ("beseda_client", "beseda_django")), "False"]


def test_all_names_that_are_given_are_there(installed, tmp_path):
    program = (
        "import beseda_client, beseda_client.bot as bot;"
        "[getattr(module, name) for module in (beseda_client, bot) for name in module.__all__];"
        "import django; from django.conf import settings;"
        "settings.configure(INSTALLED_APPS=['beseda_django']); django.setup();"
        "import beseda_django; print(len([getattr(beseda_django, name) for name in beseda_django.__all__]))"
    )
    assert run([sys.executable, "-c", program], tmp_path, {"PYTHONPATH": str(installed)}).strip() == "16"
