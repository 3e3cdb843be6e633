"""
What stands before a FHIR server at a hospital, and not in one made for tests: SMART discovery, and a door that asks for the token.

The token is a JWT of the authorization server; it opens the resource types of its scope, of its one patient, until it is refused.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.fhir_stub import _Server

Json = dict[str, Any]
PUBLIC = ("/fhir/metadata", "/fhir/.well-known/smart-configuration")


class Front:
    """The door to the FHIR server `upstream`, whose tokens the authorization server `issuer` gives."""

    def __init__(self, upstream: str, issuer: str) -> None:
        self.upstream, self.issuer = upstream, issuer
        self.keys = KeySet.import_key_set(requests.get(f"{issuer}/jwks", timeout=10).json())
        self.accepted: set[str] = set()
        self.refused: set[str] = set()
        self.opened, self.held = threading.Event(), ""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.iss = f"http://127.0.0.1:{self._server.server_address[1]}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def expire(self) -> None:
        """No token that was accepted so far is accepted any more."""
        self.refused |= self.accepted

    @contextmanager
    def holding(self, kind: str) -> Iterator[None]:
        """No answer about this resource type goes out until the block ends."""
        self.opened, self.held = threading.Event(), kind
        try:
            yield
        finally:
            self.held = ""
            self.opened.set()

    def answer_to(self, address: str, authorization: str) -> tuple[int, bytes]:
        """Status and body."""
        path = urlsplit(address).path
        if path == PUBLIC[1]:
            return 200, json.dumps(self._stated()).encode()
        status = 200 if path in PUBLIC else self._judged(path, parse_qs(urlsplit(address).query), authorization.removeprefix("Bearer "))
        if status != 200:
            return status, b'{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "security"}]}'
        if path.removeprefix("/fhir/").partition("/")[0] == self.held:
            self.opened.wait(60)
        found = requests.get(self.upstream + address.removeprefix("/fhir"), headers={"Accept": "application/fhir+json"}, timeout=60)
        return found.status_code, found.content.replace(self.upstream.encode(), self.iss.encode())

    def _judged(self, path: str, query: dict[str, list[str]], token: str) -> int:
        """401 where the token is none of ours or not good any more, 403 where it does not open this, else 200."""
        try:
            claims = jwt.decode(token, self.keys, algorithms=["RS256"]).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}, iss={"essential": True, "value": self.issuer}).validate(claims)
        except (JoseError, ValueError):
            return 401
        if token in self.refused or "aud" in claims:  # an id_token opens nothing
            return 401
        self.accepted.add(token)
        kind, _, name = path.removeprefix("/fhir/").partition("/")
        own = name == claims["patient"] if kind == "Patient" else kind == "Medication" or query.get("patient") == [claims["patient"]]
        return 200 if own and f" patient/{kind}.r" in f" {claims['scope']}" else 403

    def _stated(self) -> Json:
        return {
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "launch-standalone", "client-public", "context-ehr-patient", "permission-v2",
                             "sso-openid-connect"]}


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Answer one request."""
            status, body = front.answer_to(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def front_of(upstream: str, issuer: str) -> Iterator[Front]:
    """A front until the block ends."""
    front = Front(upstream, issuer)
    try:
        yield front
    finally:
        front.close()
