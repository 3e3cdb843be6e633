"""Feedback: spec section 9 (FB), checks T61 to T63 as far as they need no store."""

import pytest

from tests.http_calls import PATIENT_VIEW, SERVICES, Server, places, problems

pytest_plugins = ["tests.http_fixtures"]

NOW = "2026-03-31T14:05:09Z"
OVERRIDDEN = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden", "outcomeTimestamp": NOW}
ACCEPTED = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted", "outcomeTimestamp": NOW,
            "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}]}


def tell(server: Server, *items, service: str = PATIENT_VIEW):
    """POST these feedback items."""
    return server.post(f"{service}/feedback", {"feedback": list(items)})


REASON = {"reason": {"code": "d7ecf885", "system": "https://ehr.example/reasons", "display": "No"}, "userComment": "see note"}


@pytest.mark.parametrize("items", [
    (ACCEPTED,), (OVERRIDDEN,), (OVERRIDDEN | {"overrideReason": REASON},), (ACCEPTED, OVERRIDDEN, ACCEPTED | {"card": "other"})])
@pytest.mark.parametrize("service", SERVICES)
def test_t61_feedback_is_taken(server: Server, service: str, items) -> None:
    """Accepted, overridden with and without a reason, and batches answer 204 without a body."""
    answer = tell(server, *items, service=service)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("body, place", [
    ({}, "feedback"), ({"feedback": None}, "feedback"), ({"feedback": {}}, "feedback"), ({"feedback": "x"}, "feedback"),
    ({"feedback": [5]}, "feedback[0]"), ({"feedback": [None]}, "feedback[0]"),
    ({"feedback": [OVERRIDDEN | {"outcome": "ignored"}]}, "feedback[0].outcome"),
    ({"feedback": [OVERRIDDEN | {"outcome": ["overridden"]}]}, "feedback[0].outcome"),
    ({"feedback": [OVERRIDDEN | {"card": 5}]}, "feedback[0].card"),
    ({"feedback": [OVERRIDDEN | {"card": ""}]}, "feedback[0].card"),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": None}]}, "feedback[0]"),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": []}]}, "feedback[0].acceptedSuggestions"),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": [{"uuid": "x"}]}]}, "feedback[0].acceptedSuggestions[0].id"),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": ["x"]}]}, "feedback[0].acceptedSuggestions[0]"),
    ({"feedback": [OVERRIDDEN | {"overrideReason": "no"}]}, "feedback[0].overrideReason"),
    ({"feedback": [OVERRIDDEN | {"overrideReasons": ["no"]}]}, "feedback[0].overrideReasons"),
    ({"feedback": [{"card": "c", "outcome": "overridden"}]}, "feedback[0].outcomeTimestamp"),
    ({"feedback": [OVERRIDDEN, OVERRIDDEN, OVERRIDDEN | {"outcome": "x"}]}, "feedback[2].outcome"),
])
def test_t62_broken_feedback_is_refused_and_named(server: Server, body, place: str) -> None:
    """A batch with anything wrong answers 400 and names the item."""
    assert places(server.post(f"{PATIENT_VIEW}/feedback", body)) == [place]


@pytest.mark.parametrize("time", [
    "yesterday", "2026-03-31", "2026-03-31T14:05:09", "2026-02-30T00:00:00Z", "1774965909", 1774965909, "", None])
def test_t62_the_time_is_a_full_one(server: Server, time) -> None:
    """A time that is missing, has no offset, or does not exist answers 400."""
    assert places(tell(server, OVERRIDDEN | {"outcomeTimestamp": time})) == ["feedback[0].outcomeTimestamp"]


@pytest.mark.parametrize("time", [
    "2026-03-31T14:05:09.123Z", "2026-03-31T16:05:09+02:00", "2026-03-31t14:05:09z", "2026-03-31T14:05:09.123456789Z"])
def test_the_time_may_have_any_offset(server: Server, time: str) -> None:
    """Fractions and other offsets than UTC are taken."""
    assert tell(server, OVERRIDDEN | {"outcomeTimestamp": time}).status_code == 204


@pytest.mark.parametrize("item", [
    OVERRIDDEN | {"card": "123456"},
    OVERRIDDEN | {"overrideReasons": REASON},
    OVERRIDDEN | {"overrideReasons": {"extension": {"com.epic.cdshooks.feedback.overrideReason.reasonTitle": "x"}}},
    OVERRIDDEN | {"overrideReason": {"reason": {"code": "x"}}},
    OVERRIDDEN | {"overrideReason": {"reason": {"code": "x", "system": None, "display": ""}}},
    OVERRIDDEN | {"overrideReason": {}}, OVERRIDDEN | {"overrideReason": None},
    OVERRIDDEN | {"overrideReason": {"userComment": "x" * 10_000}},
    OVERRIDDEN | {"acceptedSuggestions": 5},
    OVERRIDDEN | {"outcomeTimestamp": "2999-01-01T00:00:00Z"}, OVERRIDDEN | {"future": [1]},
])
def test_t63_what_clients_send_beside_the_specification_is_taken(server: Server, item) -> None:
    """Unknown cards, Epic's spellings, half a Coding, empty reasons and unknown fields answer 204."""
    assert tell(server, item, item).status_code == 204


def test_t63_an_empty_batch_is_taken(server: Server) -> None:
    """No items are no error."""
    assert tell(server).status_code == 204


def test_feedback_of_an_unknown_service_is_not_found(server: Server) -> None:
    """Another service id answers 404."""
    problems(tell(server, OVERRIDDEN, service="other"), 404)


@pytest.mark.parametrize("body", [
    b"", b"[]", b'{"feedback":[NaN]}', b'{"feedback":[],"feedback":[]}', b'{"feedback":' + b"[" * 101 + b"]" * 101 + b"}"])
def test_feedback_is_read_as_strictly_as_a_call(server: Server, body: bytes) -> None:
    """Broken JSON, repeated names and deep nesting answer 400."""
    problems(server.post(f"{PATIENT_VIEW}/feedback", body), 400)


def test_feedback_is_posted(server: Server) -> None:
    """GET answers 405, another media type 415."""
    assert server.get(f"/cds-services/{PATIENT_VIEW}/feedback").headers["Allow"] == "POST, OPTIONS"
    problems(server.post(f"{PATIENT_VIEW}/feedback", {"feedback": []}, content_type="text/plain"), 415)


def test_comments_never_reach_the_log(server: Server) -> None:
    """A comment is free text and may name a patient: the log counts the items and no more (FB6)."""
    tell(server, OVERRIDDEN | {"overrideReason": {"userComment": "Mrs. Unmistakable said no"}})
    assert "feedback=1" in server.log()
    assert "Unmistakable" not in server.log()
