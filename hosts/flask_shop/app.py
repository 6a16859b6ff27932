"""A shop on Flask with Flask-Login, which keeps who is logged in in Flask's own session cookie."""

import os

from flask import Flask, abort, request, session
from flask_login import LoginManager, UserMixin, login_required, login_user, logout_user

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SHOP_SECRET_KEY"]
app.config["CHAT_SECRET"] = os.environ["CHAT_SECRET"]
logins = LoginManager(app)


class User(UserMixin):
    def __init__(self, number, username, name, role):
        self.id, self.username, self.name, self.role = number, username, name, role
        self.email = f"{username}@shop.example"


USERS = {
    user.get_id(): user
    for user in (
        User(1, "anna", "Анна Иванова", "client"),
        User(2, "boris", "Борис Петров", "expert"),
        User(3, "vera", "Вера Сидорова", "client"),
    )
}
logins.user_loader(USERS.get)


@app.post("/login")
def login():
    for user in USERS.values():
        if request.form["username"] == user.username and request.form["password"] == f"p-{user.username}":
            login_user(user)
            return {"id": user.id}
    abort(401)


@app.post("/logout")
@login_required
def logout():
    logout_user()
    return {}


@app.get("/")
@login_required
def home():
    return {"cart": session.get("cart", [])}


@app.post("/cart")
@login_required
def fill():
    """So much that Flask compresses the cookie."""
    session["cart"] = [f"article {number}" for number in range(100)]
    return {}


# Here stands the code that the chat's page prints.
