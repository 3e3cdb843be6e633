"""How the app shows who it is, what it asks for, and how it finds the authorization server (T70, SM3, SM4, SM10, SM12, SM13)."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.settings import SettingsError, load_settings
from app.smart.scopes import missing
from tests.smart_calls import Browser, app_of, query_of, words
from tests.smart_server import CLIENT, SECRET, SmartServer

pytest_plugins = ["tests.smart_fixtures"]

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}  # members of private JWKs: RFC 7518


def registered(folder: Path, server: SmartServer, **smart: Any) -> Flask:
    """The app of a site that has registered it with this server."""
    return app_of(folder, clients=[{"name": "ehr", "fhirServers": [server.iss], "smart": {"clientId": CLIENT} | smart}])




# ---- T70 ------------------------------------------------------------------------------------

def test_T70_a_public_client_names_itself_in_the_body(browser: Browser, server: SmartServer) -> None:
    """SM11: and shows no credentials."""
    browser.opened()
    [asked] = server.asked("/auth/token")
    assert (asked.form["client_id"], asked.form["grant_type"]) == (CLIENT, "authorization_code")
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("in_file", [False, True])
def test_T70_a_client_with_a_secret_uses_basic_and_pkce(tmp_path: Path, server: SmartServer, *, in_file: bool) -> None:
    """SM12: nothing of it in the body; the secret may stand in a file."""
    server.method = "client_secret"
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    given = {"clientSecretFile": tmp_path / "secret"} if in_file else {"clientSecret": SECRET}
    Browser(registered(tmp_path, server, method="client_secret", **given), server).opened()
    [asked] = server.asked("/auth/token")
    assert asked.headers["authorization"].startswith("Basic ")
    assert set(asked.form) == {"grant_type", "code", "redirect_uri", "code_verifier"}


@pytest.mark.parametrize(("chosen", "stated", "signed"), [
    ({}, None, "ES384"), ({}, ["RS384"], "RS384"), ({}, ["RS256", "RS384", "ES384"], "ES384"),
    ({"algorithm": "RS384"}, ["ES384"], "RS384")])
def test_T70_a_client_with_a_key_signs_an_assertion(tmp_path: Path, server: SmartServer, chosen: dict, stated: list | None,
                                                    signed: str) -> None:
    """SM12: by the algorithm that the site chose, else one that the server takes; checked by the server with our published keys."""
    server.method, server.configuration = "private_key_jwt", server.configuration | {
        "token_endpoint_auth_signing_alg_values_supported": stated}
    app = registered(tmp_path, server, method="private_key_jwt", **chosen)
    server.client_keys = lambda: app.test_client().get("/.well-known/jwks.json").json
    for _ in "12":
        Browser(app, server).opened()
    assertions = [asked.form["client_assertion"] for asked in server.asked("/auth/token")]
    assert {jws.extract_compact(one.encode()).headers()["alg"] for one in assertions} == {signed}
    assert len(server.jtis) == 2
    assert all("code_verifier" in asked.form for asked in server.asked("/auth/token"))


def test_T70_a_client_that_is_not_believed_gets_an_error_page(tmp_path: Path, server: SmartServer) -> None:
    """In the server's words, escaped, and without our secret."""
    server.method = "client_secret"
    answer = Browser(registered(tmp_path, server, method="client_secret", clientSecret="wrong-secret"), server).returned()
    assert answer.status_code == 502
    assert "invalid_client: who &lt;b&gt;are" in answer.text
    assert "wrong-secret" not in answer.text


# ---- our keys ---------------------------------------------------------------------------------

def test_our_public_keys_are_public_alone(app: Flask, tmp_path: Path) -> None:
    """SM12: one of each algorithm, cacheable, without a private member; the file is closed to others and stays the same."""
    answer = app.test_client().get("/.well-known/jwks.json")
    keys = answer.json["keys"]
    assert [key["alg"] for key in keys] == ["ES384", "RS384"]
    assert all(key["kid"] and key["use"] == "sig" and not PRIVATE & set(key) for key in keys)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.content_type == "application/json"
    assert stat.S_IMODE((tmp_path / "smart-keys.json").stat().st_mode) == 0o600
    assert app_of(tmp_path).test_client().get("/.well-known/jwks.json").json["keys"] == keys


def test_a_site_may_bring_keys_of_its_own(tmp_path: Path, server: SmartServer) -> None:
    """The key of the id that the profile names signs; the file of the data folder is never made."""
    keys = [ECKey.generate_key("P-384", {"kid": name, "alg": "ES384", "use": "sig"}) for name in ("old", "new")]
    (tmp_path / "own.json").write_text(json.dumps(KeySet([*keys, RSAKey.generate_key(2048)]).as_dict(private=True)))
    server.method = "private_key_jwt"
    app = app_of(tmp_path, smart_keys=tmp_path / "own.json", clients=[{"name": "ehr", "fhirServers": [server.iss], "smart": {
        "clientId": CLIENT, "method": "private_key_jwt", "keyId": "new"}}])
    published = app.test_client().get("/.well-known/jwks.json").json
    server.client_keys = lambda: published
    Browser(app, server).opened()
    [asked] = server.asked("/auth/token")
    assert jws.extract_compact(asked.form["client_assertion"].encode()).headers()["kid"] == "new"
    assert not any(PRIVATE & set(key) for key in published["keys"])
    assert not (tmp_path / "smart-keys.json").exists()


@pytest.mark.parametrize(("smart", "named"), [
    ({}, "clientId"), ({"clientId": "x", "method": "client_secret"}, "clientSecret"),
    ({"clientId": "x", "clientSecret": "y"}, "no client secret"),
    ({"clientId": "x", "frameAncestors": ["https://ehr.example/path"]}, "frameAncestors"), ({"clientId": "x", "scopes": ["a b"]}, "scopes"),
    ({"clientId": "x", "authorizationHosts": ["https://ehr.example"]}, "authorizationHosts"),
    ({"clientId": "x", "algorithm": "HS256"}, "algorithm"),
    ({"clientId": "x", "colour": "blue"}, "colour")])
def test_a_registration_that_cannot_be_used_stops_the_start(smart: dict, named: str) -> None:
    """By its place, in plain words."""
    with pytest.raises(SettingsError) as refused:
        load_settings(clients=[{"name": "ehr", "fhirServers": ["https://ehr.example/fhir"], "smart": smart}])
    assert "clients[0].smart" in str(refused.value)
    assert named in str(refused.value)


# ---- scopes -----------------------------------------------------------------------------------

def scopes(browser: Browser) -> set[str]:
    """What a launch asks for."""
    return set(query_of(browser.launch().headers["Location"])["scope"].split())


def test_scopes_follow_what_the_rules_read(browser: Browser, server: SmartServer) -> None:
    """SM10: in the syntax of the server, nothing to write, no refresh token unless the site asks for one."""
    newer = scopes(browser)
    assert {"launch", "openid", "fhirUser", "patient/Patient.r", "patient/Observation.rs", "patient/MedicationAdministration.rs"} <= newer
    assert all(scope.endswith((".r", ".rs")) for scope in newer if "/" in scope)
    assert not newer & {"online_access", "offline_access"}
    server.configuration = server.configuration | {"capabilities": ["launch-ehr", "permission-v1"]}
    assert {"patient/Patient.read", "patient/Observation.read"} <= scopes(browser)


def test_a_site_may_ask_for_other_scopes(tmp_path: Path, server: SmartServer) -> None:
    """Instead of ours; a refresh token by its own setting; a type that the server does not hold is not asked for."""
    assert scopes(Browser(registered(tmp_path, server, scopes=["launch", "patient/*.rs"]), server)) == {"launch", "patient/*.rs"}
    assert "online_access" in scopes(Browser(registered(tmp_path, server, access="online_access"), server))
    few = app_of(tmp_path, clients=[{"name": "ehr", "fhirServers": [server.iss], "resources": ["Patient", "Observation"],
                                     "smart": {"clientId": CLIENT}}])
    assert {one for one in scopes(Browser(few, server)) if "/" in one} == {"patient/Patient.r", "patient/Observation.rs"}


@pytest.mark.parametrize(("granted", "lacking"), [
    (None, ()), ("patient/*.rs", ()), ("user/*.read", ()), ("patient/*.*", ()), ("launch patient/Observation.r patient/Observation.s "
     "patient/Patient.cruds", ()), ("patient/Patient.r", ("Observation",)), ("", ("Patient", "Observation")),
    ("patient/Patient.r patient/Observation.r", ("Observation",)), ("patient/Patient.read patient/Observation.write", ("Observation",)),
    ("patient/Patient.rs patient/Observation.rs?category=laboratory", ("Observation",)),
    ("system/*.rs OBSERVATION.READ", ("Patient", "Observation"))])
def test_what_was_not_granted_is_found(granted: str | None, lacking: tuple[str, ...]) -> None:
    """SM13: in either syntax, letter by letter; a scope that is narrowed is not the whole."""
    assert missing(["launch", "patient/Patient.r", "patient/Observation.rs"], granted) == lacking


def test_the_page_names_what_was_not_granted(browser: Browser, server: SmartServer) -> None:
    """SM13: before anything is concluded from what is not there."""
    server.token = {"scope": "launch patient/Patient.r patient/MedicationAdministration.rs"}
    text = words(browser.get(browser.opened()))
    assert "MedicationRequest" in text
    assert "Observation" in text


# ---- discovery --------------------------------------------------------------------------------

def test_relative_endpoints_are_resolved_against_the_fhir_base(browser: Browser, server: SmartServer) -> None:
    """SM3."""
    server.configuration = server.configuration | {"authorization_endpoint": "/auth/authorize", "token_endpoint": "../auth/token"}
    assert browser.get(browser.opened()).status_code == 200


@pytest.mark.parametrize("stated", [None, {}, {"capabilities": []}])
def test_a_server_of_smart_1_is_found_by_its_capability_statement(browser: Browser, server: SmartServer, stated: dict | None) -> None:
    """SM3: PKCE is used all the same, and the older scopes are asked for."""
    server.configuration = stated
    redirect = browser.launch()
    asked = query_of(redirect.headers["Location"])
    assert asked["code_challenge_method"] == "S256"
    assert "patient/Patient.read" in asked["scope"]
    assert browser.get(browser.authorize(redirect)).status_code == 303


@pytest.mark.parametrize("changes", [
    {"code_challenge_methods_supported": ["plain"]}, {"authorization_endpoint": "http://ehr.example/authorize"},
    {"token_endpoint": "http://ehr.example/token"}, {"token_endpoint": "https://u@ehr.example/t"}, {"token_endpoint": "javascript:x"},
    {"authorization_endpoint": "https://ehr.example/a#b"}, {"token_endpoint": 7}, {"token_endpoint": "https://ehr.example/a b"}])
def test_an_authorization_server_that_cannot_be_used_is_an_error_page(browser: Browser, server: SmartServer, changes: dict) -> None:
    """SM3, SM8: never `plain`, never over http; nobody is sent there."""
    server.configuration = server.configuration | changes
    answer = browser.launch()
    assert answer.status_code == 502
    assert "Location" not in answer.headers


@pytest.mark.parametrize("reply", [(500, b""), (200, b"<html>"), (200, b"[1]"), (301, b"")])
def test_a_server_that_says_nothing_is_an_error_page(browser: Browser, server: SmartServer, reply: tuple[int, bytes]) -> None:
    """A page in words; redirects are not followed."""
    server.replies |= {"/fhir/.well-known/smart-configuration": reply, "/fhir/metadata": (404, b"")}
    answer = browser.launch()
    assert answer.status_code == 502
    assert "authorization server" in words(answer) or "cannot be asked" in words(answer)


def test_keys_may_stand_in_the_issuers_own_metadata(browser: Browser, server: SmartServer) -> None:
    """SM17: where SMART's document names the issuer alone; another issuer there is not believed."""
    server.configuration = {name: value for name, value in server.configuration.items() if name != "jwks_uri"}
    address = "/.well-known/openid-configuration"
    server.replies[address] = (200, json.dumps({"issuer": server.root, "jwks_uri": f"{server.root}/auth/keys"}).encode())
    assert "Practitioner/dr-1" in words(browser.get(browser.opened()))
    server.replies[address] = (200, json.dumps({"issuer": "https://x.example", "jwks_uri": f"{server.root}/auth/keys"}).encode())
    assert "Practitioner/dr-1" not in words(browser.get(browser.opened()))
