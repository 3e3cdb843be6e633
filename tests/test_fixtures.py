"""The synthetic patients: valid, marked as synthetic, dated, and playable as hook calls."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from fhir.resources.R4B import get_fhir_model_class

from app.demo_fhir_server import FhirServer
from app.fixture_commands import fixture
from fhir_fixtures import LoadedStory, hook_request, load, resolve_template, resources, stories
from fhir_fixtures.dates import with_real_dates
from fhir_fixtures.search import answer

pytest_plugins = ["tests.fhir_server"]

NOW = datetime(2026, 3, 31, 14, 5, 9, tzinfo=UTC)
NAMES = [story.name for story in stories()]
EVERY_STORY = pytest.mark.parametrize("name", NAMES)
INDICATORS = {"critical", "warning", "info"}
TEMPLATES = {
    "patient": "Patient/{{context.patientId}}",
    "laboratory": "Observation?patient={{context.patientId}}&category=laboratory",
    "platelets": "Observation?patient={{context.patientId}}&code=http%3A%2F%2Floinc.org%7C777-3,http%3A%2F%2Floinc.org%7C26515-7",
    "orders": "MedicationRequest?patient={{context.patientId}}&status=active,completed",
    "encounter": "Encounter/{{context.encounterId}}",
}


def everything(story: LoadedStory) -> list[dict]:
    """The record and the drafts."""
    return resources(story) + [entry["resource"] for entry in (story.draft_orders or {}).get("entry", [])]


def codings(value: object) -> Iterator[dict]:
    """Every coding inside ``value``, and every code of a security label."""
    if isinstance(value, list):
        for item in value:
            yield from codings(item)
    elif isinstance(value, dict):
        yield from value.get("coding", []) + (value.get("security", []))
        for item in value.values():
            yield from codings(item)


@cache
def displays() -> dict[tuple[str, str], set[str]]:
    """What the value sets call each code."""
    known: dict[tuple[str, str], set[str]] = {}
    for line in (Path(__file__).parents[1] / "cds_services" / "value_sets.tsv").read_text(encoding="utf-8").splitlines():
        _, system, code, display, *_ = line.split("\t")
        known.setdefault((system, code), set()).add(display)
    return known


# ---- the files ------------------------------------------------------------------------------

def test_there_are_stories_for_every_hook():
    assert len(stories()) >= 14
    assert {story.hook for story in stories()} == {"patient-view", "order-select", "order-sign"}


@EVERY_STORY
def test_every_resource_is_valid_r4(name: str):
    for resource in everything(load(name, NOW)):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@EVERY_STORY
def test_every_patient_is_marked_synthetic(name: str):
    [patient] = [each for each in resources(load(name, NOW)) if each["resourceType"] == "Patient"]
    assert patient["name"][0]["family"] == "Synthetic"
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
    assert patient["meta"]["security"] == [label]


@EVERY_STORY
def test_every_resource_belongs_to_the_storys_patient_and_is_put_under_its_own_id(name: str):
    story = load(name, NOW)
    for resource in everything(story):
        itself = {"reference": "Patient/" + resource["id"]}
        assert (resource.get("subject") or resource.get("patient") or itself)["reference"] == f"Patient/{story.patient_id}"
    urls = [entry["request"] for entry in story.bundle["entry"]]
    assert urls == [{"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"} for each in resources(story)]


def test_no_id_is_used_by_two_stories():
    used = Counter((each["resourceType"], each["id"]) for name in NAMES for each in resources(load(name, NOW)))
    assert max(used.values()) == 1


@EVERY_STORY
def test_every_coding_has_the_display_of_the_value_sets(name: str):
    for coding in codings(everything(load(name, NOW))):
        assert coding["display"]
        assert coding["display"] in displays().get((coding["system"], coding["code"]), {coding["display"]})


@EVERY_STORY
def test_every_expectation_names_an_indicator(name: str):
    story = load(name, NOW)
    assert set(story.expected.values()) <= INDICATORS
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule) for rule in story.expected)


@EVERY_STORY
def test_a_story_has_drafts_where_its_hook_needs_them(name: str):
    story = load(name, NOW)
    drafted = {f"{each['resourceType']}/{each['id']}" for each in everything(story)[len(resources(story)):]}
    assert bool(drafted) == (story.hook != "patient-view")
    assert set(story.selections) <= drafted
    assert bool(story.selections) == bool(drafted)


@EVERY_STORY
@pytest.mark.parametrize("now", [NOW, datetime(2028, 2, 29, 0, 10, tzinfo=UTC), datetime(2027, 1, 1, 23, 50, tzinfo=UTC)])
def test_nothing_on_record_lies_in_the_future(name: str, now: datetime):
    story = load(name, now)
    text = json.dumps(story.bundle)
    assert "{{" not in text + json.dumps(story.draft_orders)
    assert all(found <= now.strftime("%Y-%m-%dT%H:%M:%SZ")[:len(found)]
               for found in re.findall(r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?", text))


@EVERY_STORY
@pytest.mark.parametrize("now", [NOW, datetime(2028, 2, 29, 0, 10, tzinfo=UTC), datetime(2027, 1, 1, 23, 50, tzinfo=UTC)])
def test_no_day_has_two_infusions(name: str, now: datetime):
    given = [each for each in resources(load(name, now)) if re.search(r"-infusion-\d+$", each["id"])]
    days = Counter(each["effectivePeriod"]["start"][:10] for each in given)
    assert set(days.values()) <= {1}


def test_the_strict_server_took_every_story(strict_fhir_server: FhirServer):
    for name in NAMES:
        for kind, expected in Counter(each["resourceType"] for each in resources(load(name, NOW))).items():
            found = requests.get(f"{strict_fhir_server.base_url}/{kind}", params={
                "_id" if kind == "Patient" else "patient": f"story-{name}", "_summary": "count"}, timeout=10).json()
            assert (name, kind, found["total"]) == (name, kind, expected)


# ---- dates ----------------------------------------------------------------------------------

@pytest.mark.parametrize(("template", "now", "expected"), [
    ("{{0d}}", NOW, "2026-03-31"),
    ("{{-340d}}", NOW, "2025-04-25"),
    ("{{+7d}}", NOW, "2026-04-07"),
    ("{{-1d 09:30}}", NOW, "2026-03-30T09:30:00Z"),
    ("{{-3h}}", NOW, "2026-03-31T11:05:09Z"),
    ("{{-0h}}", NOW, "2026-03-31T14:05:09Z"),
    ("{{-1m}}", NOW, "2026-02-28"),
    ("{{-25m}}", NOW, "2024-02-29"),
    ("{{-25m+1d}}", NOW, "2024-03-01"),
    ("{{-48m}}", NOW, "2022-03-31"),
    ("{{-48m+1d 08:00}}", NOW, "2022-04-01T08:00:00Z"),
    ("{{-12m}}", datetime(2028, 2, 29, 12, tzinfo=UTC), "2027-02-28"),
    ("{{-48m}}", datetime(2028, 2, 29, 12, tzinfo=UTC), "2024-02-29"),
    ("{{-1d}}", datetime(2028, 3, 1, 12, tzinfo=UTC), "2028-02-29"),
    ("{{0d}}", datetime(2026, 3, 31, 1, tzinfo=timezone(timedelta(hours=2))), "2026-03-30"),
    ("from {{-2d}} to {{-1d}}", NOW, "from 2026-03-29 to 2026-03-30"),
])
def test_a_template_becomes_a_date(template: str, now: datetime, expected: str):
    assert with_real_dates({"a": [template]}, now) == {"a": [expected]}


@pytest.mark.parametrize("template", ["{{-340}}", "{{yesterday}}", "{{-3d", "{{-3y}}"])
def test_a_template_that_cannot_be_read_is_refused(template: str):
    with pytest.raises(ValueError, match="not a date template"):
        with_real_dates(template, NOW)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        load(NAMES[0], NOW.replace(tzinfo=None))


def test_an_unknown_story_is_answered_with_the_names_there_are():
    with pytest.raises(KeyError, match="well-monitored"):
        load("nobody", NOW)


# ---- hook calls -----------------------------------------------------------------------------

def test_prefetch_is_answered_from_the_record():
    request = hook_request(load("thrombocytopenia", NOW), "patient-view", TEMPLATES)
    prefetch = request["prefetch"]
    assert request["context"] == {"userId": "Practitioner/synthetic-clinician", "patientId": "story-thrombocytopenia"}
    assert prefetch["patient"]["id"] == "story-thrombocytopenia"
    assert [entry["resource"]["valueQuantity"]["value"] for entry in prefetch["platelets"]["entry"]][-1] == 41
    assert {entry["resource"]["status"] for entry in prefetch["orders"]["entry"]} == {"completed"}
    assert prefetch["laboratory"]["total"] > prefetch["platelets"]["total"] == len(prefetch["platelets"]["entry"])
    assert "encounter" not in prefetch, "the context has no encounter: a client leaves the key out"


def test_a_search_that_finds_nothing_is_a_bundle_without_entry_and_a_read_is_null():
    record = resources(load("never-treated", NOW))
    assert answer("MedicationAdministration?patient=story-never-treated", record) == {
        "resourceType": "Bundle", "type": "searchset", "total": 0}
    assert answer("Patient/somebody-else", record) is None
    assert answer("Observation?patient=somebody-else", record)["total"] == 0


def test_a_search_knows_codes_with_and_without_system_and_leaves_unknown_parameters_aside():
    record = resources(load("never-treated", NOW))
    for query in ("code=777-3", "code=http://loinc.org|777-3", "code=9-9,777-3", "code=777-3&category=laboratory&_count=5",
                  "code=777-3&status=final,amended", "patient=Patient/story-never-treated&code=777-3"):
        assert answer(f"Observation?{query}", record)["total"] == 1, query
    assert answer("Observation?code=http://snomed.info/sct|777-3", record)["total"] == 0
    assert answer("Observation?code=777-3&code=2160-0", record)["total"] == 0
    assert answer("Immunization?vaccine-code=158", record)["total"] == 1


def test_an_order_hook_carries_the_drafts_and_what_is_selected():
    story = load("live-vaccine-20-days-before", NOW)
    context = hook_request(story, "order-select", {})["context"]
    assert context["draftOrders"]["entry"][0]["resource"]["status"] == "draft"
    assert context["selections"] == ["MedicationRequest/live-vaccine-20-days-before-draft-lemtrada"]
    assert "selections" not in hook_request(story, "order-sign", {})["context"]


def test_an_order_hook_is_refused_where_nothing_is_drafted():
    with pytest.raises(ValueError, match="drafts no orders"):
        hook_request(load("never-treated", NOW), "order-sign", {})
    with pytest.raises(ValueError, match="unknown hook"):
        hook_request(load("never-treated", NOW), "order-review", {})


def test_token_values_are_percent_encoded():
    context = {"userId": "Practitioner/dr|1", "patientId": "a&b"}
    template = "Patient?_id={{ context.patientId }}&x={{userPractitionerId}}"
    assert resolve_template(template, context) == "Patient?_id=a%26b&x=dr%7C1"


# ---- the command line -----------------------------------------------------------------------

def test_fixture_list_names_every_story():
    told = CliRunner().invoke(fixture, ["list"])
    assert told.exit_code == 0
    assert [line.split()[0] for line in told.output.splitlines()] == NAMES


def test_fixture_show_prints_the_bundle_as_of_a_day():
    told = CliRunner().invoke(fixture, ["show", "48-months-reached", "--on", "2028-02-29"])
    assert told.exit_code == 0
    assert json.loads(told.output) == load("48-months-reached", datetime(2028, 2, 29, 12, tzinfo=UTC)).bundle


@pytest.mark.parametrize("hook", ["patient-view", "order-select", "order-sign"])
def test_fixture_show_prints_a_hook_call_for_our_own_services(hook: str):
    told = CliRunner().invoke(fixture, ["show", "second-course-too-early", "--hook", hook])
    assert told.exit_code == 0, told.output
    request = json.loads(told.output)
    assert request["hook"] == hook
    assert request["prefetch"]["patient"]["id"] == "story-second-course-too-early"
    assert request["prefetch"]["medicationAdministrations"]["total"] == 8


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["nobody"], "no story is called nobody"),
    (["never-treated", "--hook", "order-sign"], "drafts no orders"),
    (["never-treated", "--on", "yesterday"], "does not match the format"),
])
def test_fixture_show_says_what_is_wrong(arguments: list[str], sentence: str):
    told = CliRunner().invoke(fixture, ["show", *arguments])
    assert told.exit_code != 0
    assert sentence in told.output
    assert "Traceback" not in told.output
