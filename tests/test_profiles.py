"""Client profiles and the settings of FHIR access: what each changes, what is refused and how, and that all is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app import site_of
from app.profiles import ClientProfile, FhirSettings, client_of, profile_of
from app.serve import greeting
from app.settings import Settings, SettingsError, load_settings
from app.sites import Sites, fhir_words
from app.smart.registration import SmartRegistration
from cds_services.client import Client
from cds_services.policy import OVERRIDABLE
from tests.fetch_calls import call, cards, draft, findings, prefetched
from tests.fhir_stub import OUTCOME, PATIENT, SUBJECT, Stub, bundle, dose, platelets, stub_holding, treated
from tests.http_calls import Json, Server, places, serving

pytest_plugins = ["tests.http_fixtures", "tests.fhir_stub_fixtures"]

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.toml"))
EHR = "https://fhir.ehr.example/r4"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the surroundings is seen here."""
    monkeypatch.delenv("CDS_CONFIG", raising=False)


def from_file(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> Settings:
    """The settings of a TOML file."""
    (folder / "site.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CDS_CONFIG", str(folder / "site.toml"))
    return load_settings()


# ---- examples and documentation ---------------------------------------------------------------------

@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_loads(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """A site starts from one of these files."""
    monkeypatch.setenv("CDS_CONFIG", str(path))
    settings = load_settings()
    assert settings.clients
    assert Sites(site_of(settings), settings).for_client(settings.clients[0].servers[0]).client.name == settings.clients[0].name


def test_the_examples_say_what_the_clients_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Epic takes only `any`; the sandbox is asked without a token and may read the answers."""
    loaded = {}
    for path in EXAMPLES:
        monkeypatch.setenv("CDS_CONFIG", str(path))
        loaded[path.stem] = load_settings()
    assert set(loaded) == {"cds-hooks-sandbox", "epic", "oracle-health", "site"}
    assert loaded["epic"].clients[0].selection_behavior == "any"
    assert loaded["cds-hooks-sandbox"].clients[0].open_fhir_servers
    assert loaded["site"].clients[0].name == "main-ehr"


NAMES = {str(field.alias) for table in (ClientProfile, SmartRegistration) for field in table.model_fields.values()}


def test_every_setting_is_documented() -> None:
    """docs/settings.md names each by the name under which it is set."""
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([A-Za-z_]+)`", text)) | set(re.findall(r"`\[+([a-z]+)\]+`", text))
    settings = {*Settings.model_fields, *FhirSettings.model_fields, *NAMES,
                *OVERRIDABLE, "due", "overdue", "escalate"}
    assert settings - documented == set()


def test_the_site_example_holds_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a line, or as a comment where it has no sensible default."""
    text = (DOCS / "examples" / "site.toml").read_text(encoding="utf-8")
    names = {*Settings.model_fields, *FhirSettings.model_fields, *NAMES}
    assert {name for name in names - {"config", "name"} if not re.search(rf"(?m)^(# )?{name}\b|[\[.]{name}[.\]]", text)} == set()


# ---- what is refused ----------------------------------------------------------------------------------

def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each in one line, by the place where it stands, in plain words."""
    with pytest.raises(SettingsError) as refused:
        from_file(monkeypatch, tmp_path, """
            jurisdiction = "FR"
            [intervals.weekly]
            due = 7
            [intervals.monthly]
            overdue = 90
            [fhir]
            deadline_seconds = 0
            resources = ["observation"]
            colour = "blue"
            [[clients]]
            name = "a"
            fhirServers = ["http://fhir.ehr.example/r4", "https://ehr.example/r4?x=1"]
            selectionBehavior = "many"
            maxActionsPerSuggestion = 0
            corsOrigins = ["https://ehr.example/path"]
            fhirServer = "x"
            [[clients]]
            name = "b"
        """)
    told = str(refused.value)
    for words in ("CDS_JURISDICTION", "fhir.deadline_seconds", "fhir.resources", "fhir.colour: there is no such setting",
                  "clients[0].fhirServers", "http://fhir.ehr.example/r4, https://ehr.example/r4?x=1", "clients[0].selectionBehavior",
                  "clients[0].maxActionsPerSuggestion", "clients[0].corsOrigins", "clients[0].fhirServer: there is no such setting",
                  "clients[1]: needs fhirServers"):
        assert words in told, words
    assert len(refused.value.problems) == len(told.splitlines())


@pytest.mark.parametrize("text, words", [
    ("[intervals.weekly]\ndue = 7\n[intervals.monthly]\noverdue = 90", "weekly"),
    ("[intervals.weekly]\ndue = 7\n[intervals.monthly]\noverdue = 90", "intervals.monthly: due <= overdue <= escalate"),
    ("[intervals.monthly]\nlate = 7", "intervals.monthly.late"),
    (f'[[clients]]\nname = "a"\nfhirServers = ["{EHR}"]\n[[clients]]\nname = "b"\nopenFhirServers = ["{EHR}/"]', f"given twice: {EHR}"),
    (f'[[clients]]\nname = "a"\nfhirServers = ["{EHR}"]\n[[clients]]\nname = "a"\nfhirServers = ["{EHR}/2"]', "given twice: a"),
    ('clients = "x"', "clients"), ("[clients]\na = 1", "clients")])
def test_what_a_file_may_not_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, words: str) -> None:
    """Intervals that do not ascend or do not exist, clients that cannot be told apart."""
    with pytest.raises(SettingsError) as refused:
        from_file(monkeypatch, tmp_path, text)
    assert words in str(refused.value)


def test_intervals_reach_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A site's own days are part of its policy."""
    settings = from_file(monkeypatch, tmp_path, "[intervals.monthly]\noverdue = 40\n")
    assert (site_of(settings).policy.monthly.due, site_of(settings).policy.monthly.overdue) == (28, 40)


# ---- which profile ------------------------------------------------------------------------------------

def test_a_profile_is_chosen_by_the_exact_fhir_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Section 16: until clients show who they are."""
    settings = from_file(monkeypatch, tmp_path, f'[clients.epic]\nfhirServers = ["{EHR}/"]\nselectionBehavior = "any"\n')
    sites = Sites(site_of(settings), settings)
    for server in (EHR, f"{EHR}/"):
        assert sites.for_client(server).client == Client(name="epic", selection_behavior="any")
    for server in (None, f"{EHR}/x", EHR.upper(), "https://fhir.ehr.example", f"{EHR}?x=1"):
        assert sites.for_client(server).client == Client()
        assert profile_of(settings.clients, server) is None


def test_resources_of_the_site_and_of_a_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A client's own list wins over the site's."""
    settings = from_file(monkeypatch, tmp_path, f'[fhir]\nresources = ["Patient"]\n[[clients]]\nname = "a"\nfhirServers = ["{EHR}"]\n'
                         f'[[clients]]\nname = "b"\nfhirServers = ["{EHR}/b"]\nresources = ["Observation"]\n')
    held = [client_of(one, settings.fhir).resources for one in (None, *settings.clients)]
    assert held == [frozenset({"Patient"}), frozenset({"Patient"}), frozenset({"Observation"})]
    assert not site_of(settings).client.holds("MedicationAdministration")


def test_the_start_says_which_servers_may_be_asked_and_what_they_lack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without MedicationAdministration the reported levels carry surveillance, and start-up says so (section 16)."""
    assert "FHIR servers that may be asked: any on this machine" in greeting(load_settings())
    assert fhir_words(load_settings(host="0.0.0.0", insecure=True)) == ["FHIR servers that may be asked: none"]
    settings = from_file(monkeypatch, tmp_path, f'[[clients]]\nname = "a"\nfhirServers = ["{EHR}"]\nresources = ["Patient", "Group"]\n')
    said = fhir_words(settings)
    assert said[0] == "FHIR servers that may be asked: any on this machine and 1 of the clients listed"
    assert "MedicationAdministration" in said[1]
    assert "a" in said[1]


# ---- what a profile changes, over HTTP ----------------------------------------------------------------

def profiled(stub: Stub, **profile: Any) -> Any:
    """A server on which the stub is the FHIR server of a client with this profile."""
    return serving(CDS_CLIENTS=json.dumps([{"name": "ehr", "fhirServers": [stub.base], **profile}]))


def suggestions(answered: Any) -> list[Json]:
    """All suggestions."""
    return [one for card in cards(answered) for one in card.get("suggestions", [])]


VACCINE = {"resourceType": "MedicationRequest", "id": "v1", "status": "draft", "intent": "order", **SUBJECT, "medicationCodeableConcept": {
    "coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "121", "display": "zoster vaccine, live"}]}}


def test_selection_behavior_order_all_and_legacy_deletion(server: Server, stub: Stub) -> None:
    """V2, S6, ruling 48: for the client that is described, and for no other."""
    with profiled(stub, selectionBehavior="any", maxActionsPerSuggestion=20, legacyDeleteResource=True) as described:
        for one, behaviour, several in ((described, "any", True), (server, "at-most-one", False)):
            answered = call(one, "order-sign", fhir=stub.base, drafts=[draft(1)])
            assert {card["selectionBehavior"] for card in cards(answered) if "suggestions" in card} == {behaviour}
            together = [each for each in suggestions(answered) if len(each["actions"]) > 1]
            assert bool(together) is several
            assert all(each["label"] == f"Order all {len(each['actions'])}" for each in together)
            removing = suggestions(call(one, "order-sign", fhir=stub.base, drafts=[VACCINE]))
            [deletion] = [action for each in removing for action in each["actions"] if action["type"] == "delete"]
            assert deletion["resourceId"] == "MedicationRequest/v1"
            assert deletion.get("resource") == ("MedicationRequest/v1" if several else None)


def test_order_all_holds_no_more_than_the_client_takes(stub: Stub) -> None:
    """With more tests than actions there is no "order all"."""
    with profiled(stub, maxActionsPerSuggestion=2) as described:
        found = suggestions(call(described, "order-sign", fhir=stub.base, drafts=[draft(1)]))
        assert len([one for one in found if one["label"].startswith("Order")]) > 5
        assert all(len(one["actions"]) <= 2 for one in found)


def test_empty_selections(server: Server, stub: Stub) -> None:
    """H6: 400, unless the profile accepts that nothing is selected."""
    with profiled(stub, allowEmptySelections=True) as described:
        asked: dict[str, Any] = {"fhir": stub.base, "drafts": [draft(1)], "context": {"selections": []}}
        assert cards(call(described, "order-select", **asked)) == []
        assert places(call(described, "order-select", drafts=[draft(1)], context={"selections": []})) == ["context.selections"]
        assert places(call(server, "order-select", **asked)) == ["context.selections"]


def test_fetch_after_an_error_of_the_ehr(server: Server, stub: Stub) -> None:
    """PF: one query of our own, if the profile says so."""
    with profiled(stub, fetchAfterError=True) as described:
        sent = prefetched(server, "patient-view", treated()) | {"laboratory": OUTCOME}
        assert findings(call(described, "patient-view", sent, fhir=stub.base))["platelets-low"] == "critical"
        assert len(stub.asked("Observation")) == 1
        assert "data-unavailable" in findings(call(server, "patient-view", sent, fhir=stub.base))
        assert len(stub.asked("Observation")) == 1


def test_origins_of_a_client_are_listed(stub: Stub) -> None:
    """X2."""
    with profiled(stub, corsOrigins=["https://pages.ehr.example"]) as described:
        for origin, listed in (("https://pages.ehr.example", True), ("https://other.example", False)):
            assert ("Access-Control-Allow-Origin" in described.get("/cds-services", headers={"Origin": origin}).headers) is listed


# ---- types that an EHR does not hold -------------------------------------------------------------------

HELD = ["Patient", "MedicationRequest", "MedicationStatement", "Condition", "Observation", "AllergyIntolerance"]
STATEMENT = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [
    {"mode": "server", "resource": [{"type": one} for one in HELD]}]}


def reported() -> list[Json]:
    """A patient whose treatment is known from a statement alone."""
    return [PATIENT, platelets(41, 3), {"resourceType": "MedicationStatement", "id": "s1", "status": "completed", **SUBJECT,
                                        "medicationCodeableConcept": dose(1, 1)["medicationCodeableConcept"], "effectivePeriod": {
                                            "start": dose(1, 360)["effectiveDateTime"], "end": dose(1, 356)["effectiveDateTime"]}}]


@pytest.mark.parametrize("by_profile", [True, False], ids=["profile", "metadata"])
def test_types_not_held_are_neither_asked_for_nor_failed(server: Server, by_profile: bool) -> None:
    """PF10: named once in the detail; reported treatments carry the surveillance."""
    with stub_holding(*reported()) as stub, profiled(stub, **({"resources": HELD} if by_profile else {})) as described:
        stub.tell("metadata", STATEMENT if not by_profile else {})
        answered = call(described, "patient-view", fhir=stub.base)
        assert {"platelets-low", "cbc-overdue"} & set(findings(answered))
        assert "data-unavailable" not in findings(answered)
        assert {one.partition("?")[0].partition("/")[0] for one in stub.asked() if one != "metadata"} <= set(HELD)
        assert ("holds no MedicationAdministration" in described.log()) is not by_profile
        absent = [card["detail"] for card in cards(answered) if "not held by this EHR" in card["detail"]]
        assert absent
        assert all(text.count("not held by this EHR") == 1 for text in absent)


def test_an_untreated_patient_of_an_ehr_without_administrations(stub: Stub) -> None:
    """Not 412 and no card: what does not exist there is not missing."""
    with stub_holding(PATIENT) as other, profiled(other, resources=HELD) as described:
        assert cards(call(described, "patient-view", fhir=other.base)) == []
        assert cards(call(described, "patient-view", {"patient": PATIENT, "medicationRequests": bundle(), "medicationStatements": bundle()},
                          fhirServer=other.base)) == []
        assert other.asked("MedicationAdministration") == []


def test_types_not_held_are_not_advertised() -> None:
    """`[fhir] resources` of the site: the EHR is not asked for them by template either."""
    with serving(CDS_FHIR=json.dumps({"resources": HELD})) as sparing:
        for service in sparing.get("/cds-services").json()["services"]:
            assert {one.partition("?")[0].partition("/")[0] for one in service["prefetch"].values()} <= set(HELD)
        assert "No MedicationAdministration is held (default): reported treatments carry the surveillance" in sparing.log()
