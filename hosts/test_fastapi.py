"""FastAPI that publishes its keys, by the code that docs/operating/hosts.md prints."""

import sys

import pytest

from bench.beseda import bearer
from bench.host import Host
from bench.pages import block, settings
from bench.process import run
from bench.stories import come, meet_in_a_deal, meet_on_the_page, out_and_in_again, talk

PAGE, HEADING = "docs/operating/hosts.md", "FastAPI, or whoever publishes keys"


@pytest.fixture(scope="module")
def fastapi(bench):
    folder = bench.folder_of("fastapi", "fastapi_shop")
    bench.append(folder / "app.py", *(block(PAGE, HEADING, "python", number) for number in (0, 1)))
    run(["openssl", "genrsa", "-out", "chat-key.pem", "2048"], folder)
    serve = [sys.executable, "-m", "uvicorn", "app:app", "--port", "0"]
    host = Host(bench.start("fastapi", serve, folder))
    host.beseda = bench.beseda(settings(PAGE, HEADING, host.url))
    return host


def test_people_come_with_name_and_role_and_talk(fastapi):
    talk(fastapi.beseda, 17, *come(fastapi.beseda, fastapi))


def test_they_talk_over_the_native_api_in_a_room_of_the_applications_own(fastapi):
    meet_in_a_deal(fastapi.beseda, 17, fastapi)


def test_names_and_roles_show_on_the_page(fastapi):
    meet_on_the_page(fastapi.beseda, 18, *come(fastapi.beseda, fastapi))


def test_who_is_shut_out_and_let_in_again_comes_in_at_once(fastapi):
    out_and_in_again(fastapi.beseda, fastapi)


def test_keys_that_were_published_stay_good_while_the_shop_is_down(fastapi):
    """The last one here: the shop is gone afterwards."""
    proof = bearer(fastapi.token("boris"))
    fastapi.process.stop()
    assert fastapi.beseda.who(proof)["id"] == 2
