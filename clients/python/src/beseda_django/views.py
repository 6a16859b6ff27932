"""What a browser is told: a token that lets its person into the chat, and to the server, whose session it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from beseda_client import mint_token
from beseda_client.ids import id_text
from beseda_django.conf import beseda
from beseda_django.kept import name_of, said_of

CLAIMS = ("first_name", "last_name", "name", "email", "role")
"""What of a person goes into their token, and is shown to others."""


@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """The token of who is logged in: `{"access", "expires_in"}`. Nobody is told 401, as the pages expect."""
    if not request.user.is_authenticated:
        return _answer({"detail": "Nobody is logged in here.", "code": "not_authenticated"}, 401)
    said = beseda()
    access = mint_token(
        said.secret,
        name_of(request.user),
        seconds=said.token_seconds,
        issuer=said.issuer,
        audience=said.audience,
        rooms=said.rooms(request) or None,
        **_shown(request.user, CLAIMS),
    )
    return _answer({"access": access, "expires_in": said.token_seconds})


@require_GET
def person(request: HttpRequest) -> JsonResponse:
    """Who is logged in, for the server's `session_url`: it asks with the cookie that a browser has sent to it."""
    if not request.user.is_authenticated:
        return _answer({"detail": "Nobody is logged in here.", "code": "not_authenticated"}, 401)
    told = {"id": id_text(name_of(request.user)), **_shown(request.user, (*CLAIMS, "username"))}
    rooms = beseda().rooms(request)
    return _answer({**told, "rooms": dict(rooms)} if rooms else told)


def _shown(user: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    said = said_of(user)
    return {name: said[name] for name in fields if said.get(name)}


def _answer(said: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(said, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
