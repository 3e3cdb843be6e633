"""
A FHIR server with its authorization server on loopback, as strict as SMART App Launch allows one to be, which remembers all it was asked.

PKCE, redirect address, client authentication, one-time codes and one-time refresh tokens are enforced; FHIR needs a token that is
still good. What it says can be changed, so that tests can show what the app does with a server that says something else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from fhir_fixtures.search import answer
from tests.fhir_stub import PATIENT, _Server

Json = dict[str, Any]
CLIENT, SECRET, REDIRECT = "alemtuzumab-cds", "stub-secret", "http://127.0.0.1:8000/launch/callback"
NAMED = PATIENT | {"name": [{"family": "Unmistakable", "given": ["Ada"]}]}


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class SmartServer:
    """The server; `token` are changes to a token response (`...` leaves a member out), `claims` to an id_token, `replies` whole answers."""

    resources: list[Json]
    method: str = "public"
    redirect_uri: str = REDIRECT
    client_keys: Callable[[], Json] = dict
    token: Json = field(default_factory=dict)
    claims: Json = field(default_factory=dict)
    configuration: Json | None = field(default_factory=dict)
    replies: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    seen: list[Asked] = field(default_factory=list)
    wait: float = 0.0  # seconds before a token response

    def __post_init__(self) -> None:
        self.lock, self.codes, self.good, self.refresh_tokens, self.jtis = threading.Lock(), {}, set(), set(), set()
        self.reused = 0  # refresh tokens that came a second time
        self.signing, self.other = (RSAKey.generate_key(2048, {"kid": "stub", "use": "sig", "alg": "RS256"}) for _ in "12")
        self.id_token_key = self.signing
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.iss = f"{self.root}/fhir"
        if self.configuration is not None:
            self.configuration = self._stated() | self.configuration
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> list[Asked]:
        """The requests for a path, or below one that ends with a slash."""
        return [one for one in self.seen if one.path == path or (path.endswith("/") and one.path.startswith(path))]

    def expire(self) -> None:
        """No access token is good any more."""
        self.good.clear()

    def _stated(self) -> Json:
        return {
            "authorization_endpoint": f"{self.root}/auth/authorize", "token_endpoint": f"{self.root}/auth/token", "issuer": self.root,
            "jwks_uri": f"{self.root}/auth/keys", "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "launch-standalone", "client-public", "context-ehr-patient", "permission-v2",
                             "sso-openid-connect"]}

    # ---- what it answers ----------------------------------------------------------------------------------------

    def answer_to(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        """Status, body (JSON or bytes) and headers."""
        with self.lock:
            self.seen.append(asked)
        if asked.path in self.replies:
            status, body = self.replies[asked.path]
            return status, body, {}
        known = {"/auth/authorize": self._authorize, "/auth/token": self._token, "/auth/keys": self._keys,
                 "/fhir/.well-known/smart-configuration": self._configuration, "/fhir/metadata": self._metadata}
        return known.get(asked.path, self._fhir)(asked)

    def _configuration(self, _: Asked) -> tuple[int, Any, dict[str, str]]:
        return (404, {}, {}) if self.configuration is None else (200, self.configuration, {})

    def _metadata(self, _: Asked) -> tuple[int, Any, dict[str, str]]:
        uris = {"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", "extension": [
            {"url": "authorize", "valueUri": f"{self.root}/auth/authorize"}, {"url": "token", "valueUri": f"{self.root}/auth/token"}]}
        return 200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
                     "rest": [{"mode": "server", "security": {"extension": [uris]}}]}, {}

    def _keys(self, _: Asked) -> tuple[int, Any, dict[str, str]]:
        return 200, KeySet([self.signing]).as_dict(private=False), {}

    def _authorize(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        query = asked.query
        wrong = [name for name, right in (("response_type", "code"), ("client_id", CLIENT), ("redirect_uri", self.redirect_uri),
                                          ("code_challenge_method", "S256")) if query.get(name) != right]
        if wrong or query.get("aud", "").rstrip("/") != self.iss or len(query.get("code_challenge", "")) != 43 or not query.get("state"):
            return 400, {"error": "invalid_request", "wrong": wrong}, {}
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return 302, b"", {"Location": f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"}

    def _token(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        time.sleep(self.wait)
        if not self._is_client(asked):
            return 401, {"error": "invalid_client", "error_description": "who <b>are</b> you"}, {}
        if asked.form.get("grant_type") == "refresh_token":
            return self._refresh(asked)
        query = self.codes.pop(asked.form.get("code", ""), None)
        digest = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if query is None or challenge != query["code_challenge"] or asked.form.get("redirect_uri") != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}, {}
        return 200, self._granted(query), {"Cache-Control": "no-store"}

    def _granted(self, query: dict[str, str]) -> Json:
        offered = self._fresh(query["scope"]) | {"patient": "p1", "need_patient_banner": True, "id_token": self._id_token(query["nonce"])}
        return {name: value for name, value in (offered | self.token).items() if value is not ...}

    def _fresh(self, scope: str) -> Json:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.good.add(access)
        self.refresh_tokens.add(refresh)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "scope": scope, "refresh_token": refresh}

    def _refresh(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        with self.lock:
            if asked.form.get("refresh_token") not in self.refresh_tokens:
                self.reused += 1
                return 400, {"error": "invalid_grant"}, {}
            self.refresh_tokens.discard(asked.form["refresh_token"])
        fresh = self._fresh(asked.form.get("scope", "")) | {"scope": ...} | {
            name: value for name, value in self.token.items() if name in ("refresh_token", "patient", "scope")}
        return 200, {name: value for name, value in fresh.items() if value is not ...}, {}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.root, "aud": CLIENT, "sub": "dr", "iat": now, "exp": now + 300, "nonce": nonce,
                  "fhirUser": f"{self.iss}/Practitioner/dr-1"} | self.claims
        return jwt.encode({"alg": "RS256", "kid": "stub"}, claims, self.id_token_key)

    def _is_client(self, asked: Asked) -> bool:
        """Whether the client shows who it is in the one way that it is registered with (SM12)."""
        basic, form = asked.headers.get("authorization"), asked.form
        if self.method == "public":
            return form.get("client_id") == CLIENT and basic is None
        if self.method == "client_secret":
            expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            return basic == expected and "client_id" not in form and "client_secret" not in form
        assertion = jwt.decode(form.get("client_assertion", ""), KeySet.import_key_set(self.client_keys()), algorithms=["ES384", "RS384"])
        claims, header, now = assertion.claims, assertion.header, time.time()
        once = claims["jti"] not in self.jtis
        self.jtis.add(claims["jti"])
        return (once and basic is None and "client_id" not in form and claims["iss"] == claims["sub"] == CLIENT
                and claims["aud"] == f"{self.root}/auth/token" and now < claims["exp"] <= now + 300 and header["typ"] == "JWT"
                and form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")

    def _fhir(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return 401, {"resourceType": "OperationOutcome", "issue": []}, {}
        below = asked.path.removeprefix("/fhir/") + (f"?{urlencode(asked.query)}" if asked.query else "")
        found = answer(unquote(below) if "?" not in below else below, self.resources)
        return (200, found, {}) if found is not None else (404, {"resourceType": "OperationOutcome", "issue": []}, {})


def _handler(server: SmartServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Answer one request."""
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): text for name, text in self.headers.items()}
            asked = Asked(self.command, parts.path, _flat(parts.query), _flat(body), headers)
            status, told, headers = server.answer_to(asked)
            sent = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(sent)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET

        def log_message(self, *told: Any) -> None:
            """Say nothing."""

    return Handler


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


@contextmanager
def smart_server(*resources: Json, **changes: Any) -> Iterator[SmartServer]:
    """A server that holds these resources until the block ends."""
    server = SmartServer(list(resources) or [NAMED], **changes)
    try:
        yield server
    finally:
        server.close()
