"""What counts as different between the chat and the shop, field by field. `tests/native` asks a real server."""

import uuid
from decimal import Decimal

import pytest

from beseda_django.reconcile import different

ALIKE = [
    ({"first_name": None}, {"first_name": ""}),
    ({"role": ""}, {"role": "user"}),
    ({"client": 7}, {"client": "7"}),
    ({"client": None}, {"client": None}),
    ({"teacher": uuid.UUID(int=7)}, {"teacher": str(uuid.UUID(int=7))}),
    ({"students": [3, "1", 2]}, {"students": ["1", "2", "3"]}),
    ({"students": ()}, {"students": []}),
    ({"members": [1, {"id": 2, "role": "buyer"}]}, {"members": [{"person": {"id": "2"}}, {"person": {"id": "1"}}]}),
    ({"members": [1]}, {"members": [{"person": {"id": "1"}}]}),
    ({"custom": {"price": Decimal("1.5")}}, {"custom": {"price": "1.5"}}),
    ({"password": "a pass phrase"}, {"password": "…"}),
    ({"first_name": "Анна", "locale": "ru"}, {"first_name": "Анна"}),
    ({"active": True}, {"active": True}),
]


@pytest.mark.parametrize(("said", "there"), ALIKE, ids=str)
def test_what_is_the_same_said_otherwise(said, there):
    assert different(said, there) == ()


DIFFERENT = [
    ({"first_name": "Анна"}, {"first_name": "Вера"}),
    ({"first_name": None}, {"first_name": "Вера"}),
    ({"role": "client"}, {"role": "user"}),
    ({"client": 7}, {"client": None}),
    ({"client": None}, {"client": "7"}),
    ({"students": [1, 2]}, {"students": ["1"]}),
    ({"members": [1]}, {"members": [{"person": {"id": "1"}}, {"person": {"id": "2"}}]}),
    ({"active": False}, {"active": True}),
    ({"custom": {"a": 1}}, {"custom": {"a": 2}}),
]


@pytest.mark.parametrize(("said", "there"), DIFFERENT, ids=str)
def test_what_is_different(said, there):
    assert different(said, there) == tuple(said)
