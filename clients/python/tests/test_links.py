"""Links that break and servers that are busy, answer by answer: what is asked again, when, and with what."""

import json
import pickle

import httpx
import pytest

from beseda_client import (
    Invalid,
    NoAnswer,
    Retries,
    Throttled,
    TimedOut,
    Timeouts,
    TooLarge,
    Unavailable,
    UnexpectedAnswer,
)
from beseda_client.bot import Ended

OK = {"id": "7", "seq": 1}


class Script:
    """Answers in the order in which they stand: a status, headers and a body, or an error of the link."""

    def __init__(self, clients, *answers, **settings):
        self.answers, self.asked, self.slept = list(answers), [], []
        self.draws = iter([1.0, 0.5, 0.0, 1.0, 1.0, 1.0])
        retries = Retries(draw=lambda: next(self.draws), **settings)
        made = clients(
            "https://chat.example/under", key="bsk_any", retries=retries, transport=httpx.MockTransport(self)
        )
        self.client, inner = made, getattr(made, "client", made)
        inner._sleep = self.sleep if inner is made else self.sleep_later

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        return httpx.Response(status, headers=headers, content=b"<html>" if body is None else json.dumps(body).encode())

    def sleep(self, seconds):
        self.slept.append(seconds)

    async def sleep_later(self, seconds):
        self.slept.append(seconds)


def busy(status, retry_after=None):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return (
        status,
        headers,
        {"status": status, "code": "throttled" if status == 429 else "unavailable", "detail": "Later."},
    )


def test_pauses_double_and_are_drawn_evenly(clients):
    script = Script(clients, *[busy(503)] * 4, (200, {}, OK))
    assert script.client.put_person(7) == OK
    # The longest are 0.5, 1, 2 and 4 seconds.
    assert script.slept == [0.5, 0.5, 0.0, 4.0]


def test_a_pause_is_never_longer_than_the_longest(clients):
    script = Script(clients, *[busy(503)] * 4, (200, {}, OK), most_seconds=1.5)
    script.client.put_person(7)
    assert script.slept == [0.5, 0.5, 0.0, 1.5]


def test_the_last_try_tells_why(clients):
    script = Script(clients, *[busy(503, "2")] * 3, tries=3)
    with pytest.raises(Unavailable) as gone:
        script.client.put_person(7)
    assert (gone.value.code, gone.value.retry_after, len(script.asked)) == ("unavailable", 2, 3)


def test_a_server_says_when_to_come_back(clients):
    script = Script(clients, busy(429, "3"), busy(503, "0"), (200, {}, OK))
    script.client.delete_person(7)
    assert script.slept == [3.5, 0.5]


def test_who_has_to_wait_too_long_is_told(clients):
    script = Script(clients, busy(429, "31"))
    with pytest.raises(Throttled) as later:
        script.client.put_person(7)
    assert (later.value.retry_after, script.slept) == (31, [])


@pytest.mark.parametrize("header", ["soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "²"])
def test_a_time_that_is_none_is_passed_by(clients, header):
    script = Script(clients, busy(503, header.encode("latin-1")), (200, {}, OK))
    script.client.put_person(7)
    assert script.slept == [0.5]


@pytest.mark.parametrize("status", [502, 504])
def test_a_proxy_without_a_server_behind_it_is_asked_again(clients, status):
    script = Script(clients, (status, {}, None), (200, {}, OK))
    assert script.client.put_person(7) == OK


@pytest.mark.parametrize("cut", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout])
def test_a_cut_link_is_asked_over_again(clients, cut):
    script = Script(clients, cut("cut"), (201, {}, OK))
    assert script.client.put_room("deal:17", title="Сделка") == OK
    first, second = script.asked
    assert (first.method, first.url, first.content) == (second.method, second.url, second.content)
    assert str(first.url) == "https://chat.example/under/api/v1/rooms/deal%3A17/"


@pytest.mark.parametrize("by", ["system", "person"])
def test_a_message_is_repeated_under_its_first_id(clients, by):
    script = Script(clients, httpx.ReadError("cut"), busy(503), (200, {}, OK))
    if by == "system":
        script.client.send_system_message("deal:17", "Оплачено")
    else:
        script.client.send_message("deal:17", "Здравствуйте", as_person="a/7")
        assert {request.headers["X-Beseda-As"] for request in script.asked} == {"a%2F7"}
    ids = {json.loads(request.content)["client_id"] for request in script.asked}
    assert len(script.asked) == 3
    assert ids == {request.headers["Idempotency-Key"] for request in script.asked}
    assert len(ids) == 1


def test_two_messages_have_two_ids(clients):
    script = Script(clients, (201, {}, OK), (201, {}, OK))
    for _ in range(2):
        script.client.send_system_message("deal:17", "Оплачено")
    first, second = (json.loads(request.content)["client_id"] for request in script.asked)
    assert first != second


@pytest.mark.parametrize("why", [busy(503, "1"), busy(429, "1"), httpx.ConnectError("gone")], ids=["503", "429", "cut"])
@pytest.mark.parametrize("verb", ["patch", "merge", "members"])
def test_what_is_not_the_same_twice_is_asked_once(clients, verb, why):
    script = Script(clients, why)
    calls = {
        "patch": lambda client: client.patch_person(7, role="client"),
        "merge": lambda client: client.merge_person(7, from_person="visitor"),
        "members": lambda client: client.change_members("deal:17", add=[{"id": 7, "role": "buyer"}], remove=[8]),
    }
    with pytest.raises((NoAnswer, Throttled, Unavailable)):
        calls[verb](script.client)
    assert len(script.asked) == 1


def test_a_refusal_is_not_asked_again(clients):
    script = Script(clients, (400, {}, {"code": "invalid", "detail": "No.", "errors": {"role": ["No."]}}))
    with pytest.raises(Invalid):
        script.client.put_person(7)
    assert len(script.asked) == 1


@pytest.mark.parametrize("kind", ["connect", "read", "write", "pool"])
def test_a_timeout_is_called_by_its_name(clients, kind):
    over = getattr(httpx, f"{kind.title()}Timeout")("over")
    script = Script(clients, over, tries=1)
    with pytest.raises(TimedOut, match=f"{kind}_seconds of") as told:
        script.client.put_person(7)
    assert told.value.what == f"{kind}_seconds"
    assert told.value.seconds == getattr(Timeouts(), f"{kind}_seconds")


def test_a_page_in_place_of_an_answer_is_none(clients):
    script = Script(clients, (200, {"Content-Type": "text/html"}, None))
    with pytest.raises(UnexpectedAnswer, match="text/html"):
        script.client.put_person(7)


def test_a_proxy_refuses_what_is_too_large(clients):
    script = Script(clients, (413, {"Content-Type": "text/html"}, None))
    with pytest.raises(TooLarge):
        script.client.put_person(7)


def test_a_redirect_is_not_followed_with_the_key(clients):
    script = Script(clients, (301, {"Location": "https://elsewhere.example/"}, None))
    with pytest.raises(UnexpectedAnswer, match="elsewhere"):
        script.client.put_person(7)
    assert len(script.asked) == 1


def test_a_fault_is_told_with_the_number_of_its_request(clients):
    script = Script(clients, (500, {}, {"code": "server_error", "detail": "Ours.", "request_id": "r-17"}))
    with pytest.raises(Exception, match="server_error") as told:
        script.client.put_person(7)
    assert (told.value.status, told.value.request_id) == (500, "r-17")


def test_ids_are_texts_on_the_wire(clients):
    script = Script(clients, (200, {}, OK), (200, {}, OK), (200, {}, OK))
    script.client.put_order(1, client=7, expert=None)
    script.client.put_room("deal:1", members=[7, {"id": 8, "role": "buyer"}], custom={"id": 9})
    script.client.send_system_message("deal:1", "Вам", to=[7], client_id="c")
    order, room, message = (json.loads(request.content) for request in script.asked)
    assert order == {"client": "7", "expert": None}
    assert room == {"members": ["7", {"id": "8", "role": "buyer"}], "custom": {"id": 9}}
    assert message == {"text": "Вам", "client_id": "c", "to": ["7"]}


@pytest.mark.parametrize(
    "error",
    [
        Invalid(400, "invalid", "No.", {"role": ["No."]}, None, "r-1"),
        Throttled(429, "throttled", "Later.", retry_after=3.0),
        TimedOut("read_seconds", 30.0, "PUT /api/v1/people/7/"),
        Ended(4001, "token_expired"),
        NoAnswer("nobody is there"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_travels_between_processes(error):
    came = pickle.loads(pickle.dumps(error))
    assert (type(came), str(came), vars(came)) == (type(error), str(error), vars(error))
