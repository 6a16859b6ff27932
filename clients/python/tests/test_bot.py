"""A bot over links that are cut: what was missed comes once and in order, and what it says is said once."""

import asyncio
import json
import logging

import anyio
import pytest

from beseda_client import (
    NoAnswer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    Retries,
    TimedOut,
    Unavailable,
    UnexpectedAnswer,
)
from beseda_client.bot import Bot, Ended
from beseda_client.bot import bot as parts
from tests.script import KEY, Script

pytestmark = pytest.mark.anyio
PATIENCE = 20
ROOM = "deal:17"


@pytest.fixture
def anyio_backend():
    """A bot is asyncio's."""
    return "asyncio"


@pytest.fixture
async def script():
    """A server that does as it is told."""
    async with Script().serving() as script:
        yield script


def bot_of(script, slept=None, **said):
    """A bot that waits for no pause."""

    async def sleep(seconds):
        if slept is not None:
            slept.append(seconds)
        await asyncio.sleep(0)

    settings = {"key": KEY, "person": "robot", "trust_env": False, "sleep": sleep, "answer_seconds": PATIENCE}
    return Bot(script.url, **{**settings, **said})


async def until(so):
    """Waits until something is so."""
    with anyio.fail_after(PATIENCE):
        while not so():  # noqa: ASYNC110 - whoever does it sets no event
            await asyncio.sleep(0.01)


async def news(bot, count):
    """The texts of as many new messages, in the order in which they come."""
    texts = []
    with anyio.fail_after(PATIENCE):
        async for event in bot:
            texts += [message["text"] for message in event.new_messages]
            if len(texts) >= count:
                return texts
    return texts


async def event_of(bot, kind):
    """The next event of a type."""
    with anyio.fail_after(PATIENCE):
        async for event in bot:
            if event.type == kind:
                return event
    return None


async def test_it_comes_with_its_key_as_a_person(script):
    async with bot_of(script, person="auth0|5 f"):
        pass
    assert script.proofs == [(f"Bearer {KEY}", {"as": ["auth0|5 f"]})]
    async with bot_of(script, person=None):
        pass
    assert script.proofs[1] == (f"Bearer {KEY}", {})


async def test_what_was_said_before_is_not_new_and_what_comes_is(script):
    script.post(ROOM, "давно")
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        script.post(ROOM, "сейчас")
        script.post(ROOM, "от себя", author="robot")
        script.post(ROOM, "и ещё")
        assert await news(bot, 2) == ["сейчас", "и ещё"]


async def test_what_it_says_is_answered(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        message = await bot.send(ROOM, "pong", client_id="pong-1", reply_to=1, mentions=[7])
    assert (message["seq"], message["text"]) == (1, "pong")
    sent = script.heard[-1]
    assert {**sent, "ref": "*"} == {
        "type": "send",
        "ref": "*",
        "room": ROOM,
        "client_id": "pong-1",
        "text": "pong",
        "reply_to": 1,
        "mentions": ["7"],
    }


async def test_it_answers_pings(script):
    async with bot_of(script) as bot:
        await script.links[0].say(type="ping", time="…", token="t9")
        await script.links[0].say(type="presence", items=[])
        await event_of(bot, "presence")
        await until(lambda: {"type": "pong"} in script.heard)
        assert bot._heard.token == "t9"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["hello", "open", "send"])
async def test_wherever_a_link_is_cut_nothing_is_missed_and_nothing_said_twice(script, what, when):
    script.cut = [(when, what)]
    if what == "hello":
        # The first one, and once more in the middle of everything.
        script.cut = [("after", "send"), (when, "hello")]
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        script.post(ROOM, "раз")
        message = await bot.send(ROOM, "ответ", client_id="a")
        script.post(ROOM, "два")
        assert await news(bot, 2) == ["раз", "два"]
        assert script.cut == []
    assert [said["text"] for said in script.rooms[ROOM]].count("ответ") == 1
    assert message["text"] == "ответ"


async def test_what_was_missed_comes_page_by_page(script):
    script.page = 7
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        script.post(ROOM, "0")
        assert await news(bot, 1) == ["0"]
        await script.lose_all()
        texts = [str(number) for number in range(1, 100)]
        for text in texts:
            script.post(ROOM, text)
        assert await news(bot, 99) == texts
    opened = [said for said in script.heard if said["type"] == "open"]
    assert [said.get("after") for said in opened] == [None, "1.1"]
    assert [said.get("since") for said in script.heard if said["type"] == "hello"] == [None, "t1"]


async def test_many_sends_over_many_cuts_keep_their_order(script):
    script.cut = [("after", "send"), ("before", "send"), ("after", "hello"), ("before", "open"), ("after", "send")] * 3
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        texts = [str(number) for number in range(50)]
        sent = [asyncio.create_task(bot.send(ROOM, text)) for text in texts]
        with anyio.fail_after(PATIENCE):
            await asyncio.gather(*sent)
    assert script.cut == []
    assert [message["text"] for message in script.rooms[ROOM]] == texts


async def test_an_answer_comes_through_however_many_events_wait(script, monkeypatch):
    monkeypatch.setattr(parts, "QUEUE_EVENTS", 5)
    script.page = 1
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        texts = [str(number) for number in range(40)]
        for text in texts:
            script.post(ROOM, text)
        await until(lambda: len(bot._events) == 5)
        await asyncio.sleep(0.05)
        # No more than a handful is read while nobody takes them.
        assert len(bot._events) == 5
        await bot.send(ROOM, "ответ")
        assert await news(bot, 40) == texts


async def test_another_database_is_told_as_such(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        for number in range(5):
            script.post(ROOM, str(number))
        await news(bot, 5)
        script.epoch, script.rooms[ROOM] = 2, script.rooms[ROOM][:2]
        await script.lose_all()
        event = await event_of(bot, "changes")
        assert (event.is_reset, event.new_messages) == (True, [])
        # What is said after that counts from there.
        script.post(ROOM, "снова")
        assert await news(bot, 1) == ["снова"]


async def test_it_goes_on_where_its_events_were_worked_off(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        await event_of(bot, "changes")
        for text in ("раз", "два", "три"):
            script.post(ROOM, text)
            await asyncio.sleep(0)
        assert (await news(bot, 1))[0] == "раз"
        # It was given and may not be worked off: the next bot is given it again.
        kept = json.loads(json.dumps(bot.position()))
    assert kept["rooms"][ROOM]["seq"] == 0
    async with bot_of(script, position=kept) as bot:
        await bot.open(ROOM)
        assert await news(bot, 3) == ["раз", "два", "три"]
        script.post(ROOM, "четыре")
        await news(bot, 1)
        await script.links[-1].say(type="presence", items=[])
        await event_of(bot, "presence")
        kept = bot.position()
    async with bot_of(script, position=kept) as bot:
        await bot.open(ROOM)
        script.post(ROOM, "пять")
        assert await news(bot, 1) == ["пять"]


async def test_a_refusal_is_an_exception_and_the_bot_lives_on(script):
    async with bot_of(script) as bot:
        with pytest.raises(NotFound) as missing:
            await bot.open("deal:closed")
        assert (missing.value.code, missing.value.status) == ("no_such_room", 404)
        with pytest.raises(NotAllowed):
            await bot.edit(ROOM, 1, "чужое")
        await bot.react(ROOM, 1, "❤️")
        await bot.pin(ROOM, 1)
        await bot.read(ROOM, 1)
        await bot.erase(ROOM, 1)
        # What was refused is not opened again over the next link.
        await script.lose_all()
        await bot.send(ROOM, "ещё здесь")
    assert len([said for said in script.heard if said["type"] == "open"]) == 1


async def test_a_room_that_is_closed_stays_closed(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        await bot.close(ROOM)
        await script.lose_all()
        await bot.send("deal:18", "дальше")
    assert len([said for said in script.heard if said["type"] == "open"]) == 1


async def test_it_leaves_the_rooms_that_it_was_shown_out_of(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        await script.links[0].say(type="removed", room=ROOM)
        await event_of(bot, "removed")
        await script.lose_all()
        await bot.send("deal:18", "дальше")
    assert len([said for said in script.heard if said["type"] == "open"]) == 1
    assert ROOM not in bot._heard.position()["rooms"]


async def test_a_room_that_it_may_not_open_again_is_named(script):
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        script.closed.add(ROOM)
        await script.lose_all()
        event = await event_of(bot, "refused")
        assert (event.room, event.frame["code"]) == (ROOM, "no_such_room")
        await script.lose_all()
        await bot.send("deal:18", "дальше")
    assert len([said for said in script.heard if said["type"] == "open"]) == 2


async def test_what_is_not_answered_in_time_is_told(script):
    async with bot_of(script, answer_seconds=0.05) as bot:
        script.silent = True
        with pytest.raises(TimedOut, match=r"send deal:17: answer_seconds of 0\.05 s is over"):
            await bot.send(ROOM, "слышно?")
        # It is not said again over the next link.
        script.silent, bot._answer_seconds = False, PATIENCE
        await script.lose_all()
        await bot.react(ROOM, 1, "❤️")
    assert [said["type"] for said in script.heard].count("send") == 1


async def test_a_link_that_is_silent_is_given_up(script, monkeypatch):
    monkeypatch.setattr(parts, "GRACE_SECONDS", 0.0)
    script.ping_seconds = 0.1
    async with bot_of(script) as bot:
        await until(lambda: len(script.links) == 2)
        await bot.send(ROOM, "здесь")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAuthenticated), (403, NotAllowed), (400, Refused), (404, UnexpectedAnswer), (302, UnexpectedAnswer)],
)
async def test_who_is_not_let_in_is_told_at_once(script, status, kind):
    # Another host under the address would get the key.
    location = {"Location": script.url.replace("127.0.0.1", "localhost") + "/elsewhere"}
    script.answers = [(status, location, {"code": "api_key_not_valid"})]
    with pytest.raises(kind):
        async with bot_of(script):
            pass
    assert len(script.proofs) == 1


async def test_who_is_closed_out_before_the_welcome_is_told(script, monkeypatch):
    async def closed(self, frame):
        await self.link.close(4001, "token_expired")

    monkeypatch.setattr("tests.script.Seat.on_hello", closed)
    with pytest.raises(NotAuthenticated):
        async with bot_of(script):
            pass


async def test_whose_key_is_revoked_is_told_over_the_next_link(script):
    async with bot_of(script) as bot:
        script.answers = [(401, {}, {"code": "api_key_not_valid", "detail": "Revoked."})]
        asking = asyncio.create_task(bot.send(ROOM, "слышно?"))
        await script.links[0].link.close(4001)
        with pytest.raises(NotAuthenticated):
            await event_of(bot, "nothing")
        with pytest.raises((NotAuthenticated, NoAnswer)):
            await bot.send(ROOM, "а теперь?")
        await asyncio.gather(asking, return_exceptions=True)


async def test_it_comes_back_as_the_server_asks(script):
    slept = []
    async with bot_of(script, slept, retries=Retries(draw=lambda: 1.0)) as bot:
        script.answers = [(503, {"Retry-After": "7"}, {"code": "unavailable"}), (429, {"Retry-After": "3"}, {})]
        await script.links[0].link.close(4009, "retry_ms=1250")
        await event_of(bot, "here")
        await bot.send(ROOM, "снова здесь")
    assert slept == [1.25, 8.0, 5.0]


async def test_its_pauses_double(script):
    slept = []
    script.answers = [(503, {}, {})] * 4
    async with bot_of(script, slept, retries=Retries(draw=lambda: 1.0, most_seconds=3)):
        pass
    assert slept == [0.5, 1.0, 2.0, 3.0]


@pytest.mark.parametrize(("steady", "pauses"), [(30.0, [0.5, 1.0, 2.0]), (0.0, [0.5, 0.5, 0.5])])
async def test_a_link_has_to_last_to_be_a_good_one(script, monkeypatch, steady, pauses):
    monkeypatch.setattr(parts, "STEADY_SECONDS", steady)
    slept = []
    script.cut = [("after", "hello")] * 3
    async with bot_of(script, slept, retries=Retries(draw=lambda: 1.0)):
        await until(lambda: len(script.links) == 4)
    assert slept == pauses


async def test_it_waits_for_a_server_that_is_not_there():
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            raise Unavailable(503, "enough", "seen")

    with pytest.raises(UnexpectedAnswer):
        async with Bot("http://127.0.0.1:9", key=KEY, trust_env=False, sleep=sleep):
            pass
    assert len(slept) == 3


async def test_frames_of_a_newer_server_pass_by(script):
    async with bot_of(script) as bot:
        await script.links[0].say(type="weather", sun=True)
        event = await event_of(bot, "weather")
        assert (event.room, event.frame["sun"], event.new_messages) == (None, True, [])


async def test_who_ends_ends_what_waits(script):
    async with bot_of(script) as bot:
        script.silent = True
        asking = asyncio.create_task(bot.send(ROOM, "слышно?"))
        await until(lambda: script.heard[-1]["type"] == "send")
        await bot.end()
        with pytest.raises(NoAnswer):
            await asking
        # What was heard before is given still, and then there is no more.
        assert {event.type async for event in bot} <= {"welcome", "here"}
    with pytest.raises(NoAnswer):
        await bot.send(ROOM, "поздно")


async def test_its_key_shows_itself_nowhere(script, caplog):
    caplog.set_level(logging.DEBUG)
    async with bot_of(script) as bot:
        await bot.open(ROOM)
        await bot.send(ROOM, "тайна")
        shown = [repr(bot), repr(bot.__dict__), repr(Ended(1006, "cut"))]
    # The script's own side of the link says what it hears.
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.server")]
    assert not [text for text in shown + logged if KEY in text]
    assert not [text for text in logged if "тайна" in text]
