"""What tests share: a secret, settings that believe it, and a client that is awaited by somebody who waits."""

import functools
import inspect
import secrets

SECRET = secrets.token_hex(32)
SETTINGS = '[[issuers]]\nissuer = ""\nalgorithms = ["HS256"]\nsecret_file = "shared-secret"\n'


class Awaited:
    """The client that is awaited, asked by somebody who waits."""

    def __init__(self, portal, client):
        self.portal, self.client = portal, client

    def __getattr__(self, name):
        method = getattr(self.client, name)
        return lambda *words, **said: self.portal.call(functools.partial(_end, method, words, said))

    def __repr__(self):
        return repr(self.client)


async def _end(method, words, said):
    asked = method(*words, **said)
    if inspect.isasyncgen(asked):
        return [item async for item in asked]
    return await asked
