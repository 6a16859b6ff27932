"""The bot over the real server's native socket, and what README.md prints for it."""

import asyncio
import os
import subprocess
import sys
import uuid

import anyio
import pytest

from bench.pages import block
from beseda_client import AsyncClient, NotAuthenticated, NotFound
from beseda_client.bot import Bot

pytestmark = pytest.mark.anyio
PATIENCE = 30


@pytest.fixture
def anyio_backend():
    """A bot is asyncio's."""
    return "asyncio"


@pytest.fixture(scope="module")
def key(beseda):
    """A key that may speak for people."""
    return beseda.command("key", "create", "bot", "--scope", "people,rooms,act").strip()


@pytest.fixture
async def shop(beseda, key):
    """The application."""
    async with AsyncClient(beseda.url, key=key, trust_env=False) as client:
        yield client


@pytest.fixture
async def room(shop):
    """A room with a robot and Anna in it."""
    await shop.put_person("anna", first_name="Анна")
    await shop.put_person("robot", first_name="Робот")
    room = f"deal:{uuid.uuid4()}"
    await shop.put_room(room, members=["anna", "robot"])
    return room


def bot_of(beseda, key, **said):
    return Bot(beseda.url, key=key, person="robot", trust_env=False, **said)


async def news(bot, count):
    texts = []
    with anyio.fail_after(PATIENCE):
        async for event in bot:
            texts += [message["text"] for message in event.new_messages]
            if len(texts) >= count:
                return texts
    return texts


async def test_it_hears_and_answers(beseda, key, shop, room):
    await shop.send_message(room, "давно", as_person="anna")
    async with bot_of(beseda, key) as bot:
        await bot.open(room)
        await shop.send_message(room, "ping", as_person="anna")
        assert await news(bot, 1) == ["ping"]
        sent = await bot.send(room, "pong", client_id="pong-1", reply_to=2)
        assert await bot.send(room, "pong", client_id="pong-1", reply_to=2) == sent
        await bot.edit(room, sent["seq"], "pong!")
        await bot.react(room, 2, "❤️")
        await bot.pin(room, sent["seq"])
        await bot.read(room, sent["seq"])
        await bot.typing(room)
        await bot.watch(["anna"])
    page = await shop.get_messages(room, as_person="anna")
    assert [message["text"] for message in page["items"]] == ["давно", "ping", "pong!"]
    assert page["items"][1]["reactions"][0]["people"] == ["robot"]
    assert page["items"][2]["pinned"]["by"] == "robot"


async def test_what_was_missed_comes_once_and_in_order_and_a_message_is_said_once(beseda, key, shop, room):
    async with bot_of(beseda, key) as bot:
        await bot.open(room)
        await shop.send_message(room, "0", as_person="anna")
        assert await news(bot, 1) == ["0"]
        beseda.process.stop()
        sending = asyncio.create_task(bot.send(room, "здесь", client_id="here"))
        await asyncio.sleep(0.1)
        beseda.again()
        texts = [str(number) for number in range(1, 200)]
        for text in texts:
            await shop.send_message(room, text, as_person="anna")
        assert await news(bot, 199) == texts
        await sending
    page = await shop.get_messages(room, limit=200)
    assert [one["text"] for one in page["items"]].count("здесь") == 1


async def test_it_goes_on_where_it_was(beseda, key, shop, room):
    async with bot_of(beseda, key) as bot:
        await bot.open(room)
        await shop.send_message(room, "раз", as_person="anna")
        await shop.send_message(room, "два", as_person="anna")
        seen = await news(bot, 1)
        position = bot.position()
    await shop.send_message(room, "три", as_person="anna")
    async with bot_of(beseda, key, position=position) as bot:
        await bot.open(room)
        again = await news(bot, 3)
    # What was given last may not have been worked off.
    assert [*seen, *again][-3:] == ["раз", "два", "три"]


async def test_a_room_it_is_not_in_is_a_missing_one(beseda, key, shop):
    await shop.put_person("robot")
    await shop.put_room("deal:foreign")
    async with bot_of(beseda, key) as bot:
        for room in ("deal:foreign", "deal:nowhere"):
            with pytest.raises(NotFound) as missing:
                await bot.open(room)
            assert missing.value.code == "no_such_room"


async def test_a_key_that_is_unknown_is_told_at_once(beseda):
    with pytest.raises(NotAuthenticated):
        async with bot_of(beseda, "bsk_unknown"):
            pass


async def test_a_key_that_is_revoked_opens_nothing_and_ends_what_it_had_opened(beseda, shop):
    await shop.put_person("robot")
    other = beseda.command("key", "create", "short", "--scope", "people,rooms,act").strip()

    async def listen():
        async with bot_of(beseda, other) as bot:
            beseda.command("key", "revoke", "short")
            async for _ in bot:
                pass

    # The socket is closed, and the next link is refused.
    with anyio.fail_after(PATIENCE), pytest.raises(NotAuthenticated):
        await listen()


async def test_the_printed_bot_answers(beseda, key, shop, installed):
    await shop.put_person("anna")
    await shop.put_person("robot")
    await shop.put_room("deal:17", members=["anna", "robot"])
    variables = {"BESEDA_URL": beseda.url, "BESEDA_KEY": key, "PYTHONPATH": str(installed), "NO_PROXY": "*"}
    program = block("clients/python/README.md", "A bot", "python")
    # It starts at once; what is waited for is its answer.
    bot = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **variables})  # noqa: ASYNC220
    try:
        texts = []
        with anyio.fail_after(PATIENCE):
            # It hears what is said once it is there.
            while "pong" not in texts:
                await shop.send_message("deal:17", "ping", as_person="anna")
                await asyncio.sleep(0.2)
                texts = [message["text"] for message in (await shop.get_messages("deal:17"))["items"]]
    finally:
        bot.kill()
        bot.wait()
