"""`{% beseda_chat order=order.pk %}`: the chat's own page, in a frame of this application's page."""

from __future__ import annotations

from urllib.parse import quote

from django import template

from beseda_client import Id
from beseda_client.ids import id_text
from beseda_django.conf import beseda

register = template.Library()


@register.inclusion_tag("beseda_django/chat.html")
def beseda_chat(
    room: str | None = None, order: Id | None = None, title: str = "Chat", height: int = 560
) -> dict[str, object]:
    """A room by its key, `room="order:17"`, or that of an order, or the list of one's rooms. The chat's page opens the
    rooms of orders."""
    if room is not None:
        kind, _, named = room.partition(":")
        if kind != "order" or not named or order is not None:
            raise template.TemplateSyntaxError(f"beseda_chat opens the room of an order, and not {room!r}")
        order = named
    address = f"{beseda().public_url}/chat"
    if order is not None:
        try:
            address += f"?order={quote(id_text(order), safe='')}"
        except (TypeError, ValueError) as error:
            raise template.TemplateSyntaxError(f"beseda_chat opens the room of an order: {error}") from None
    return {"address": address, "title": title, "height": height}
