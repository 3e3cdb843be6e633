"""The catalogue: docs/rules.md is current, every rule is explained with sourced numbers, and the pages show all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app import create_app
from app.cli import main
from app.serve import greeting
from app.settings import SettingsError, load_settings
from cds_services.example import resources
from cds_services.example_run import instant, request_of, service_of
from cds_services.policy import JURISDICTIONS, own_intervals, policy_for, site_for
from cds_services.rule import LEVEL, Example, Rule
from cds_services.rule_page import catalogue, page_of, words_of
from cds_services.rule_page.examples import told_examples
from cds_services.rule_page.markdown import anchor, rules_markdown
from cds_services.rule_page.policies import policy_rows, rows_of
from cds_services.rule_page.reach import reached_by
from cds_services.rule_page.thresholds import Remark, remark_of, thresholds_of
from cds_services.rule_page.transparency import BIRTH, NAMES, SAME, SEX, STATUS, attributes_of
from cds_services.rules import BY_ID, RULES
from cds_services.services import answer

DOCS = Path(__file__).parent.parent / "docs" / "rules.md"
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
OWN = {"monthly": {"overdue": 45}}


# ---- what a rule's file must say ----------------------------------------------------------------------------------------

@EVERY_RULE
def test_a_rule_says_what_it_looks_for_why_and_when(rule: Rule):
    """The module docstring gives all three."""
    page = page_of(rule)
    assert page.looks_for.endswith("."), page.looks_for
    assert len(page.why) > 30
    assert page.speaks.startswith("Speaks")


@EVERY_RULE
def test_every_number_that_decides_has_a_unit_and_a_source(rule: Rule):
    """Of the rule's own file and of the shared modules that its logic reaches: `NAME = value  # unit, meaning [evidence]: source`."""
    lacking = [f"{one.module}: {one.name} = {one.value}" for one in thresholds_of(rule) if not one.unit or not one.source]
    assert not lacking, f"unit (see UNITS in thresholds.py) or source is missing: {lacking}"


@EVERY_RULE
def test_attributes_of_the_patient_that_a_rule_reads_are_declared(rule: Rule):
    """`Rule.uses` names known attributes, and sex and age where the code reads them."""
    declared = {SAME[one.lower()] for one in rule.uses}
    read = reached_by(rule).attributes
    assert "gender" not in read or SEX in declared
    assert not read & {"born", "age_on"} or BIRTH in declared
    assert declared <= {one.key for one in attributes_of(rule).uses if one.used}


@EVERY_RULE
def test_a_page_shows_the_examples_as_they_are(rule: Rule):
    """Verdict, sentence and indicator are those that the example promises, and none is louder than the rule's highest."""
    for example, told in zip(rule.examples, told_examples(rule), strict=True):
        promised = {"critical": example.critical, "warning": example.warning, "info": example.info}.get(example.expected)
        assert told.indicator == (example.expected if promised else ""), told.name
        assert told.text == promised if promised else told.text
        if told.indicator:
            assert told.card
            assert LEVEL[told.indicator] <= min(LEVEL[rule.highest], LEVEL[told.card_indicator]), told.name


def test_every_field_of_the_policy_has_a_source():
    """Numbers and choices alike; the name of the label is its own source."""
    assert [row.name for row in policy_rows() if not row.source and row.field != "label"] == []


# ---- how it is read -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("comment", "remark"), [
    ("10*9/L, confirm at once [impl, ITP convention]: protocol C.4; US PI 5.6",
     Remark("10*9/L", "confirm at once", "implementation choice, ITP convention", "protocol C.4; US PI 5.6")),
    ("calendar months after the last dose: US PI 2", Remark("calendar months", "after the last dose", "label", "US PI 2")),
    ("m[IU]/L, lower limit [impl]: protocol C.4", Remark("m[IU]/L", "lower limit", "implementation choice", "protocol C.4")),
    ("days since the fever [impl]", Remark("days", "since the fever", "implementation choice", "")),
    ("furlongs a fortnight [cons]: nobody", Remark("", "furlongs a fortnight", "consensus", "nobody")),
    ("", Remark("", "", "", "")),
])
def test_a_comment_is_taken_apart(comment: str, remark: Remark):
    """Unit, meaning, evidence and source; what is not said is empty, so that the tests above find it."""
    assert remark_of(comment) == remark


def test_numbers_of_shared_modules_are_found_through_functions():
    """creatinine-rise names no number itself: its limits stand with the function that it calls."""
    found = {one.name: one for one in thresholds_of(BY_ID["creatinine-rise"])}
    assert (found["rise ratio"].value, found["rise ratio"].unit, found["rise ratio"].shared) == ("1.3", "times", True)
    assert "baseline months" in found
    assert "emergency below" not in found


def test_numbers_of_the_jurisdiction_are_found():
    """The Policy's fields that a rule reads, through shared functions and through the exposure's window."""
    assert {row.field for row in rows_of(BY_ID["antiviral-prophylaxis-missing"])} == {"antiviral_months"}
    assert {"monthly", "surveillance_months"} <= {row.field for row in rows_of(BY_ID["cbc-overdue"])}


def test_words_of_a_docstring_without_headings():
    """What is missing is empty."""
    assert words_of("Just a sentence.") == ("Just a sentence.", "", "")


def test_uses_are_derived():
    """Sex and pregnancy where the code reads them, and neither where it does not."""
    def used(rule_id: str) -> set[str]:
        return {one.key for one in attributes_of(BY_ID[rule_id]).uses if one.used}
    assert SEX in used("hpv-screening-due")
    assert STATUS in used("tsh-overdue")
    assert used("surveillance-complete") == {BIRTH}


# ---- docs/rules.md ------------------------------------------------------------------------------------------------------

def test_the_written_catalogue_is_current():
    """docs/rules.md is what the rules say today; `make docs` writes it."""
    assert DOCS.exists(), "run make docs"
    written = rules_markdown()
    if DOCS.read_text(encoding="utf-8") != written:
        pytest.fail("docs/rules.md is stale: run make docs", pytrace=False)
    anchors = {anchor(line.lstrip("# ")) for line in written.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]+)\)", written)) <= anchors


def test_rules_lists_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`rules` lists every id; `--write` writes the file; where it cannot, one line and status 2."""
    monkeypatch.setattr("cds_services.rule_page.markdown.rules_markdown", lambda: "written\n")
    listed = CliRunner().invoke(main, ["rules"])
    assert listed.exit_code == 0
    assert all(f"  {rule.id} " in listed.output for rule in RULES)
    assert CliRunner().invoke(main, ["rules", "--write", str(tmp_path / "rules.md")]).exit_code == 0
    assert (tmp_path / "rules.md").read_text() == "written\n"
    refused = CliRunner().invoke(main, ["rules", "--write", str(tmp_path / "nowhere" / "rules.md")])
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


# ---- the pages ------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A site in Europe with an interval of its own and a rule switched off."""
    settings = load_settings(jurisdiction="EU", time_zone="Europe/Berlin", intervals=OWN, rules_off=("hpv-screening-due",))
    return create_app(settings).test_client()


def listed(page: str) -> list[str]:
    """The ids of the rules that a list shows."""
    return re.findall(r'<li data-text="[^>]*?data-indicator="\w+">\s*<h3><a href="/rules/([^"]+)"', page)


def test_the_list_shows_every_rule(client: FlaskClient):
    """Without JavaScript the page is the full list; nothing on it comes from elsewhere."""
    answer = client.get("/rules")
    assert answer.status_code == 200
    assert sorted(listed(answer.text)) == sorted(BY_ID)
    assert f"{len(RULES)} of {len(RULES)} rules" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href)="https?:', answer.text)
    assert client.get("/static/rules.js").status_code == client.get("/static/rules.css").status_code == 200


def test_the_list_is_searched_and_filtered_on_the_server(client: FlaskClient):
    """Words, hook and indicator, together; what does not fit stays in the page, hidden."""
    found = client.get("/rules?q=PLATELETS+thrombocytopenia&hook=order-sign&indicator=critical").text
    assert "platelets-low" in listed(found)
    assert all("order-sign" in BY_ID[one].hooks and BY_ID[one].highest == "critical" for one in listed(found))
    assert found.count("<li data-text=") == len(RULES)
    nothing = client.get("/rules?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert listed(nothing) == []
    assert "<script>alert" not in nothing


@EVERY_RULE
def test_every_rule_has_its_page(rule: Rule, client: FlaskClient):
    """The page that the card's source points to, with why, numbers, codes, examples and source attributes."""
    answer = client.get(f"/rules/{rule.id}")
    assert answer.status_code == 200
    for heading in ("Why it matters", "When it is asked", "Examples", "Source attributes"):
        assert f"{heading}</h2>" in answer.text
    assert answer.text.count("<article>") == len(rule.examples)
    assert all(f"<dt>{name}</dt>" in answer.text for name in NAMES.values())


@pytest.mark.parametrize("rule_id", ["no-such-rule", "PLATELETS-LOW", "%3Cb%3Ebold", "platelets_low"])
def test_an_unknown_rule_is_a_page_with_404(rule_id: str, client: FlaskClient):
    """HTML for people, and what was asked for is only text."""
    answer = client.get(f"/rules/{rule_id}")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<b>bold" not in answer.text


def test_the_pages_say_what_is_in_force(client: FlaskClient):
    """Jurisdiction, time zone, own intervals on every page; the changed number and a rule that is off on its own page."""
    for path in ("/rules", "/rules/platelets-low", "/rules/no-such-rule"):
        page = client.get(path).text
        assert "jurisdiction EU, time zone Europe/Berlin" in page
        assert "monthly overdue 45 d instead of 35 d" in page
    assert "<strong>45</strong>, set by this site" in client.get("/rules/cbc-overdue").text
    assert "Switched off at this site" in client.get("/rules/hpv-screening-due").text
    assert "Switched off" not in client.get("/rules/cbc-overdue").text


# ---- JSON -----------------------------------------------------------------------------------------------------------------

def test_the_json_answers_the_source_attributes(client: FlaskClient):
    """Every rule: citation, developer, funding, dates, and nine uses, each true or false; the same at every call."""
    answer = client.get("/rules.json")
    told = json.loads(answer.data)
    assert answer.data == client.get("/rules.json").data
    assert (told["jurisdiction"], told["timeZone"]) == ("EU", "Europe/Berlin")
    own = [(one["name"], one["inForce"], one["setBySite"]) for one in told["siteIntervals"]]
    assert own == [("monthly tests: overdue above", "45", True)]
    assert sorted(one["id"] for one in told["rules"]) == sorted(BY_ID)
    for one in told["rules"]:
        attributes = one["sourceAttributes"]
        assert all(attributes[name] for name in ("bibliographicCitation", "developer", "fundingSource", "releaseDate", "revisionDate"))
        assert list(attributes["uses"]) == list(NAMES)
        assert all(isinstance(use["used"], bool) and bool(use["how"]) == use["used"] for use in attributes["uses"].values())
        assert sorted(one["labels"]) == sorted(JURISDICTIONS)


def test_the_json_is_documented(client: FlaskClient):
    """docs/rules-json.md names every member."""
    page = (DOCS.parent / "rules-json.md").read_text(encoding="utf-8")
    told = json.loads(client.get("/rules.json").data)
    rule = told["rules"][0]
    for name in (*told, *rule, *rule["sourceAttributes"], *(f"uses.{key}" for key in NAMES)):
        assert f"`{name}`" in page, name


# ---- what is in force, elsewhere --------------------------------------------------------------------------------------------

def details(**settings) -> str:
    """The details of the cards of an overdue blood count, at a site."""
    rule = BY_ID["cbc-overdue"]
    example = Example("overdue", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg", silent=True)
    facts, drafts = resources(example.timeline)
    hook = rule.hooks[0]
    reply = answer(service_of(hook), request_of(hook, facts, drafts), site_for(**settings), instant(example.as_of))
    return "\n".join(card.detail or "" for card in reply.cards)


def test_cards_say_which_policy_judged_where_it_is_not_the_default():
    """Nothing more at a site as it comes; jurisdiction, zone and own intervals elsewhere."""
    assert "In force:" not in details()
    assert "In force: jurisdiction EU, time zone UTC." in details(jurisdiction="EU")
    assert "set by this site: monthly overdue 45 d instead of 35 d." in details(intervals=OWN)


def test_the_start_says_which_intervals_are_set_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Jurisdiction, zone, and each interval of the TOML file; one that may not be set stops the start."""
    config = tmp_path / "site.toml"
    config.write_text('jurisdiction = "EU"\n[intervals.monthly]\noverdue = 45\n')
    monkeypatch.setenv("CDS_CONFIG", str(config))
    lines = greeting(load_settings())
    assert "Jurisdiction EU, time zone UTC" in lines
    assert "Set by this site: monthly overdue 45 d instead of 35 d" in lines
    config.write_text("[intervals.monthly]\noverdue = 70\n")
    with pytest.raises(SettingsError, match="ascend|due <= overdue"):
        load_settings()


def test_own_intervals_are_told_against_the_jurisdiction():
    """An interval that equals the jurisdiction's is none of the site's own."""
    assert own_intervals(policy_for("EU")) == ()
    assert own_intervals(policy_for("EU", {"liver": {"due": 28, "overdue": 35}})) == ()
    assert own_intervals(policy_for("US", {"liver": {"due": 28}})) == ("liver due 28 d instead of 84 d",)


def test_the_catalogue_is_grouped_without_loss():
    """Every rule stands in one family."""
    pages = [page.rule.id for found in catalogue().values() for page in found]
    assert sorted(pages) == sorted(BY_ID)
