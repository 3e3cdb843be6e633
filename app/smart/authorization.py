"""
The app before an authorization server: the request to authorize, the exchange of a code, a refresh (SM5 to SM8, SM11, SM12, SM18).

Authlib does the protocol; connections, their limits, and what counts as an answer are ours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import orjson
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from urllib3.exceptions import HTTPError

from app.fhir_address import AddressRefused
from app.fhir_client import FhirClient
from app.fhir_connections import connected_like
from app.fhir_fetch import Budget, NotFetched, body_of
from app.smart.keys import SigningKeys
from app.smart.problem import SmartProblem
from app.smart.registration import SmartRegistration

ASSERTION_LASTS = 240  # seconds; SM12 allows 300, clocks differ
TOKEN_SECONDS = 10.0  # for one answer of a token endpoint
MOST_BYTES = 256 * 1024  # of one
_METHODS = {"public": "none", "client_secret": "client_secret_basic", "private_key_jwt": "private_key_jwt"}


class AuthorizationClient:
    """This app at one authorization server, as it is registered there; made anew for each use."""

    def __init__(self, fhir: FhirClient, registration: SmartRegistration, redirect_uri: str) -> None:
        self.fhir, self.registration = fhir, registration
        self.oauth = OAuth2Session(
            registration.client_id, registration.secret or None, token_endpoint_auth_method=_METHODS[registration.method],
            redirect_uri=redirect_uri, code_challenge_method="S256")
        connected_like(self.oauth, fhir.fetcher.session)

    def address(self, authorization_endpoint: str, state: str, verifier: str, scopes: Sequence[str], **more: str) -> str:
        """Where the browser is sent to; `more` are aud, nonce and launch."""
        address, _ = self.oauth.create_authorization_url(
            authorization_endpoint, state=state, code_verifier=verifier, scope=" ".join(scopes), **more)
        return str(address)

    def exchange(self, token_endpoint: str, code: str, verifier: str, algorithms: Sequence[str]) -> dict[str, Any]:
        """The token response to a code; SmartProblem where there is none. A code is never tried twice."""
        return self._ask(token_endpoint, algorithms, lambda **how: self.oauth.fetch_token(
            token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier, **how))

    def refresh(self, token_endpoint: str, refresh_token: str, algorithms: Sequence[str]) -> dict[str, Any]:
        """The token response to a refresh token, which may hold another; SmartProblem where there is none."""
        # fetch_token: Authlib's own refresh would put the used token back where the answer holds no new one
        return self._ask(token_endpoint, algorithms, lambda **how: self.oauth.fetch_token(
            token_endpoint, grant_type="refresh_token", refresh_token=refresh_token, **how))

    def _ask(self, token_endpoint: str, algorithms: Sequence[str], send: Any) -> dict[str, Any]:
        budget = Budget(TOKEN_SECONDS, MOST_BYTES)
        if self.registration.method == "private_key_jwt":
            self._sign_for(token_endpoint, algorithms)
        self.oauth.compliance_hook["access_token_response"] = {lambda answer: _checked(answer, budget)}
        try:
            answer = dict(send(timeout=(self.fhir.settings.fhir.connect_seconds, TOKEN_SECONDS), stream=True, allow_redirects=False))
        except OAuthError as refused:
            raise _refused(refused) from None
        except (NotFetched, requests.RequestException, HTTPError, AddressRefused, OSError):
            raise SmartProblem(502, "no-token-answer", "The EHR's authorization server could not be reached.") from None
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            raise SmartProblem(502, "bad-token-answer", "The EHR's authorization server gave no answer that can be read.") from None
        return answer

    def _sign_for(self, token_endpoint: str, algorithms: Sequence[str]) -> None:
        """Sign a client assertion of our own for the next request (SM12)."""
        algorithm, key = SigningKeys(self.fhir.settings).signing(self.registration, algorithms)
        self.oauth.client_secret = key
        self.oauth.register_client_auth_method(PrivateKeyJWT(
            token_endpoint, claims={"exp": int(time.time()) + ASSERTION_LASTS}, headers={"kid": key.kid, "typ": "JWT"}, alg=algorithm))


def _checked(answer: requests.Response, budget: Budget) -> requests.Response:
    """The answer with its body read within limits; one that is no strict JSON, or no 200 and no OAuth error, is none at all (SM13)."""
    with answer:
        answer._content = body_of(answer.raw, budget, budget.deadline)  # noqa: SLF001  where requests itself keeps it
    told = orjson.loads(answer.content)  # refuses halves of characters, which could be neither kept nor sent
    if answer.status_code != 200 and not (isinstance(told, dict) and isinstance(told.get("error"), str)):
        raise ValueError(f"status {answer.status_code}")
    return answer


def _refused(error: OAuthError) -> SmartProblem:
    said = ": ".join(part for part in (error.error, error.description) if isinstance(part, str) and part)
    return SmartProblem(502, "token-refused", "The EHR's authorization server did not give access.", said=said[:500])
