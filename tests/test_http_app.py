"""create_app with parts of our own: what a service is given, what errors and log lines may hold."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app import create_app
from app.settings import load_settings
from cds_services.hooks import BadHookRequest, Card, MissingData, Problem, Source
from tests.http_calls import context

pytest_plugins = ["tests.log_fixtures"]

NOW = datetime(2026, 3, 31, 14, 5, 9, tzinfo=UTC)
PRIVATE = "Unmistakable"


@dataclass(frozen=True)
class FakeService:
    """A service of one hook."""

    id: str = "fake"
    hook: str = "patient-view"
    title: str = "Fake"
    description: str = "A fake service."
    usage_requirements: str = ""

    def prefetch(self, site=None) -> dict[str, str]:
        """No templates."""
        return {}


@dataclass(frozen=True)
class FakeReply:
    """What the core answers."""

    cards: list[Card] = field(default_factory=list)
    log: dict = field(default_factory=dict)


class Calls:
    """An application whose answers are made here; it remembers what it was asked."""

    def __init__(self, reply=None, fails=None, settings=None) -> None:
        self.reply, self.fails, self.asked, self.clock_read, self.feedback = reply or FakeReply(), fails, [], 0, []
        self.client = create_app(
            settings or load_settings(), services=[FakeService()], answer=self.answer, rules=[], clock=self.clock,
            obtain_for=lambda request: ("obtain", request.patient_id), record_feedback=lambda *told: self.feedback.append(told),
        ).test_client()

    def answer(self, *asked):
        """Answer one call."""
        self.asked.append(asked)
        if self.fails:
            raise self.fails
        return self.reply

    def clock(self) -> datetime:
        """The time of the tests."""
        self.clock_read += 1
        return NOW

    def call(self, **changes):
        """A valid call with changes."""
        body = {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context("patient-view")}
        return self.client.post("/cds-services/fake", data=json.dumps(body | changes), content_type="application/json")


def test_a_service_is_given_the_request_the_site_the_time_and_the_means_to_fetch() -> None:
    """The core reads no clock and no environment: all of it comes with the call."""
    calls = Calls(settings=load_settings(jurisdiction="EU", base_url="https://cds.example", rules_off=("a-rule",)))
    assert calls.call().json == {"cards": []}
    [(service, request, site, now, obtain)] = calls.asked
    assert (service, request.patient_id, now, obtain) == (FakeService(), "p1", NOW, ("obtain", "p1"))
    assert (site.policy.jurisdiction, site.base_url, site.switched_off) == ("EU", "https://cds.example", frozenset({"a-rule"}))


def test_the_clock_is_read_once_per_call() -> None:
    """All of one call is judged as of one instant."""
    calls = Calls()
    calls.call()
    assert calls.clock_read == 1


def test_cards_hold_nothing_that_was_not_given() -> None:
    """Fields of a card that the core left out are not in the JSON, not even as null (J2)."""
    card = Card(summary="CBC overdue", indicator="warning", source=Source(label="LEMTRADA US PI"))
    answer = Calls(FakeReply([card])).call().json
    assert answer == {"cards": [
        {"summary": "CBC overdue", "indicator": "warning", "source": {"label": "LEMTRADA US PI"}, "uuid": card.uuid}]}


def test_no_services_are_an_empty_list() -> None:
    """Discovery without services answers `{"services":[]}` (D1)."""
    app = create_app(load_settings(), services=[], answer=print, rules=[])
    assert app.test_client().get("/cds-services").data == b'{"services":[]}'


# ---- errors ---------------------------------------------------------------------------------

def test_bad_requests_of_the_core_are_400() -> None:
    """What the core refuses is answered like what the shell refuses."""
    answer = Calls(fails=BadHookRequest([Problem("prefetch.patient", "is another patient")])).call()
    assert answer.status_code == 400
    assert answer.json["issue"][0]["expression"] == ["prefetch.patient"]


def test_missing_data_is_412_and_names_the_keys() -> None:
    """Each key that is missing is an issue of its own."""
    answer = Calls(fails=MissingData(["patient", "conditions"], "was not sent")).call()
    assert answer.status_code == 412
    assert [issue["expression"] for issue in answer.json["issue"]] == [["prefetch.patient"], ["prefetch.conditions"]]
    assert {issue["code"] for issue in answer.json["issue"]} == {"required"}


def test_an_unexpected_failure_says_nothing_of_itself(caplog: pytest.LogCaptureFixture, propagated) -> None:
    """A 500 holds no trace and no message; the log has the place and the type, but not the message, which may hold data."""
    answer = Calls(fails=ValueError(f"could not read {PRIVATE}")).call()
    assert answer.status_code == 500
    assert answer.json["issue"][0]["code"] == "exception"
    assert PRIVATE not in answer.text + caplog.text
    assert "ValueError" not in answer.text
    assert "ValueError at test_http_app.py" in caplog.text


# ---- log ------------------------------------------------------------------------------------

def test_one_line_per_call_without_patient_data(caplog: pytest.LogCaptureFixture, propagated) -> None:
    """The line names service, status, cards, rules and the FHIR host; neither patient, user, token nor body."""
    calls = Calls(FakeReply([], {"rules": ["platelets-low", "cbc-overdue"], "sources": {"patient": "found"}}))
    calls.call(context=context("patient-view", patientId=PRIVATE, userId=f"Practitioner/{PRIVATE}"), fhirServer="https://ehr.example/fhir",
               fhirAuthorization={"access_token": f"token-{PRIVATE}", "token_type": "Bearer"}, prefetch={"patient": {"name": PRIVATE}})
    [line] = caplog.messages
    assert PRIVATE not in line
    facts = ("service=fake", "status=200", "ms=", "cards=0", "rules=platelets-low,cbc-overdue", "sources=patient:found", "fhir=ehr.example")
    assert [fact for fact in facts if fact not in line] == []


def test_odd_requests_are_remarked_upon(caplog: pytest.LogCaptureFixture, propagated) -> None:
    """What was ignored is said in the log: a broken extension, a user of another type (J7, H3)."""
    Calls().call(extension=[], context=context("patient-view", userId="Device/1"))
    assert "extension_is_not_an_object" in caplog.text
    assert "userId_names_a_resource_type" in caplog.text


def test_refused_calls_are_logged_too(caplog: pytest.LogCaptureFixture, propagated) -> None:
    """A 400 and a 415 have their line as well."""
    calls = Calls()
    calls.call(hook="other")
    calls.client.post("/cds-services/fake", data="x", content_type="text/plain")
    assert ["status=400" in caplog.messages[0], "status=415" in caplog.messages[1]] == [True, True]


# ---- feedback -------------------------------------------------------------------------------

ITEM = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-03-31T16:05:09+02:00"}


def test_feedback_is_passed_on_whole_or_not_at_all() -> None:
    """A good batch is recorded once, with the time in UTC; a batch with one bad item, or none at all, is not (FB3)."""
    calls = Calls()
    def tell(*items):
        return calls.client.post("/cds-services/fake/feedback", json={"feedback": list(items)}).status_code
    assert [tell(ITEM, ITEM | {"outcome": "?"}), tell(), tell(ITEM, ITEM)] == [400, 204, 204]
    [(service, items, now)] = calls.feedback
    assert (service, len(items), now, items[0].outcomeTimestamp) == ("fake", 2, NOW, NOW)


# ---- origins --------------------------------------------------------------------------------

@pytest.mark.parametrize("settings, origin, listed", [
    ({"host": "0.0.0.0", "insecure": True, "cors_origins": ("https://ehr.example",)}, "https://ehr.example", True),
    ({"host": "0.0.0.0", "insecure": True}, "http://localhost:8080", False),
    ({"host": "0.0.0.0", "insecure": True}, "https://sandbox.cds-hooks.org", False),
    ({"base_url": "https://cds.example/x"}, "https://cds.example", True),
    ({"cors_origins": ("*",)}, "https://ehr.example", False),
])
def test_whose_pages_may_read_the_answer_of_a_service(settings, origin: str, listed: bool) -> None:
    """In development mode also our own, this machine's and the sandbox's; otherwise the listed ones alone (X2, section 16)."""
    client = Calls(settings=load_settings(**settings)).client
    assert ("Access-Control-Allow-Origin" in client.options("/cds-services/fake", headers={"Origin": origin}).headers) is listed
