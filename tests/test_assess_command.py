"""`alemtuzumab-cds assess`: one patient from a file, by Bundle or hook request, explained, as tables and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.fixture_commands import prefetch_templates
from cds_services.rule import EVERY_HOOK
from cds_services.rules import BY_ID, RULES
from fhir_fixtures import hook_request, load, stories

Json = dict[str, Any]
NOW = datetime(2026, 3, 31, 12, 0, 0, tzinfo=UTC)
ON = ("--on", "2026-03-31")
BY_BUNDLE = [story.name for story in stories() if story.hook == "patient-view"]
BY_ORDER = [story.name for story in stories() if story.hook != "patient-view"]


@pytest.fixture(autouse=True)
def plain_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site as it comes, and a terminal wide enough that no line breaks."""
    for name in ("CDS_JURISDICTION", "CDS_TIME_ZONE", "CDS_CONFIG", "CDS_RULES_OFF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "400")


def assess(given: Any, *options: str, name: str = "-") -> Result:
    """Run the command on JSON, bytes or a file."""
    fed = given if isinstance(given, bytes) else json.dumps(given).encode()
    return CliRunner().invoke(main, ["assess", name, *options], input=fed)


def told(given: Any, *options: str) -> Json:
    """What `--json` prints."""
    result = assess(given, *options, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def refused(result: Result) -> str:
    """The one line of a refusal, without a traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def spoken(answer: Json) -> dict[str, str]:
    """Rule and indicator of every finding in the cards."""
    return {one["rule"]: one["indicator"] for card in answer["cards"] for one in card["extension"]["io.github.alemtuzumab-cds"]["findings"]}


def bundle(*resources: Json, kind: str = "collection", **more: Any) -> Json:
    """A Bundle."""
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources], **more}


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985-05-05"}
DOSE = {"resourceType": "MedicationAdministration", "id": "dose", "status": "completed", "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2025-06-02T09:00:00Z", "medicationCodeableConcept": {"text": "Lemtrada 12 mg infusion"}}
PLATELETS = {"resourceType": "Observation", "id": "low", "status": "final", "subject": {"reference": "Patient/p1"},
             "category": [{"coding": [{"code": "laboratory"}]}], "code": {"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
             "effectiveDateTime": "2026-03-29", "valueQuantity": {"value": 41, "system": "http://unitsofmeasure.org", "code": "10*9/L"}}
DRAFT = {"resourceType": "MedicationRequest", "id": "plan", "status": "draft", "intent": "order", "subject": {"reference": "Patient/p1"},
         "medicationCodeableConcept": {"text": "Lemtrada"}, "authoredOn": "2026-03-31"}


# ---- the same answer as a hook call ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", BY_BUNDLE)
def test_a_story_from_its_bundle_says_what_its_hook_call_says(name: str):
    """The transaction Bundle that `fixture show` prints, and the hook request of `fixture show --hook`."""
    story = load(name, NOW)
    request = hook_request(story, "patient-view", prefetch_templates("patient-view"))
    from_bundle, from_request = told(story.bundle, *ON), told(request, *ON)
    assert spoken(from_bundle) == spoken(from_request)
    assert story.expected.items() <= spoken(from_bundle).items()
    assert from_bundle["exposure"] == from_request["exposure"]


@pytest.mark.parametrize("name", BY_ORDER)
def test_a_story_from_an_order_request(name: str):
    """Drafts come with the request; in a Bundle they are the resources of status draft."""
    story = load(name, NOW)
    answer = told(hook_request(story, story.hook, prefetch_templates(story.hook)), *ON)
    assert answer["hook"] == story.hook
    assert story.expected.items() <= spoken(answer).items()
    drafts = [entry["resource"] for entry in story.draft_orders["entry"]]
    if all(one.get("status") == "draft" for one in drafts) and len(story.selections or drafts) == len(drafts):
        whole = bundle(*(entry["resource"] for entry in story.bundle["entry"]), *drafts)
        assert spoken(told(whole, *ON, "--hook", story.hook)) == spoken(answer)


def test_exposure_courses_and_window():
    """What is known of the treatment, as JSON and in words."""
    story = load("thrombocytopenia", NOW)
    known = told(story.bundle, *ON)["exposure"]
    assert (known["evidence"], known["product"], known["underSurveillance"]) == ("confirmed", "LEMTRADA", True)
    assert [(one["number"], len(one["days"]), one["expectedDays"]) for one in known["courses"]] == [(1, 5, 5)]
    assert known["lastDose"] == known["courses"][-1]["lastDay"]
    shown = assess(story.bundle, *ON).output
    assert f"last dose {known['lastDose']}, under surveillance until {known['surveillanceUntil']}" in shown
    assert "CRITICAL" in shown
    assert "possible immune thrombocytopenia" in shown


def test_a_person_never_treated():
    """No card, and why there is none."""
    answer = told(load("never-treated", NOW).bundle, *ON)
    assert (answer["cards"], answer["exposure"], answer["notEvaluated"]) == ([], None, "no sign of exposure")
    assert "No card: no sign of exposure." in assess(load("never-treated", NOW).bundle, *ON).output


# ---- explain ----------------------------------------------------------------------------------------------------------------

def test_explain_has_a_verdict_for_every_rule():
    """Spoke with indicator and evidence, silent and why, not asked and why."""
    answer = told(load("thrombocytopenia", NOW).bundle, *ON, "--explain")
    verdicts = {one["rule"]: one for one in answer["rules"]}
    assert sorted(verdicts) == sorted(BY_ID)
    assert all(one["why"] for one in verdicts.values())
    low = verdicts["platelets-low"]
    assert (low["verdict"], low["indicator"]) == ("spoke", "critical")
    assert low["evidence"][0].startswith("Observation/")
    assert verdicts["creatinine-rise"]["verdict"] == "silent"
    assert verdicts["rems-enrolment"] == {"rule": "rems-enrolment", "verdict": "not asked", "indicator": None,
                                          "why": "asked at order-sign only", "found": [], "evidence": []}
    assert "rules" not in told(load("thrombocytopenia", NOW).bundle, *ON)


def test_explain_says_what_could_not_be_judged():
    """A source that the EHR could not read makes "not judged", never silence."""
    request = hook_request(load("well-monitored", NOW), "patient-view", prefetch_templates("patient-view"))
    request["prefetch"]["laboratory"] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    verdicts = {one["rule"]: one for one in told(request, *ON, "--explain")["rules"]}
    assert (verdicts["platelets-low"]["verdict"], verdicts["platelets-low"]["why"]) == (
        "could not be judged", "laboratory results: not read")


@pytest.mark.parametrize("hook", EVERY_HOOK)
def test_explain_as_a_table(hook: str):
    """Every rule has a row, also where nothing was evaluated."""
    for given in (bundle(PATIENT), bundle(PATIENT, DOSE, DRAFT)):
        shown = assess(given, *ON, "--explain", "--hook", hook)
        assert shown.exit_code == 0, shown.output
        assert all(f" {rule.id} " in shown.output for rule in RULES)


def test_explain_says_which_rules_are_switched_off_or_of_elsewhere(monkeypatch: pytest.MonkeyPatch):
    """By the site's settings, and by jurisdiction."""
    monkeypatch.setenv("CDS_RULES_OFF", "platelets-low")
    why = {one["rule"]: one["why"] for one in told(bundle(PATIENT, DOSE, DRAFT), *ON, "--explain", "--hook", "order-sign")["rules"]}
    assert why["platelets-low"] == "switched off at this site"
    assert why["ecg-baseline"] == "in force in EU, UK, CH only"


# ---- the file ---------------------------------------------------------------------------------------------------------------

def test_resources_are_sorted_by_kind_and_category():
    """Also from a document with nested Bundles, in any order."""
    nested = bundle(bundle(PLATELETS), bundle(DOSE, bundle(PATIENT)), kind="document")
    assert spoken(told(nested, *ON))["platelets-low"] == "critical"
    uncoded = {key: value for key, value in PLATELETS.items() if key != "category"}
    assert spoken(told(bundle(uncoded, DOSE, PATIENT), *ON))["platelets-low"] == "critical"


def test_references_of_a_transaction_are_resolved():
    """`urn:uuid:` in fullUrl and reference, with no ids of their own: as generated records come."""
    patient, place = "urn:uuid:0c2d7ba0-1c76-4d8c-a6c7-5e4f3f0f3a10", "urn:uuid:0c2d7ba0-1c76-4d8c-a6c7-5e4f3f0f3a1"
    entries = [(patient, PATIENT), (f"{place}1", DOSE), (f"{place}2", PLATELETS)]
    made = bundle(kind="transaction")
    made["entry"] = [{"fullUrl": url, "request": {"method": "POST"}, "resource": {
        key: {"reference": patient} if key == "subject" else value for key, value in one.items() if key != "id"}} for url, one in entries]
    answer = told(made, *ON, "--explain")
    assert spoken(answer)["platelets-low"] == "critical"
    assert answer["patient"] == patient.rpartition(":")[2]
    evidence = next(one["evidence"] for one in answer["rules"] if one["rule"] == "platelets-low")
    assert evidence == [f"Observation/{place.rpartition(':')[2]}2"]


def test_drafts_are_the_orders_of_an_order_hook_and_nothing_at_patient_view():
    """A drafted order is no exposure, and no plan on the chart."""
    assert told(bundle(PATIENT, DRAFT), *ON)["notEvaluated"] == "no sign of exposure"
    assert "baseline-labs-missing" in spoken(told(bundle(PATIENT, DRAFT), *ON, "--hook", "order-sign"))
    assert "baseline-labs-missing" in spoken(told(bundle(PATIENT, DRAFT), *ON, "--hook", "order-select"))
    assert told(bundle(PATIENT, DOSE), *ON, "--hook", "order-sign")["notEvaluated"] == "no alemtuzumab or live vaccine among the orders"


def test_several_patients_need_a_choice():
    """Their ids are named; each is judged by its own resources alone."""
    other = {**PATIENT, "id": "p2"}
    both = bundle(PATIENT, other, DOSE, PLATELETS)
    assert refused(assess(both, *ON)) == "Error: standard input: holds 2 patients, choose one with --patient ID: p1, p2\n"
    assert spoken(told(both, *ON, "--patient", "p1"))["platelets-low"] == "critical"
    assert told(both, *ON, "--patient", "Patient/p2")["cards"] == []
    assert "holds no Patient/p3; there are p1, p2" in refused(assess(both, *ON, "--patient", "p3"))


def test_what_is_no_resource_is_left_out_and_told():
    """Entries of another shape lose only themselves; an entry without a resource is nothing."""
    made = bundle(PATIENT, DOSE, PLATELETS)
    made["entry"] += [5, None, {"resource": {"id": "x"}}, {"resource": [1]}, {"request": {"method": "DELETE"}},
                      {"resource": {"resourceType": "Observation", "category": 7, "subject": {"reference": 5}}}]
    result = assess(made, *ON)
    assert result.exit_code == 0
    assert "4 entries of the file are no resources and were left out" in result.output
    assert spoken(told(made, *ON))["platelets-low"] == "critical"


def test_date_zone_and_jurisdiction(monkeypatch: pytest.MonkeyPatch):
    """A day means its noon at the site, an instant itself; the option goes before the environment."""
    monkeypatch.setenv("CDS_JURISDICTION", "EU")
    monkeypatch.setenv("CDS_TIME_ZONE", "Europe/Berlin")
    day = told(bundle(PATIENT, DOSE), *ON)
    assert (day["asOf"], day["jurisdiction"], day["timeZone"]) == ("2026-03-31T12:00:00+02:00", "EU", "Europe/Berlin")
    assert told(bundle(PATIENT, DOSE), "--on", "2026-03-31T23:30:00Z")["asOf"] == "2026-04-01T01:30:00+02:00"
    assert told(bundle(PATIENT, DOSE), *ON, "--jurisdiction", "us")["jurisdiction"] == "US"
    assert "In force: jurisdiction EU" in day["cards"][0]["detail"]


def test_without_a_date_it_is_now():
    """The clock is read where none is given."""
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= datetime.fromisoformat(told(bundle(PATIENT))["asOf"]) <= datetime.now(UTC)


# ---- what cannot be used ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("given", "words"), [
    (b"", "is not JSON"), (b"{", "is not JSON"), (b"\xff\xfe", "is not UTF-8"), (b"[" * 100_000, "nested too deep"),
    (b'{"resourceType":"Bundle","entry":[NaN]}', "NaN is no number"), (b"9" * 5000, "is not JSON"),
    (b"[]", "is neither a FHIR Bundle nor a hook request"), (b'"Bundle"', "is neither"), (b'{"resourceType":5}', "is neither"),
    (b'{"resourceType":"Bundle","type":"collection"}', "holds no Patient"), (b'{"resourceType":"Observation"}', "holds no Patient"),
    (b'{"resourceType":"Patient","id":5}', "the Patient cannot be read"),
    (b'{"hook":"patient-view"}', "hookInstance: is required"), (b'{"hook":"encounter-start"}', "a hook that is not known here"),
    (b'{"hook":["patient-view"]}', "a hook that is not known here"),
])
def test_a_file_that_cannot_be_used_is_refused_in_one_line(given: bytes, words: str):
    """Status 2, what is wrong, and no traceback."""
    assert words in refused(assess(given, *ON))


def test_deep_nesting_inside_a_resource_is_refused():
    """As deep as the parser takes and the program does not."""
    deep = b'{"resourceType":"Patient","id":"p1","x":' + b"[" * 900 + b"]" * 900 + b"}"
    assert "nested too deep" in refused(assess(deep, *ON))


def test_a_file_that_is_not_there(tmp_path: Path):
    """The system's own words."""
    assert refused(assess(b"", name=str(tmp_path / "none.json"))).endswith("none.json: No such file or directory\n")
    assert "Is a directory" in refused(assess(b"", name=str(tmp_path)))


def test_a_file_by_its_name(tmp_path: Path):
    """A byte order mark is passed over."""
    path = tmp_path / "record.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(bundle(PATIENT, DOSE, PLATELETS)).encode())
    assert "possible immune thrombocytopenia" in assess(b"", *ON, name=str(path)).output


def test_options_that_do_not_fit_a_hook_request():
    """It names its own hook and patient."""
    request = hook_request(load("well-monitored", NOW), "patient-view", prefetch_templates("patient-view"))
    assert "--hook order-sign does not fit" in refused(assess(request, *ON, "--hook", "order-sign"))
    assert "about another patient" in refused(assess(request, *ON, "--patient", "p1"))


@pytest.mark.parametrize("on", ["2026-13-01", "yesterday", "2026", ""])
def test_a_date_that_is_none(on: str):
    """Said in one line."""
    assert "not a date such as 2026-03-31" in refused(assess(bundle(PATIENT), "--on", on))


def test_a_setting_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch):
    """The settings are those of the service, and as strict."""
    monkeypatch.setenv("CDS_TIME_ZONE", "Mars/Olympus")
    assert "must be a time zone of the IANA list" in refused(assess(bundle(PATIENT)))
