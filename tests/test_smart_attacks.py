"""What a hostile page, a hostile link, or a broken or hostile server of an EHR may try with the SMART app, and what it gets."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from joserfc.jwk import ECKey, KeySet, OctKey

from app import site_of
from app.app_links import AppContexts
from app.fhir_client import FhirClient
from app.serve import CannotServe, serve
from app.settings import load_settings
from app.sites import Sites
from app.smart.launch import App, begin
from app.smart.problem import SmartProblem
from app.smart.sessions import Sessions
from app.store import Store
from tests.http_calls import free_port
from tests.smart_calls import FRAME, TOP, Browser, Clock, app_of, query_of, words
from tests.smart_server import CLIENT, SmartServer

pytest_plugins = ["tests.smart_fixtures"]


# ---- the address that is opened ---------------------------------------------------------------

@pytest.mark.parametrize("iss", ["http://[evil", "http://localhost:abc/fhir", "http://localhost:99999/fhir", "http://2130706433/fhir",
                                 "http://0x7f.1/fhir", "http://[::ffff:127.0.0.1]/fhir", "http://127.0.0.1@evil.example/fhir",
                                 "http://localhost\\@evil.example", "http://localhost/\r\nX: y", "//localhost/fhir", "\x00",
                                 "http://localhost/a/%2e%2e/fhir", "http://localhost/fhir#x", "http://" + "a" * 3000])
def test_an_odd_iss_is_refused_like_any_other(browser: Browser, iss: str) -> None:
    """SM2: a page that says so, whatever the spelling; never an error of the app."""
    answer = browser.launch(iss=iss)
    assert answer.status_code == 403
    assert "not registered" in answer.text


@pytest.mark.parametrize("launch", ["\r\nSet-Cookie: x=y", "a&redirect_uri=https://evil.example", "x#y", "é ", "l" * 4000])
def test_launch_is_sent_on_unchanged_as_one_parameter(browser: Browser, launch: str) -> None:
    """SM2: nothing of it becomes a header or another parameter."""
    answer = browser.launch(launch=launch)
    asked = query_of(answer.headers["Location"])
    assert asked["launch"] == launch
    assert asked["redirect_uri"].startswith("http://127.0.0.1:8000/")
    assert len(answer.headers.getlist("Set-Cookie")) == 1


@pytest.mark.parametrize("path", ["/launch", "/launch/standalone"])
def test_HEAD_begins_no_launch(browser: Browser, server: SmartServer, path: str) -> None:
    """Programs that look at links before people do: nobody is asked, nothing is kept."""
    answer = browser.client.head(path, query_string={"iss": server.iss, "launch": "x"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert "Set-Cookie" not in answer.headers
    assert server.seen == []


def test_HEAD_uses_up_neither_launch_nor_session(browser: Browser, server: SmartServer) -> None:
    """SM7: the return and the page are there for the GET that follows; no code is sent, no token renewed."""
    back = browser.authorize(browser.launch())
    assert browser.client.head(back, headers=TOP).status_code == 200
    assert server.asked("/auth/token") == []
    path = browser.get(back).headers["Location"]
    server.expire()
    assert browser.client.head(path).status_code == 200
    assert len(server.asked("/auth/token")) == 1
    assert browser.get(path).status_code == 200
    assert browser.client.head("/.well-known/jwks.json").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-13-01", "x", "20240101"])
def test_any_day_can_be_asked_for(browser: Browser, day: str) -> None:
    """What is no day is none; a page or a calendar comes in any case."""
    path = browser.opened()
    assert "footer" in browser.get(path, as_of=day).text
    assert browser.get(f"{path}/due.ics", as_of=day).status_code == 200


@pytest.mark.parametrize("where", ["x;%20Domain=evil.example", "%0d%0aX:%20y", "%00", "~", "~~", "é~é", "a" * 4000])
def test_what_is_no_session_ends_without_a_trace(browser: Browser, where: str) -> None:
    """Also where its name would be a piece of a header."""
    own = TOP | {"Sec-Fetch-Site": "same-origin"}
    assert browser.client.get(f"/app/{where}", headers=own).status_code == 403
    answer = browser.client.post(f"/app/{where}/end", headers=own)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_under_a_public_path_all_that_a_page_names_lies_there(tmp_path: Path, server: SmartServer) -> None:
    """SM20: a proxy takes `/alemtuzumab` away and passes the rest on; the browser has to ask it for styles, pages and the end."""
    server.redirect_uri = "http://127.0.0.1:8000/alemtuzumab/launch/callback"
    app = app_of(tmp_path, base_url="http://127.0.0.1:8000/alemtuzumab")
    framed = Browser(app, server, FRAME, cookies=False)
    path = framed.get(framed.authorize(framed.launch()).replace("/alemtuzumab", "", 1)).headers["Location"]
    page = framed.get(path.removeprefix("/alemtuzumab"))
    named = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert {path, f"{path}/end", "/alemtuzumab/static/overview.css"} <= {one.partition("?")[0] for one in named}
    assert [one for one in named if not one.startswith("/alemtuzumab/")] == []


# ---- whose launch, whose session --------------------------------------------------------------

@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_an_address_with_its_secret_opens_no_page_of_its_own(app: Flask, server: SmartServer, site: str) -> None:
    """A link in a mail, or from a neighbour's page, would show a chart that this user did not open; a link of ours may."""
    path = Browser(app, server, FRAME, cookies=False).opened()
    given = {"Sec-Fetch-Site": site} if site else {}
    assert Browser(app, server, TOP | given).get(path).status_code == 403
    assert Browser(app, server, TOP | {"Sec-Fetch-Site": "same-origin"}).get(path).status_code == 200
    assert Browser(app, server, FRAME | {"Sec-Fetch-Site": "cross-site"}).get(path).status_code == 200


def test_the_answer_of_another_authorization_server_is_refused(browser: Browser, server: SmartServer) -> None:
    """RFC 9207: a code that another server says it has given never goes to this one, which could use it there."""
    back = browser.authorize(browser.launch())
    answer = browser.get(f"{back}&iss=https%3A%2F%2Fanother.example")
    assert answer.status_code == 400
    assert server.asked("/auth/token") == []
    assert browser.get(f"{browser.authorize(browser.launch())}&iss={server.root}").status_code == 303


def test_a_server_that_always_names_itself_must(browser: Browser, server: SmartServer) -> None:
    """RFC 9207: where its metadata says so, an answer without its name is another's."""
    server.configuration = server.configuration | {"authorization_response_iss_parameter_supported": True}
    assert browser.returned().status_code == 400
    assert server.asked("/auth/token") == []


# ---- what an authorization server says ----------------------------------------------------------

@pytest.mark.parametrize("changes", [
    {"token_endpoint": "http://[x"}, {"authorization_endpoint": "//["}, {"authorization_endpoint": "https://ehr.example/ж"},
    {"authorization_endpoint": "https://ehr.example/a\r\nX: y"}, {"authorization_endpoint": "data:text/html,x"},
    {"token_endpoint": "https://ehr.example:0/t"}, {"token_endpoint": "https://ehr.example:x/t"}, {"token_endpoint": ["https://x"]},
    {"authorization_endpoint": "https://ehr.example/" + "a" * 3000}, {"authorization_endpoint": "ftp://ehr.example/a"}])
def test_an_endpoint_that_is_no_plain_address_is_an_error_page(browser: Browser, server: SmartServer, changes: dict) -> None:
    """SM3: nobody is sent there, and the app does not fail."""
    server.configuration = server.configuration | changes
    answer = browser.launch()
    assert answer.status_code == 502
    assert "Location" not in answer.headers


@pytest.mark.parametrize("query", ["tenant=1", "x={y}|z", "x=%zz", "x=é", "a", "redirect_uri=https://evil.example"])
def test_the_query_of_an_endpoint_stays(browser: Browser, server: SmartServer, query: str) -> None:
    """RFC 6749, 3.1: ours is added to it, or the server is refused; the app does not fail."""
    server.configuration = server.configuration | {"authorization_endpoint": f"{server.root}/auth/authorize?{query}"}
    answer = browser.launch()
    assert answer.status_code in (302, 502)
    assert answer.status_code == 302 or "é" in query or "{" in query or "%zz" in query or query == "a"


@pytest.mark.parametrize("rest", ["x", [7], [{"security": "x"}], [{"security": {"extension": "x"}}], [{"security": {"extension": [7]}}], [
    {"security": {"extension": [{"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", "extension": [
        {"url": ["authorize"], "valueUri": "x"}, 7]}]}}]])
def test_a_broken_capability_statement_is_an_error_page(browser: Browser, server: SmartServer, rest: object) -> None:
    """SM3: as one that says nothing."""
    server.configuration = None
    server.replies["/fhir/metadata"] = (200, json.dumps({"resourceType": "CapabilityStatement", "rest": rest}).encode())
    assert browser.launch().status_code == 502


GOOD = '"access_token": "a", "token_type": "bearer", "patient": "p1"'


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"a":' * 900 + b"1" + b"}" * 900, b"\xff\xfe{}", b'{"access_token": "\xe9"}', b"NaN", b'{"access_token": NaN}',
    b'{"access_token": "a", "token_type": "bearer", "patient": "\\ud800"}', f'{{{GOOD}, "scope": "\\ud800"}}'.encode(),
    f'{{{GOOD}, "appContext": "plateletsLow.\\ud800"}}'.encode(), f'{{{GOOD}, "refresh_token": "\\ud800"}}'.encode(),
    f'{{{GOOD}, "appContext": {"[" * 5000 + "]" * 5000}}}'.encode(), f'{{{GOOD}, "expires_in": 1e999}}'.encode(),
    f'{{{GOOD}, "expires_in": [1]}}'.encode(), b'{"error": "\\ud800"}'])
def test_a_token_response_that_is_no_plain_json_is_an_error_page(browser: Browser, server: SmartServer, body: bytes) -> None:
    """SM13: too deep, no UTF-8, halves of characters: the app does not fail, and nothing is kept."""
    server.replies["/auth/token"] = (200, body)
    answer = browser.returned()
    assert answer.status_code == 502
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("expires", [3600, "3600", None, 3599.5, ...])
def test_how_long_a_token_lasts_is_no_concern_of_ours(browser: Browser, server: SmartServer, expires: object) -> None:
    """SM13: `expires_in` should be there and often is a string; the FHIR server says when a token is over."""
    server.token = {"expires_in": expires}
    assert browser.returned().status_code == 303


@pytest.mark.parametrize("keys", [b"[" * 100_000, b'{"keys": "x"}', b'{"keys": [7]}', b'{"keys": []}', b"{}",
                                  b'{"keys": [{"kty": "oct", "k": "AAAA"}]}',
                                  b'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}', b'{"keys": [{"kty": ["RSA"]}]}'])
def test_broken_keys_of_an_authorization_server_name_nobody(browser: Browser, server: SmartServer, keys: bytes) -> None:
    """SM17: the page opens without a name."""
    server.replies["/auth/keys"] = (200, keys)
    assert "not known: the EHR did not say" in words(browser.get(browser.opened()))


@pytest.mark.parametrize("header", ["[" * 50_000, '{"alg": ["RS256"]}', '{"alg": "RS256", "crit": 7}', '{"alg": "HS256"}', "[]", "7",
                                    '{"alg": "RS256", "kid": {"a": 1}}', '{"alg": "RS256", "jwk": {"kty": "oct", "k": "AAAA"}}'])
def test_a_broken_id_token_names_nobody(browser: Browser, server: SmartServer, header: str) -> None:
    """SM17: whatever stands where a header belongs."""
    server.token = {"id_token": base64.urlsafe_b64encode(header.encode()).decode().rstrip("=") + ".e30.AAAA"}
    assert "not known: the EHR did not say" in words(browser.get(browser.opened()))


@pytest.mark.parametrize("context", ['{"a": "plateletsLow.\\ud800"}', "{" * 900, '{"a": NaN}', "plateletsLow.\x00", ".", "é.é"])
def test_a_broken_app_context_opens_the_default_view(browser: Browser, server: SmartServer, context: str) -> None:
    """SM16: also where it is JSON in a string, or nearly."""
    server.token = {"appContext": context}
    assert browser.returned().status_code == 303


# ---- beyond development -------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
def test_in_production_no_endpoint_is_http_not_even_of_this_machine(tmp_path: Path, server: SmartServer, name: str) -> None:
    """SM3, SM19: what a FHIR server says opens no way to the service's own machine, and no code or token travels in clear."""
    profile = {"name": "ehr", "fhirServers": [server.iss], "smart": {"clientId": CLIENT}}
    local = load_settings(data_dir=tmp_path, clients=[profile])
    public = load_settings(data_dir=tmp_path, clients=[profile], host="0.0.0.0", insecure=True)  # noqa: S104
    server.configuration = {**server.configuration, "authorization_endpoint": "https://ehr.example/a", "token_endpoint": "https://ehr.example/t"}
    for settings, stated in ((public, "https://ehr.example/x"), (local, f"{server.root}/x"), (public, f"{server.root}/x"),
                             (public, "http://localhost/x"), (public, "http://ehr.example/x"), (local, "http://ehr.example/x")):
        server.configuration[name] = stated
        app = App(settings, FhirClient(local), Sites(site_of(settings), settings), Sessions(Store(settings)), AppContexts(settings))
        if stated.startswith("https:") or (settings is local and stated.startswith(server.root)):
            assert begin(app, server.iss, "x", Clock()())[0].startswith("http")
        else:
            with pytest.raises(SmartProblem, match="bad-endpoint"):
                begin(app, server.iss, "x", Clock()())


# ---- keys that are not there --------------------------------------------------------------------

def signing(server: SmartServer, **smart: str) -> list:
    """A client whose registration needs a key."""
    return [{"name": "ehr", "fhirServers": [server.iss], "smart": {"clientId": CLIENT, "method": "private_key_jwt", **smart}}]


def test_without_a_key_there_is_a_page_that_says_so(tmp_path: Path, server: SmartServer) -> None:
    """503: neither an error of the app nor a token request that shows nothing."""
    (tmp_path / "smart-keys.json").mkdir()  # nobody can write a file here, not even root
    app = app_of(tmp_path, clients=signing(server))
    for answer in (app.test_client().get("/.well-known/jwks.json"), Browser(app, server).returned()):
        assert answer.status_code == 503
        assert "has no key" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert server.asked("/auth/token") == []


@pytest.mark.parametrize(("content", "smart", "said"), [
    (None, {}, "cannot be had"), ("{", {}, "no JWK set"), ('{"keys": [{"kty": "oct", "k": "AAAA"}]}', {}, "key for ES384 or RS384"),
    ("own", {"keyId": "unknown"}, "keyId unknown"), ("own", {"algorithm": "RS384"}, "no private key for RS384")])
def test_a_registration_without_its_key_stops_the_start(tmp_path: Path, server: SmartServer, content: str | None, smart: dict,
                                                        said: str) -> None:
    """In one line that names what is wrong; a public client needs no key."""
    own = KeySet([ECKey.generate_key("P-384", {"kid": "own"})]).as_dict(private=True)
    if content is None:
        (tmp_path / "smart-keys.json").mkdir()
    else:
        (tmp_path / "smart-keys.json").write_text(json.dumps(own) if content == "own" else content)
    with pytest.raises(CannotServe, match=said):
        serve(load_settings(data_dir=tmp_path, port=free_port(), clients=signing(server, **smart)))


def test_a_secret_key_in_the_file_is_not_published(tmp_path: Path) -> None:
    """SM12: a symmetric key has no public half; one of ours is told as its public half alone."""
    keys = KeySet([OctKey.generate_key(256), ECKey.generate_key("P-384", {"kid": "own"})]).as_dict(private=True)
    (tmp_path / "own.json").write_text(json.dumps(keys))
    told = app_of(tmp_path, smart_keys=tmp_path / "own.json").test_client().get("/.well-known/jwks.json").json["keys"]
    assert [(key["kid"], "d" in key) for key in told] == [("own", False)]
