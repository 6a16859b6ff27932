"""Express with jsonwebtoken, by the route that README.md prints."""

import secrets

import pytest

from bench.host import Host
from bench.pages import block, settings
from bench.stories import come, meet_in_a_deal, meet_on_the_page, out_and_in_again, talk


@pytest.fixture(scope="module")
def express(bench):
    secret = secrets.token_hex(32)
    folder = bench.folder_of("express", "express_shop")
    bench.append(folder / "app.js", block("README.md", "Express", "js"))
    (folder / "node_modules").symlink_to(bench.here / "express_shop/node_modules")
    host = Host(bench.start("express", ["node", "app.js"], folder, {"CHAT_SECRET": secret}))
    host.beseda = bench.beseda(settings("README.md", "Put it into your application"), {"shared-secret": secret})
    return host


def test_people_come_with_name_and_role_and_talk(express):
    talk(express.beseda, 17, *come(express.beseda, express))


def test_they_talk_over_the_native_api_in_a_room_of_the_applications_own(express):
    meet_in_a_deal(express.beseda, 17, express)


def test_names_and_roles_show_on_the_page(express):
    meet_on_the_page(express.beseda, 18, *come(express.beseda, express))


def test_who_is_shut_out_and_let_in_again_comes_in_at_once(express):
    out_and_in_again(express.beseda, express)
