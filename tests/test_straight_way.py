"""The straight way of plain hook calls answers as the application does, and keeps nothing (R11, E, X)."""

import gc
import json
import re
import weakref

import pytest
from werkzeug.test import Client, EnvironBuilder

from app import create_app
from app.settings import load_settings
from cds_services.hooks import BadHookRequest, Card, MissingData, Problem, Source
from tests.http_calls import context
from tests.test_http_app import FakeReply, FakeService

pytest_plugins = ["tests.log_fixtures"]
pytestmark = pytest.mark.usefixtures("propagated")

PATH = "/cds-services/fake"
BODY = json.dumps({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context("patient-view"),
                   "fhirServer": "https://ehr.example/fhir"}).encode()
CARD = Card(summary="CBC overdue", indicator="warning", source=Source(label="LEMTRADA US PI"))
LIMIT = 2_000


def one_card() -> FakeReply:
    """What the core answers."""
    return FakeReply([CARD], {"rules": ["cbc-overdue"], "sources": {"patient": "found"}})


def application(answer=one_card):
    """An application of one service, whose answer is made here."""
    return create_app(load_settings(max_body_bytes=LIMIT), services=[FakeService()], answer=lambda *_: answer(), rules=[],
                      obtain_for=lambda _: None, record_feedback=lambda *_: None)


def plain_environ() -> dict:
    """A plain call, as a server hands it over."""
    return EnvironBuilder(PATH, method="POST", data=BODY, content_type="application/json").get_environ()


def failing(error: Exception):
    """An answer that is none."""
    def answer():
        raise error
    return answer


def both(app, caplog: pytest.LogCaptureFixture, environ: dict | None = None, **request) -> list[tuple]:
    """What is answered and logged by the straight way, and by the application alone."""
    told = []
    for way in (app.wsgi_app, app.wsgi_app.inner):
        caplog.clear()
        asked = {"path": PATH, "method": "POST", "data": BODY, "content_type": "application/json"} | request
        answer = Client(way).open(**asked, environ_overrides=environ or {})
        lines = [re.sub(r" ms=\d+", "", line) for line in caplog.messages if not line.startswith("unexpected")]
        told.append((answer.status, list(answer.headers), answer.data, lines))
    return told


@pytest.mark.parametrize("request_, status", [
    ({}, 200), ({"content_type": "application/json; charset=utf-8"}, 200), ({"content_type": "Application/JSON"}, 200),
    ({"content_type": "application/fhir+json"}, 200), ({"content_type": "text/plain"}, 415), ({"content_type": None}, 415),
    ({"headers": {"Content-Encoding": "identity"}}, 200), ({"headers": {"Content-Encoding": "gzip"}}, 415),
    ({"headers": {"Origin": "http://localhost:8080"}}, 200), ({"headers": {"Origin": "https://evil.example"}}, 200),
    ({"query_string": "a=b"}, 200), ({"path": f"{PATH}/"}, 200), ({"path": "/cds-services/other"}, 404), ({"path": "/cds-services"}, 405),
    ({"method": "GET", "data": None}, 405), ({"method": "OPTIONS"}, 200), ({"path": f"{PATH}/feedback"}, 400),
    ({"data": b" " * LIMIT + b"{}"}, 413), ({"data": b"{"}, 400), ({"data": b""}, 400),
    ({"data": BODY.replace(b"patient-view", b"x")}, 400),
    ({"environ": {"CONTENT_LENGTH": str(len(BODY) + 1)}}, 400), ({"environ": {"CONTENT_LENGTH": "x"}}, 400),
    ({"environ": {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}}, 200), ({"environ": {"HTTP_HOST": "a..b"}}, 400),
    ({"environ": {"HTTP_HOST": "[::1]:8000"}}, 200), ({"environ": {"HTTP_HOST": ""}}, 200)])
def test_both_ways_answer_alike(caplog: pytest.LogCaptureFixture, request_, status: int) -> None:
    """Status, headers, body and log line of every kind of request are the same."""
    straight, careful = both(application(), caplog, **request_)
    assert straight == careful
    assert int(straight[0][:3]) == status
    assert len(straight[3]) == (0 if request_.get("method") else 1)


@pytest.mark.parametrize("error, status", [
    (BadHookRequest([Problem("prefetch.patient", "is another patient")]), 400), (MissingData(["patient"], "was not sent"), 412),
    (ValueError("private"), 500)], ids=lambda one: type(one).__name__)
def test_what_fails_is_worded_by_the_application(caplog: pytest.LogCaptureFixture, error: Exception, status: int) -> None:
    """An error of the core is one outcome and one line, which keeps what was noted before it."""
    straight, careful = both(application(failing(error)), caplog)
    assert straight == careful
    assert (int(straight[0][:3]), b"private" in straight[2]) == (status, False)
    assert straight[3] == [f"service=fake status={status} fhir=ehr.example"]


def test_a_plain_call_does_not_come_to_the_application() -> None:
    """What is tested here is the straight way indeed."""
    app = application()
    app.wsgi_app.inner = None
    assert Client(app.wsgi_app).post(PATH, data=BODY, content_type="application/json").status_code == 200


def test_what_was_read_goes_with_the_request() -> None:
    """What a call has read is freed with what the server holds of the request, after the answer, and not before."""
    replies: list[weakref.ref[FakeReply]] = []

    def answer() -> FakeReply:
        made = one_card()
        replies.append(weakref.ref(made))
        return made
    environ = plain_environ()
    told = application(answer)(environ, lambda *_: None)
    assert replies[0]() is not None
    del environ
    assert (replies[0](), json.loads(told[0])["cards"][0]["uuid"]) == (None, CARD.uuid)


def test_what_failed_leaves_nothing_behind() -> None:
    """An error lets go of what its call had read, without waiting for the garbage collector."""
    read: list[weakref.ref[FakeReply]] = []

    def answer() -> FakeReply:
        made = one_card()
        read.append(weakref.ref(made))
        raise ValueError
    app, environ = application(answer), plain_environ()
    gc.disable()
    try:
        app(environ, lambda *_: None)
        assert read[0]() is None
    finally:
        gc.enable()
