"""A login service: signs what it is told to, and publishes its keys at whatever address it is asked for them."""

import http.server
import json
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


class LoginService:
    """Keys of both kinds under the names that their tokens call them by."""

    def __init__(self):
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.of = {"RS256": ("rsa-1", self.rsa), "ES256": ("ec-1", self.ec)}
        keys = [
            {**RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True), "kid": "rsa-1", "alg": "RS256"},
            {**ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True), "kid": "ec-1", "alg": "ES256"},
        ]
        published = json.dumps({"keys": [{**key, "use": "sig"} for key in keys]}).encode()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _publishing(published))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def signed(self, claims, algorithm="RS256", **header):
        """A token that is good from now on, for five minutes where the claims say nothing else."""
        now = int(time.time())
        key_id, key = self.of[algorithm]
        return jwt.encode({"iat": now, "exp": now + 300, **claims}, key, algorithm, headers={"kid": key_id, **header})

    def stop(self):
        """Publishes nothing any more."""
        self.server.shutdown()
        self.server.server_close()


def _publishing(keys):
    class Publishing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(keys)))
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *_):
            """Nobody reads it."""

    return Publishing
