"""A request decoded in one walk and one that is scanned first and decoded later come to the same answer, whatever is in it."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

from bench.bodies import hook_call
from bench.in_process import NOW
from cds_services.example import resources
from cds_services.from_fhir.shapes import ShapedBundle
from cds_services.hooks import BadHookRequest, HookRequest, parse_request
from cds_services.hooks.strict_json import MAX_DEPTH
from cds_services.hooks.whole_request import EARLY, decoded_whole, names_the_drug_early
from cds_services.policy import Site
from cds_services.rule import PATIENT_VIEW, Example, Rule
from cds_services.rules import RULES
from cds_services.services import SERVICES, answer
from tests.examples import OUTCOME, bundle, instant, prefetch_of, site
from tests.test_properties import told

CASES = [pytest.param(rule, one, id=f"{rule.id}: {one.name}") for rule in RULES for one in rule.examples
         if (one.hook or rule.hooks[0]) == PATIENT_VIEW]
TREATED = json.loads(hook_call(50, NOW))


def both_ways(prefetch: dict, patient: str) -> tuple[HookRequest, HookRequest]:
    """The same call with the drug's name near the beginning, and too late to be seen there."""
    call = {"hook": PATIENT_VIEW, "hookInstance": "00000000-0000-4000-8000-000000000001", "prefetch": prefetch,
            "context": {"userId": "Practitioner/synthetic", "patientId": patient}}
    early, late = ({"extension": {"note": f"{start}alemtuzumab"}, **call} for start in ("", " " * EARLY))
    return tuple(parse_request(json.dumps(one).encode(), PATIENT_VIEW) for one in (early, late))


def same(prefetch: dict, patient: str, *how) -> None:
    """The answers both ways are the same: cards, and what the log says."""
    one, other = (answer(SERVICES[0], request, *how) for request in both_ways(prefetch, patient))
    assert told(one) == told(other)
    assert one.log == other.log


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_every_example_is_answered_alike(rule: Rule, example: Example):
    """Whatever a rule's examples hold: failed sources, odd shapes, other patients."""
    facts, _ = resources(example.timeline)
    facts += [dict(one) for one in example.resources if one["resourceType"] != "Draft"]
    same(prefetch_of(facts, example.failed), facts[0]["id"], site(example.jurisdiction, *example.settings.items()),
         instant(example.as_of))


def test_a_treated_persons_request_is_decoded_whole():
    """The name of the drug stands among the doses; a body without it, or with it far behind, is scanned alone."""
    found = parse_request(hook_call(50, NOW), PATIENT_VIEW).prefetch
    assert {type(one) for key, one in found.items() if key != "patient"} == {ShapedBundle}
    assert {type(one) for one in parse_request(hook_call(50, NOW, treated=False), PATIENT_VIEW).prefetch.values()} == {Raw}
    assert not names_the_drug_early(b" " * EARLY + b"alemtuzumab")


ODD = {
    "null": None,
    "no resource": {},
    "an error": OUTCOME,
    "text": "none",
    "a list": [1],
    "a single resource": TREATED["prefetch"]["laboratory"]["entry"][0]["resource"],
    "the Patient": TREATED["prefetch"]["patient"],
    "of another type": bundle([{"resourceType": "Provenance", "id": "1"}]),
    "an error within": bundle([OUTCOME, TREATED["prefetch"]["laboratory"]["entry"][0]["resource"]]),
    "a Medication within": bundle([{"resourceType": "Medication", "id": "m", "code": {"text": "alemtuzumab"}}]),
    "an entry without type": bundle([{"id": "1"}]),
    "an entry that is a number": {"resourceType": "Bundle", "entry": [1]},
    "an entry without resource": {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1"}]},
    "one malformed": bundle([{"resourceType": "Observation", "id": "x", "status": 7}]),
    "another page": bundle([]) | {"link": [{"relation": "next", "url": "https://ehr.example/page"}]},
    "counted, not sent": {"resourceType": "Bundle", "total": 3},
    "without type of its own": {"entry": []},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("key", ["laboratory", "conditions", "medicationRequests", "procedures", "serviceRequests"])
def test_odd_values_are_taken_alike(key: str, odd: object):
    """What is broken, empty, partial or of another type ends in the same cards and the same state of its source."""
    same(TREATED["prefetch"] | {key: odd}, TREATED["prefetch"]["patient"]["id"], Site(), NOW)


@pytest.mark.parametrize(("old", "new", "said"), [
    ('"patientId"', '"patientId": "a", "patientId"', "repeated"),
    ('"laboratory"', '"laboratory": null, "laboratory"', "repeated"),
    ('"hook"', '"hook": "x", "hook"', "repeated"),
    ('"total"', '"total": NaN, "total"', "not JSON"),
])
def test_it_is_as_strict(old: str, new: str, said: str):
    """What is refused of a scanned request is refused of one that is decoded whole."""
    body = json.dumps(TREATED).replace(old, new, 1).encode()
    with pytest.raises(BadHookRequest, match=said):
        parse_request(body, PATIENT_VIEW)


@pytest.mark.parametrize(("depth", "refused"), [(MAX_DEPTH - 1, False), (MAX_DEPTH, False), (MAX_DEPTH + 1, True)])
def test_nesting_has_the_same_limit(depth: int, refused: bool):
    """A hundred levels are read, one more is refused, wherever they are: here eight lie around the nest."""
    nest = "[" * (depth - 8) + "]" * (depth - 8)
    nested = json.dumps(TREATED).replace('"doseAndRate"', f'"other": {nest}, "doseAndRate"', 1).encode()
    if refused:
        with pytest.raises(BadHookRequest, match="nested"):
            parse_request(nested, PATIENT_VIEW)
    else:
        assert parse_request(nested, PATIENT_VIEW).prefetch


def test_nothing_is_decoded_whole_where_one_resource_is_broken():
    """The careful way alone can tell which one."""
    broken = TREATED["prefetch"] | {"laboratory": ODD["one malformed"]}
    assert decoded_whole(json.dumps(TREATED | {"prefetch": broken}).encode()) is None
    assert decoded_whole(json.dumps(TREATED).encode()) is not None
