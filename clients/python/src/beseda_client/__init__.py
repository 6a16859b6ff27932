"""What a Python application says to Beseda from its own server.

`Client` and `AsyncClient` make the calls, `mint_token` lets pages in, and `beseda_client.bot` is somebody who listens.
"""

from beseda_client.client import AsyncClient, Client
from beseda_client.errors import (
    BesedaError,
    Conflict,
    Invalid,
    NoAnswer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    ServerFault,
    Throttled,
    TimedOut,
    TooLarge,
    Unavailable,
    UnexpectedAnswer,
    UnsupportedMedia,
)
from beseda_client.ids import Id, room_key
from beseda_client.retries import Retries, Timeouts
from beseda_client.tokens import mint_token

__all__ = [
    "AsyncClient",
    "BesedaError",
    "Client",
    "Conflict",
    "Id",
    "Invalid",
    "NoAnswer",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "Refused",
    "Retries",
    "ServerFault",
    "Throttled",
    "TimedOut",
    "Timeouts",
    "TooLarge",
    "Unavailable",
    "UnexpectedAnswer",
    "UnsupportedMedia",
    "mint_token",
    "room_key",
]
