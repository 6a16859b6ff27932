"""A host whose users are numbered, and whose route gives tokens to who says a password with the call."""

from bench.beseda import browser


class Host:
    """A running host, and its route `/chat-token`."""

    keys = {"anna": 1, "boris": 2}

    def __init__(self, process):
        self.process = process
        self.url = process.url

    def token(self, username):
        """The token for this user."""
        with browser(base_url=self.url, auth=(username, f"p-{username}")) as client:
            answer = client.get("/chat-token")
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]
