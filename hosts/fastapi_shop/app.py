"""A shop on FastAPI, whose people say with every call who they are, and whose tokens are signed with a key of its own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

app = FastAPI()


@dataclass
class User:
    id: int
    name: str
    email: str
    role: str


USERS = {
    "anna": User(1, "Анна Иванова", "anna@shop.example", "client"),
    "boris": User(2, "Борис Петров", "boris@shop.example", "expert"),
}


def current_user(said: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> User:
    if said.username not in USERS or said.password != f"p-{said.username}":
        raise HTTPException(401)
    return USERS[said.username]


# Here stands the code that the chat's page prints.
