"""What a type checker says of both clients: what a method takes and gives, and what not. Nothing here is run."""

from collections.abc import AsyncIterator, Iterator

from typing_extensions import assert_type

from beseda_client import AsyncClient, Client
from beseda_client.bot import Bot, Event
from beseda_client.shapes import Line, Message, Order, Person, Room


def waited_for(client: Client) -> None:
    assert_type(client.put_person(7, first_name="Анна", custom={"vip": True}), Person)
    assert_type(client.put_order("a-17", client=7, expert=None), Order)
    assert_type(client.put_room("deal:17", members=[7, {"id": 8, "role": "buyer"}]), Room)
    assert_type(client.send_message("deal:17", "Здравствуйте", as_person=7), Message)
    assert_type(client.put_people([{"id": 7}]), list[Line])
    assert_type(client.list_rooms(), Iterator[Room])
    client.delete_person(7, erase=True)
    client.put_person(7, firstname="Анна")  # type: ignore[call-arg]
    client.put_person(7, active="yes")  # type: ignore[arg-type]
    client.put_person(1.5)  # type: ignore[arg-type]
    client.send_message("deal:17", "Здравствуйте")  # type: ignore[call-arg]


async def awaited(client: AsyncClient) -> None:
    assert_type(await client.put_person(7, first_name="Анна"), Person)
    assert_type(await client.send_system_message("deal:17", "Оплачено", to=[7]), Message)
    assert_type(await client.put_orders([{"id": 17}]), list[Line])
    assert_type(client.list_people(), AsyncIterator[Person])
    await client.put_order(17, klient=7)  # type: ignore[call-arg]


async def heard(bot: Bot) -> None:
    async for event in bot:
        assert_type(event, Event)
        assert_type(event.new_messages, list[Message])
    assert_type(await bot.send("deal:17", "pong"), Message)
