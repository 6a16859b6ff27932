"""Promises: kept in order, each once, also after the server was away, an answer was lost, or a worker died."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from bench.beseda import bearer
from bench.process import wait_for
from beseda_client import mint_token
from beseda_django import forget_person, say, sync_order, sync_person, sync_room
from beseda_django import outbox as parts
from beseda_django.models import Promise
from tests.parts import SECRET


def waiting():
    return [(one.method, one.subject) for one in Promise.objects.order_by("id")]


def name_in_chat(beseda, person):
    return beseda.who(bearer(mint_token(SECRET, person.pk)))["full_name"]


def said_in(beseda, room):
    """What was said in a room, oldest first, as one of its people hears it."""
    proof = bearer(mint_token(SECRET, "listener", role="client", rooms={room: "member"}))
    found = [
        one for one in beseda.http.get("/api/chat/rooms/", headers=proof).json() if f"order:{one['order']}" == room
    ]
    listed = beseda.http.get(f"/api/chat/rooms/{found[0]['id']}/messages/", headers=proof).json()
    return [message["message"] for message in listed]


@pytest.fixture
def room(told, people):
    """The room of an order, in which its client listens."""
    key = str(uuid.uuid4())
    sync_person("listener", role="client")
    sync_order(key, number="A-1", client="listener")
    assert waiting() == []
    return f"order:{key}"


def test_what_is_saved_is_told_at_once(told, people):
    anna, _ = people
    assert name_in_chat(told, anna) == "Анна"
    anna.last_name = "Иванова"
    anna.save()
    assert name_in_chat(told, anna) == "Анна Иванова"
    assert waiting() == []


def test_a_promise_is_part_of_the_transaction(told, people):
    anna, _ = people
    with transaction.atomic():
        anna.first_name = "Никто"
        anna.save()
        assert waiting() == [("PUT", f"person:{anna.pk}")]
        # Not told before it is sure.
        assert name_in_chat(told, anna) == "Анна"
        transaction.set_rollback(True)
    assert waiting() == []
    assert name_in_chat(told, anna) == "Анна"


def test_what_the_server_could_not_hear_is_told_when_it_is_back(told, people, room, outbox):
    anna, _ = people
    say(room, "Заказ принят")
    told.process.stop()
    try:
        say(room, "Заказ оплачен")
        anna.first_name = "Вера"
        anna.save()
        say(room, "Заказ отправлен")
        assert len(waiting()) == 3
        # Whoever comes by meanwhile leaves them where they are.
        done = outbox(later=100).deliver()
        assert (done.taken, done.refused) == (0, 0)
        assert "ConnectError" in str(done.away)
    finally:
        told.again()
    assert outbox(later=1000).deliver().taken == 3
    assert name_in_chat(told, anna) == "Вера"
    assert said_in(told, room) == ["Заказ принят", "Заказ оплачен", "Заказ отправлен"]


def test_a_message_whose_answer_is_lost_is_said_once(told, settings, room, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    for text in ("раз", "два", "три"):
        say(room, text)
    link.loses = 1
    assert outbox().deliver().taken == 0
    assert outbox(later=60).deliver().taken == 3
    assert [method for method, _ in link.asked] == ["POST"] * 4
    assert said_in(told, room) == ["раз", "два", "три"]


def test_many_workers_say_everything_once_and_in_order(told, settings, room, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    texts = [f"{number}" for number in range(40)]
    for text in texts:
        say(room, text)
    done = []

    def work():
        try:
            while Promise.objects.exists():
                done.append(outbox().deliver().taken)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == len(link.asked) == len(texts)
    assert said_in(told, room) == texts


def test_what_a_dead_worker_took_is_tried_again_after_a_while(told, settings, room, outbox):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    say(room, "раз")
    say(room, "два")
    assert outbox()._take(Promise.objects.order_by("id")[0])
    lease = parts.LEASE.total_seconds()
    assert outbox(later=lease - 5).deliver().taken == 0
    assert outbox(later=lease + 5).deliver().taken == 2
    assert said_in(told, room) == ["раз", "два"]


def test_a_lease_is_longer_than_a_try_can_take():
    times = parts.TIMEOUTS
    longest = times.connect_seconds + times.read_seconds + times.write_seconds + times.pool_seconds
    assert parts.LEASE.total_seconds() > 2 * longest


def test_one_thing_that_is_refused_keeps_no_other_back(told, settings, people, outbox):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    missing, fine = str(uuid.uuid4()), str(uuid.uuid4())
    sync_order(missing, number="A-1", client="nobody-yet")
    say(f"order:{missing}", "после заказа")
    sync_order(fine, number="A-2", client=people[0].pk)
    done = outbox().deliver()
    assert (done.taken, done.refused, done.away) == (1, 1, None)
    assert waiting() == [("PUT", f"order:{missing}"), ("POST", f"order:{missing}")]
    first = Promise.objects.order_by("id")[0]
    assert (first.tries, first.given_up_at) == (1, None)
    assert "There is no person nobody-yet." in first.said
    # The person comes, and all of it goes through.
    sync_person("nobody-yet", role="client")
    assert outbox(later=60).deliver().taken == 1
    assert outbox(later=600).deliver().taken == 2
    assert said_in_order(told, missing) == ["после заказа"]


def said_in_order(beseda, key):
    return said_in(beseda, f"order:{key}")


def test_what_is_refused_for_good_is_given_up_and_the_next_one_goes(told, settings, room, outbox):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    say(room, "x" * 100_000)
    say(room, "это можно")
    for number in range(1, parts.REFUSALS):
        assert outbox(later=number * 3600).deliver().refused == 1
        assert outbox().given_up().count() == 0
    done = outbox(later=parts.REFUSALS * 3600).deliver()
    assert (done.refused, done.taken) == (1, 1)
    over = outbox().given_up().get()
    assert (over.tries, over.subject) == (parts.REFUSALS, room)
    assert said_in(told, room) == ["это можно"]
    # Somebody may let it be tried again.
    assert outbox().again() == 1
    assert outbox().deliver().refused == 1


def test_pauses_of_a_refused_one_double_to_a_quarter_of_an_hour(told, settings, outbox):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    sync_order("paused", client="nobody")
    pauses, later = [], 0.0
    for _ in range(parts.REFUSALS - 1):
        outbox(later=later).deliver()
        kept = Promise.objects.get()
        pauses.append(round((kept.due_at - outbox(later=later).now()).total_seconds()))
        later += pauses[-1] + 1
    assert pauses == [4, 6, 10, 18, 34, 66, 130, 258, 514, 902, 902]


def test_a_wrong_key_gives_nothing_up(told, settings, people):
    settings(URL=told.url, KEY="bsk_wrong")
    people[0].save()
    worker = parts.Outbox("default")
    for _ in range(parts.REFUSALS + 1):
        Promise.objects.update(due_at=worker.now())
        assert worker.deliver().away.code == "api_key_not_valid"
    assert worker.given_up().count() == 0
    settings(URL=told.url, KEY=told.key)
    Promise.objects.update(due_at=worker.now())
    assert parts.Outbox("default").deliver().taken == 1


def test_another_server_under_the_address_gives_nothing_up(told, settings, people):
    settings(URL=f"{told.url}/elsewhere", KEY=told.key)
    people[0].save()
    worker = parts.Outbox("default")
    for _ in range(parts.REFUSALS + 1):
        Promise.objects.update(due_at=worker.now())
        assert "404 without a code" in str(worker.deliver().away)
    assert worker.given_up().count() == 0


def test_of_what_was_saved_often_the_last_is_told(told, settings, people, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    anna, _ = people
    for number in range(20):
        anna.first_name = f"Анна {number}"
        anna.save()
    assert len(waiting()) == 20
    assert outbox().deliver().taken == 1
    assert (len(link.asked), waiting()) == (1, [])
    assert name_in_chat(told, anna) == "Анна 19"


def test_what_is_forgotten_meanwhile_is_not_put_first(told, settings, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    sync_person("brief", first_name="Анна")
    forget_person("brief")
    assert outbox().deliver().taken == 1
    assert link.asked == [("DELETE", "/api/v1/people/brief/")]


def test_of_many_that_wait_a_save_tells_no_more_than_some(told, settings, room):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    for number in range(parts.AT_ONCE + 5):
        say(room, str(number))
    settings(URL=told.url, KEY=told.key)
    say(room, "и ещё")
    assert len(waiting()) == 6


def test_a_put_that_says_more_than_the_next_is_told_too(told, settings, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    sync_person("quiet", first_name="Анна", active=False)
    sync_person("quiet", first_name="Вера")
    assert outbox().deliver().taken == len(link.asked) == 2
    assert told.me(bearer(mint_token(SECRET, "quiet"))).status_code == 401


def test_what_was_said_in_a_room_is_said_before_the_room_changes(told, settings, outbox, link):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    key = f"deal:{uuid.uuid4()}"
    sync_room(key, title="Сделка")
    say(key, "Начали")
    sync_room(key, title="Сделка века")
    assert outbox().deliver().taken == 3
    assert [method for method, _ in link.asked] == ["PUT", "POST", "PUT"]


def test_who_waits_for_the_worker_is_not_told_at_once(told, settings, people):
    settings(URL=told.url, KEY=told.key, AT_ONCE=False)
    people[0].save()
    assert waiting() == [("PUT", f"person:{people[0].pk}")]


def test_a_server_that_is_away_is_not_tried_at_every_save(told, settings, people, monkeypatch):
    settings(URL="http://127.0.0.1:9", KEY=told.key)
    now, tries = [0.0], []
    monkeypatch.setattr(parts, "rest", parts.Rest(lambda: now[0]))
    monkeypatch.setattr(parts.Outbox, "_try", lambda self, head, done: tries.append(head) or away(self, head, done))
    away = _away
    anna, boris = people
    anna.save()
    boris.save()
    assert len(tries) == 1
    now[0] = parts.REST_SECONDS
    boris.save()
    assert len(tries) == 2


def _away(self, head, done):
    from beseda_client import NoAnswer

    self._failed(head, NoAnswer("away"), done)


def test_whatever_goes_wrong_at_once_is_no_mistake_of_the_save(told, people, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(parts.Outbox, "deliver", broken)
    people[0].first_name = "Вера"
    people[0].save()
    assert waiting() == [("PUT", f"person:{people[0].pk}")]
    assert "was not tried at once" in caplog.text


def test_no_text_and_no_key_is_in_the_log(told, people, room, caplog):
    caplog.set_level("DEBUG")
    say(room, "тайна сия велика есть")
    say(room, "x" * 100_000)
    assert room in caplog.text
    for secret in (told.key, "тайна", "xxxx"):
        assert secret not in caplog.text
    assert "xxxx" not in Promise.objects.get().said


def test_threads_of_a_server_share_one_client(told):
    assert parts.sender() is parts.sender()
    assert parts.client() is not parts.sender()
    wait_for("the server answers it", lambda: parts.client().put_person("shared")["id"] == "shared")
