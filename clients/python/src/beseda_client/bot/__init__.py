"""Somebody who listens: a bot's socket, for all of its rooms. It needs `websockets` (`beseda-client[bot]`)."""

from beseda_client.bot.bot import Bot
from beseda_client.bot.events import Event, Place, Position
from beseda_client.bot.link import Ended

__all__ = ["Bot", "Ended", "Event", "Place", "Position"]
