"""The HTTP surface: CORS, sizes, headers, pages (spec sections 11 and 12; checks T6 to T8, T21)."""

import http.client
import json
from collections.abc import Iterator

import pytest

from app.http_surface import InOneGo
from tests.http_calls import LISTED, PATIENT_VIEW, SERVICES, Server, problems, serving

pytest_plugins = ["tests.http_fixtures"]

ADDRESSES = ["", *(f"/{service}" for service in SERVICES), *(f"/{service}/feedback" for service in SERVICES)]
LIMIT = 10_000


# ---- CORS -----------------------------------------------------------------------------------

@pytest.mark.parametrize("address", [*ADDRESSES, f"//{PATIENT_VIEW}/"])
def test_t6_a_preflight_from_a_listed_origin_is_allowed(server: Server, address: str) -> None:
    """OPTIONS needs no authentication and allows what browser clients send."""
    answer = server.send("OPTIONS", f"/cds-services{address}", headers={
        "Origin": LISTED, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert {"authorization", "content-type"} <= set(answer.headers["Access-Control-Allow-Headers"].lower().split(", "))
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", [
    "https://evil.example", f"{LISTED}.evil.example", "http://ehr.example", "null", "https://localhost.evil.example"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_t7_an_unlisted_origin_is_not_allowed(server: Server, address: str, origin: str) -> None:
    """Another origin gets no Access-Control-Allow-Origin, and is answered all the same."""
    answer = server.send("OPTIONS", f"/cds-services{address}", headers={"Origin": origin})
    assert answer.status_code in (200, 204)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", ["http://localhost:8080", "http://127.0.0.1:3000", "http://localhost", "https://sandbox.cds-hooks.org"])
def test_development_mode_lists_this_machine_and_the_sandbox(server: Server, origin: str) -> None:
    """On loopback any page of this machine and the public sandbox may read the answers (section 16)."""
    assert server.get("/cds-services", headers={"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("method, path, body, kind, status", [
    ("POST", f"/{PATIENT_VIEW}", b"{", "application/json", 400),
    ("POST", "/other", b"{}", "application/json", 404),
    ("GET", f"/{PATIENT_VIEW}", None, None, 405),
    ("POST", f"/{PATIENT_VIEW}", b"{}", "text/plain", 415),
    ("POST", f"/{PATIENT_VIEW}/feedback", b"{}", "application/json", 400),
])
def test_t8_errors_carry_the_cors_headers(server: Server, method: str, path: str, body, kind, status: int) -> None:
    """An error from a listed origin can be read by the page, or it would see a network failure only."""
    headers = {"Origin": LISTED} | ({"Content-Type": kind} if kind else {})
    answer = server.send(method, f"/cds-services{path}", data=body, headers=headers)
    problems(answer, status)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert answer.headers["Vary"] == "Origin"


def test_a_star_opens_discovery_alone() -> None:
    """CDS_CORS_ORIGINS=* lets any page read discovery, and no page read the answer of a service (X2)."""
    with serving(CDS_CORS_ORIGINS="*") as server:
        anywhere = {"Origin": "https://anywhere.example"}
        assert server.get("/cds-services", headers=anywhere).headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Origin" not in server.send("OPTIONS", f"/cds-services/{PATIENT_VIEW}", headers=anywhere).headers


# ---- size -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def small_server() -> Iterator[Server]:
    """A server that accepts bodies of LIMIT bytes."""
    with serving(CDS_MAX_BODY_BYTES=str(LIMIT)) as one:
        yield one


def padded(request: dict, size: int) -> bytes:
    """The request as JSON of exactly this size."""
    body = json.dumps(request).encode()
    return body + b" " * (size - len(body))


def in_chunks(body: bytes) -> Iterator[bytes]:
    """The body without a declared length: requests sends a generator chunked."""
    yield from (body[start:start + 1000] for start in range(0, len(body), 1000))


@pytest.mark.parametrize("send", [bytes, in_chunks])
def test_a_body_of_exactly_the_limit_is_read_in_full(small_server: Server, base_request, send) -> None:
    """The limit itself passes, with a declared length and without: nothing is cut."""
    body = send(padded(base_request(PATIENT_VIEW), LIMIT))
    answer = small_server.send("POST", f"/cds-services/{PATIENT_VIEW}", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("send", [bytes, in_chunks])
@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT])
@pytest.mark.parametrize("path", [f"/cds-services/{PATIENT_VIEW}", f"/cds-services/{PATIENT_VIEW}/feedback", "/cds-services/other"])
def test_t21_a_body_over_the_limit_is_413(small_server: Server, base_request, send, size: int, path: str) -> None:
    """One byte more answers 413 before anything else is looked at, also where no length is declared."""
    body = send(padded(base_request(PATIENT_VIEW), size))
    problems(small_server.send("POST", path, data=body, headers={"Content-Type": "text/plain"}), 413)


def test_t21_a_refusal_comes_without_waiting_for_the_body(small_server: Server) -> None:
    """A body far beyond the limit is refused by its declared length, and the server lives on."""
    connection = http.client.HTTPConnection(small_server.base.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", f"/cds-services/{PATIENT_VIEW}")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders(b" " * LIMIT * 6)
    assert connection.getresponse().status == 413
    assert small_server.get("/health").status_code == 200


def test_a_record_of_more_than_five_megabytes_is_read(server: Server, base_request) -> None:
    """A long record is no reason for a refusal: the default limit is 32 MiB (section 16)."""
    assert server.post(PATIENT_VIEW, padded(base_request(PATIENT_VIEW), 6 * 1024 * 1024)).status_code == 200


def test_t21_more_than_the_default_limit_is_413(server: Server) -> None:
    """32 MiB and a byte answer 413."""
    problems(server.post(PATIENT_VIEW, b" " * (32 * 1024 * 1024 + 1)), 413)


# ---- pages ----------------------------------------------------------------------------------

def test_health(server: Server) -> None:
    """/health says that the server is up."""
    answer = server.get("/health")
    assert (answer.status_code, answer.json(), answer.headers["Cache-Control"]) == (200, {"status": "ok"}, "no-store")


def test_the_front_page_lists_services_and_rules(server: Server) -> None:
    """The front page needs no script and nothing from elsewhere, and names every service with its address."""
    answer = server.get("/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert all(f"{server.base}/cds-services/{service}" in answer.text for service in SERVICES)
    assert server.get("/static/style.css").status_code == 200


@pytest.mark.parametrize("path", [
    "/nothing", "/cds-services/a/b/c", "/static/nothing.css", "/cds-servicesx", "/%2e%2e/etc/passwd", "/health/x"])
def test_an_unknown_address_is_not_found(server: Server, path: str) -> None:
    """Every address that does not exist answers 404 with an OperationOutcome."""
    problems(server.get(path), 404)


# ---- pieces -----------------------------------------------------------------------------------

@pytest.mark.parametrize("headers, handed_over", [([("Content-Length", "2")], [b"ab"]), ([], [b"a", b"b"])], ids=["whole", "streamed"])
def test_only_an_answer_of_known_length_is_handed_over_in_one_piece(headers: list[tuple[str, str]], handed_over: list[bytes]) -> None:
    """A page that tells what has come so far is sent on piece by piece, each before the next is made."""
    made: list[bytes] = []

    def page(environ: object, start_response: object) -> Iterator[bytes]:
        start_response("200 OK", headers)  # type: ignore[operator]
        return (made.append(piece) or piece for piece in (b"a", b"b"))  # type: ignore[func-returns-value]

    pieces = iter(InOneGo(page)({}, lambda *_: None))
    assert next(pieces) == handed_over[0]
    assert made == ([b"a", b"b"] if headers else [b"a"])
    assert [handed_over[0], *pieces] == handed_over
