"""Overrides quieten what has not changed, and nothing else: protocol C.0 rule 8, ruling 47, E81."""

import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta

import pytest

from cds_services.call import Reply
from cds_services.example import resources
from cds_services.overrides import Override
from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cds_services.rules import RULES
from cds_services.services import answer
from tests.examples import instant, request_of, run, service_of, site

DOSE = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
MILD = "2024-02-10  lab  platelet-count 140 10*9/L\n"


def ask(timeline: str, *, hook: str = PATIENT_VIEW, as_of: str = "2024-02-12", overrides: Iterable[Override] = (), change=None) -> Reply:
    """The answer of all rules to a timeline; `change` may alter its resources first."""
    facts, drafts = resources(timeline)
    for one in (*facts, *drafts):
        if change:
            change(one)
    return answer(service_of(hook), request_of(hook, facts, drafts), site("US"), instant(as_of), overrides=overrides)


def overridden(reply: Reply, as_of: str = "2024-02-12") -> list[Override]:
    """An override of every card, as a store gives it back."""
    return [Override(one.rule, one.indicator, one.trigger, instant(as_of)) for one in reply.issued]


def spoken(reply: Reply) -> set[str]:
    """The rules that speak in the cards."""
    return {one.rule for one in reply.issued}


# ---- a result -------------------------------------------------------------------------------

def test_an_override_quietens_the_same_result() -> None:
    """A warning that was overridden is not repeated for the same result, on any later day."""
    first = ask(DOSE + MILD)
    assert "platelets-low" in spoken(first)
    again = ask(DOSE + MILD, as_of="2024-04-30", overrides=overridden(first))
    assert "platelets-low" not in spoken(again)
    assert "platelets-low" in again.log["overridden"]


@pytest.mark.parametrize("newer", ["130", "140", "145", "85"])
def test_e81_a_newer_result_brings_the_card_back(newer: str) -> None:
    """A newer platelet count, be it lower or the same, is another result."""
    first = ask(DOSE + MILD)
    again = ask(f"{DOSE}{MILD}2024-02-11  lab  platelet-count {newer} 10*9/L\n", overrides=overridden(first))
    assert "platelets-low" in spoken(again)


@pytest.mark.parametrize("change", [
    {"status": "amended"}, {"valueQuantity": {"value": 139, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}},
    {"meta": {"versionId": "2"}}, {"effectiveDateTime": "2024-02-09"}])
def test_another_version_of_the_result_brings_the_card_back(change) -> None:
    """A value, a status, a date or a version that changed makes it another result."""
    def with_version(one) -> None:
        one["meta"] = {"versionId": "1"}

    def changed(one) -> None:
        with_version(one)
        if one["resourceType"] == "Observation":
            one.update(change)
    first = ask(DOSE + MILD, change=with_version)
    assert "platelets-low" not in spoken(ask(DOSE + MILD, change=with_version, overrides=overridden(first)))
    assert "platelets-low" in spoken(ask(DOSE + MILD, change=changed, overrides=overridden(first)))


def test_what_does_not_concern_the_finding_changes_nothing() -> None:
    """A resource that the finding does not rest on leaves the override in force."""
    first = ask(DOSE + MILD)
    again = ask(DOSE + MILD + "2024-02-11  condition  pneumonitis\n", overrides=overridden(first))
    assert "platelets-low" not in spoken(again)


def test_overrides_of_other_rules_and_other_findings_are_not_taken_for_this_one() -> None:
    """The rule, what triggered it, and how high it was must all be the same."""
    [given] = [one for one in overridden(ask(DOSE + MILD)) if one.rule == "platelets-low"]
    for other in (Override("cbc-overdue", given.indicator, given.trigger, given.at), Override(given.rule, "warning", "", given.at),
                  Override(given.rule, "info", given.trigger, given.at)):
        assert "platelets-low" in spoken(ask(DOSE + MILD, overrides=[other]))


# ---- what is critical -----------------------------------------------------------------------

@pytest.mark.parametrize("hook", [PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN])
def test_a_critical_finding_is_never_quietened(hook: str) -> None:
    """Whatever was overridden, a critical finding comes back."""
    timeline = DOSE + "2024-02-10  lab  platelet-count 41 10*9/L\n" + DRAFT
    first = ask(timeline, hook=hook)
    again = ask(timeline, hook=hook, overrides=overridden(first))
    assert "platelets-low" in spoken(again)


def test_overrides_are_not_looked_up_where_nothing_could_be_quietened() -> None:
    """A call without a finding, or with critical ones alone, does not ask for them."""
    def asked():
        raise AssertionError("asked")
        yield
    assert ask("", overrides=asked()).cards == []
    with pytest.raises(AssertionError, match="asked"):
        ask(DOSE + MILD, overrides=asked())


# ---- overdue --------------------------------------------------------------------------------

def test_an_overdue_test_is_quiet_for_fourteen_days() -> None:
    """One card holds several tests: an override counts for all of them that are not critical (ruling 47)."""
    tested = "".join(f"2024-01-02  lab  {name} {value}\n" for name, value in (
        ("platelet-count", "240 10*9/L"), ("neutrophils", "3.1 10*9/L"), ("lymphocytes", "1.2 10*9/L"), ("creatinine", "70 umol/L")))
    first = ask(DOSE + tested)
    overdue = {"cbc-overdue", "creatinine-overdue"}
    assert overdue <= spoken(first)
    given = overridden(first)
    assert not overdue & spoken(ask(DOSE + tested, as_of="2024-02-26", overrides=given))
    assert overdue <= spoken(ask(DOSE + tested, as_of="2024-02-27", overrides=given))


def test_an_overdue_test_that_becomes_critical_comes_back() -> None:
    """The sixty-first day is another matter than the sixtieth."""
    tested = "".join(f"2023-12-14  lab  {name}\n" for name in (
        "platelet-count 240 10*9/L", "neutrophils 3.1 10*9/L", "lymphocytes 1.2 10*9/L"))
    given = overridden(ask(DOSE + tested))
    assert "cbc-overdue" not in spoken(ask(DOSE + tested, as_of="2024-02-12", overrides=given))
    assert "cbc-overdue" in spoken(ask(DOSE + tested, as_of="2024-02-13", overrides=given))


# ---- an order -------------------------------------------------------------------------------

CHECKLIST = {"tb-screening-missing", "hepatitis-screening-missing"}


def test_the_checklist_is_quiet_until_that_order_is_signed() -> None:
    """What was overridden while selecting is not asked again while signing the same order, and is on the chart afterwards."""
    first = ask(DRAFT, hook=ORDER_SELECT)
    quiet = {one.rule for one in first.issued if one.indicator != "critical"} & CHECKLIST
    assert quiet
    given = overridden(first)
    assert not quiet & spoken(ask(DRAFT, hook=ORDER_SELECT, overrides=given))
    assert not quiet & spoken(ask(DRAFT, hook=ORDER_SIGN, overrides=given))
    active = "2024-02-12  medication  alemtuzumab-lemtrada 12 mg status=active\n"
    on_the_chart = ask(active)
    assert spoken(on_the_chart) & CHECKLIST == spoken(ask(active, overrides=[*given, *overridden(on_the_chart)])) & CHECKLIST


def test_another_order_is_asked_about_again() -> None:
    """A draft that changed, or the same one after two weeks, is another order."""
    given = overridden(ask(DRAFT, hook=ORDER_SELECT))
    other = DRAFT.replace("12 mg", "24 mg")
    assert spoken(ask(other, hook=ORDER_SELECT, overrides=given)) & CHECKLIST
    later = instant("2024-02-12") - timedelta(days=14, seconds=1)
    old = [Override(one.rule, one.indicator, one.trigger, later) for one in given]
    assert spoken(ask(DRAFT, hook=ORDER_SELECT, overrides=old)) & CHECKLIST


def test_what_was_overridden_on_the_chart_is_asked_again_while_ordering() -> None:
    """An order makes a known result another matter."""
    given = overridden(ask(DOSE + MILD))
    assert "platelets-low" in spoken(ask(DOSE + MILD + DRAFT, hook=ORDER_SIGN, overrides=given))


# ---- how triggers are told apart --------------------------------------------------------------

@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_finding_with_evidence_can_be_known_again(rule) -> None:
    """No finding that has evidence goes out without a trigger, and asking twice gives the same triggers."""
    for example in rule.examples:
        reply = run(rule, example)
        findings = reply.assessment.findings if reply.assessment else ()
        assert {one.rule for one in reply.issued if not one.trigger} & {each.id for each, found in findings if found.evidence} == set()
    again = run(rule, rule.examples[-1])
    assert [(one.rule, one.trigger) for one in again.issued] == [(one.rule, one.trigger) for one in reply.issued]


def test_triggers_are_those_of_earlier_releases() -> None:
    """What was overridden stays so after an upgrade: what stands for a result, a dose and a draft is what it always was."""
    on_the_chart, ordering = ({one.rule: one.trigger[:16] for one in ask(DOSE + MILD + DRAFT, hook=hook).issued}
                              for hook in (PATIENT_VIEW, ORDER_SIGN))
    assert {name: on_the_chart[name] for name in ("platelets-low", "warning-signs")} == {
        "platelets-low": "514b77972758b909", "warning-signs": "534e5a68851547ca"}
    assert {name: ordering[name] for name in ("platelets-low", "rems-enrolment")} == {
        "platelets-low": "cdff8cdb25a63ffd", "rems-enrolment": "eec50b3e892a0d3a"}


PRINT = """
from tests.test_overrides import DOSE, DRAFT, MILD, ask
for hook in ("patient-view", "order-sign"):
    print(sorted((one.rule, one.trigger) for one in ask(DOSE + MILD + DRAFT, hook=hook).issued))
"""


def test_triggers_are_the_same_in_every_process() -> None:
    """Workers and restarts must know the same finding again, whatever the order of sets is."""
    told = {subprocess.run([sys.executable, "-c", PRINT], env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, text=True,
                           check=True).stdout for seed in ("1", "2")}
    assert len(told) == 1
    assert "platelets-low" in told.pop()
