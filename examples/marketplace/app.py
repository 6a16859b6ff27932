"""A marketplace: buyers and sellers talk about each deal in a room of its own, and an auditor looks on."""

import itertools
import os
import secrets
from pathlib import Path

from beseda_client import Client, mint_token
from flask import Flask, abort, redirect, render_template, request, session, url_for

BESEDA = os.environ.get("BESEDA_URL", "http://127.0.0.1:8000")
DATA = Path(__file__).parent / "data"
beseda = Client(BESEDA, key=(DATA / "key").read_text().strip())
chat_secret = (DATA / "shared-secret").read_text().strip()
app = Flask(__name__)
app.config.update(SECRET_KEY=secrets.token_hex(), SESSION_COOKIE_SAMESITE="Lax")

# What another marketplace has in its database. All ids are texts.
PEOPLE = {"maria": "Мария Климова", "oleg": "Олег Серов", "irina": "Ирина Вольская", "stepan": "Степан Юдин"}
AUDITOR = "irina"
GOODS = {"bike-red": {"title": "Красный велосипед", "price": "12 000 ₽", "seller": "maria"}}
STATUSES = ["Договариваются", "Оплачено", "Отправлено", "Получено"]
DEALS = {}
numbers = itertools.count(2041)


def me():
    """Who is logged in."""
    return session.get("person") or abort(401)


def deal_of(number):
    """The deal; for who has no part in it there is none."""
    deal = DEALS.get(number)
    return deal if deal and me() in deal["parts"] else abort(404)


def tell_chat(number, deal):
    """Says all of a deal. As often as one likes: what is the same changes nothing."""
    for person in deal["parts"]:
        beseda.put_person(person, first_name=PEOPLE[person])
    goods, status = GOODS[deal["goods"]], deal["status"]
    card = {"title": f"Сделка {number}", "status": STATUSES[status], "url": url_for("show", number=number, _external=True)}
    beseda.put_room(
        f"deal:{number}",
        title=goods["title"],
        subject={**card, "fields": [{"label": "Цена", "value": goods["price"]}]},
        members=[{"id": person, "role": part} for person, part in deal["parts"].items()],
        closed=status == len(STATUSES) - 1,
    )


@app.get("/")
def home():
    mine = {number: deal for number, deal in DEALS.items() if session.get("person") in deal["parts"]}
    return render_template("home.html", me=session.get("person"), people=PEOPLE, goods=GOODS, deals=mine)


@app.post("/login")
def login():
    """Another marketplace asks for a password."""
    session["person"] = request.form["person"] if request.form["person"] in PEOPLE else abort(400)
    return redirect(url_for("home"))


@app.post("/deals")
def begin():
    goods, number = request.form["goods"], f"K-{next(numbers)}"
    parts = {GOODS[goods]["seller"]: "seller", me(): "buyer", AUDITOR: "auditor"}
    DEALS[number] = {"goods": goods, "parts": parts, "status": 0}
    tell_chat(number, DEALS[number])
    return redirect(url_for("show", number=number))


@app.get("/deals/<number>")
def show(number):
    deal = deal_of(number)
    return render_template("deal.html", me=me(), number=number, deal=deal, statuses=STATUSES, beseda=BESEDA)


@app.post("/deals/<number>/next")
def move_on(number):
    """The deal has the next status: both see the event, and the card above their chat."""
    deal = deal_of(number)
    if deal["parts"][me()] == "auditor" or deal["status"] == len(STATUSES) - 1:
        abort(403)
    deal["status"] += 1
    status = STATUSES[deal["status"]]
    beseda.send_system_message(
        f"deal:{number}", status, kind="event", custom={"status": status}, client_id=f"{number}-{deal['status']}"
    )
    tell_chat(number, deal)
    return redirect(url_for("show", number=number))


@app.get("/chat-token")
def chat_token():
    """What lets the page into the chat, for five minutes. It asks again before they are over."""
    return {"access": mint_token(chat_secret, me())}
