"""Properties that hold for every example of every rule: order of entries, other patients, shifted dates, worse counts."""

from __future__ import annotations

import gc
import json
import random
import re
import weakref
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from cds_services import concepts as c
from cds_services.example import resources
from cds_services.rule import LEVEL, PATIENT_VIEW, Example, Rule
from cds_services.rules import RULES
from cds_services.services import answer
from tests.examples import bundle, instant, prefetch_of, request_of, run, service_of, site

CASES = [pytest.param(rule, one, id=f"{rule.id}: {one.name}") for rule in RULES for one in rule.examples]
PARTIAL_KEY = re.compile(r"=\d{4}(-\d{2})?(?=\s|$)")
FOUR_YEARS = timedelta(days=1461)  # keeps every day of the month, 29 February too: no clamp can differ
DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
PARTIAL = re.compile(r"\b((?:born|abated|recorded)=)(\d{4})((?:-\d{2})?)(?=\s|$)")


def told(reply) -> list[tuple]:
    """What a reply says, without the uuids: summaries, indicators, findings, suggestions."""
    return [(one.summary, one.indicator, one.detail, json.dumps(one.extension), tuple(s.label for s in one.suggestions or ()))
            for one in reply.cards]


def loudness(reply) -> list[tuple[str, str]]:
    """Rule and indicator of every finding."""
    return sorted((rule.id, finding.indicator) for rule, finding in reply.assessment.findings) if reply.assessment else []


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_order_of_entries_and_other_patients_change_nothing(rule: Rule, example: Example):
    """Shuffled entries, and another patient's resources among them, give the same cards."""
    facts, drafts = resources(example.timeline)
    facts += [dict(one) for one in example.resources]
    hook = example.hook or rule.hooks[0]
    request = request_of(hook, facts, drafts, example.failed)
    shuffled = facts[1:] + [_of_another(one) for one in facts[1:]]
    random.Random(7).shuffle(shuffled)
    other = prefetch_of([facts[0], *shuffled], example.failed)
    mixed = request_of(hook, facts, drafts, example.failed)
    mixed.prefetch.update({key: Raw(json.dumps(value).encode()) for key, value in other.items()})
    asked = (service_of(hook), site(example.jurisdiction), instant(example.as_of))
    assert told(answer(asked[0], request, asked[1], asked[2])) == told(answer(asked[0], mixed, asked[1], asked[2]))


def _of_another(resource: dict) -> dict:
    """The same resource of another patient."""
    copied = json.loads(json.dumps(resource).replace("Patient/example", "Patient/somebody-else"))
    return {**copied, "id": f"other-{copied.get('id')}"}


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_moving_every_date_by_four_years_changes_nothing(rule: Rule, example: Example):
    """The answer depends on distances between dates, not on the year."""
    if re.search(r"\b(19\d\d|1999|2000)\b", example.timeline) and "born=" not in example.timeline:
        pytest.skip("speaks about a fixed year on purpose")
    if re.search(r"(?<!-)\b\d{4}(-\d{2})?(?=\s|$)", _without_numbers(example.timeline)) or PARTIAL_KEY.search(example.timeline):
        pytest.skip("holds a partial date, which moves by whole years only")
    if example.resources:
        pytest.skip("given as FHIR")
    timeline = example.timeline if "patient" in example.timeline else "- patient born=1985-03-14\n" + example.timeline
    facts, drafts = resources(timeline)
    moved_facts, moved_drafts = resources(_moved(timeline))
    hook = example.hook or rule.hooks[0]
    service, where, now = service_of(hook), site(example.jurisdiction), instant(example.as_of)
    first = answer(service, request_of(hook, facts, drafts, example.failed), where, now)
    second = answer(service, request_of(hook, moved_facts, moved_drafts, example.failed), where, now + FOUR_YEARS)
    assert loudness(first) == loudness(second)


def _without_numbers(timeline: str) -> str:
    """The first word of each line: its date."""
    return "\n".join(line.split()[0] for line in timeline.splitlines() if line.split())


def _moved(timeline: str) -> str:
    whole = DATE.sub(lambda found: (date.fromisoformat(found[1]) + FOUR_YEARS).isoformat(), timeline)
    return PARTIAL.sub(lambda found: f"{found[1]}{int(found[2]) + 4}{found[3]}", whole)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 400), worse=st.integers(1, 400), previous=st.integers(1, 400), days=st.integers(0, 89))
def test_a_worse_newest_count_is_never_told_more_mildly(count: int, worse: int, previous: int, days: int):
    """Replacing the newest platelet count by a lower one of the same date never lowers the indicator."""
    low, high = sorted((count, worse))
    assert _platelets(low, previous, days) >= _platelets(high, previous, days)


def _platelets(count: int, previous: int, days: int) -> int:
    now = datetime(2024, 2, 12, 12, tzinfo=UTC)
    timeline = f"""
        2023-03-06  dose  alemtuzumab-lemtrada 12 mg
        {(now - timedelta(days=days + 30)).date()}  lab  platelet-count {previous} 10*9/L
        {(now - timedelta(days=days)).date()}  lab  platelet-count {count} 10*9/L"""
    facts, _ = resources(timeline)
    reply = answer(service_of(PATIENT_VIEW), request_of(PATIENT_VIEW, facts, []), site("US"), now)
    return max((LEVEL[finding.indicator] for rule, finding in reply.assessment.findings if rule.id == "platelets-low"), default=-1)


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_splitting_entries_over_keys_changes_nothing(rng: random.Random, parts: int):
    """Results may come under any of the Observation keys, in any order."""
    example = next(one for rule in RULES if rule.id == "platelets-low" for one in rule.examples if one.name.startswith("halved within"))
    facts, _ = resources(example.timeline)
    request = request_of(PATIENT_VIEW, facts, [])
    observations = [one for one in facts if one["resourceType"] == "Observation"]
    keys = [c.LABORATORY, c.VITAL_SIGNS, c.OTHER_OBSERVATIONS][:max(1, min(parts, 3))]
    split = {key: [] for key in (c.LABORATORY, c.VITAL_SIGNS, c.OTHER_OBSERVATIONS)}
    for one in rng.sample(observations, len(observations)):
        split[rng.choice(keys)].append(one)
    request.prefetch.update({key: Raw(json.dumps(bundle(found)).encode()) for key, found in split.items()})
    reply = answer(service_of(PATIENT_VIEW), request, site("US"), instant(example.as_of))
    assert told(reply) == told(run(next(rule for rule in RULES if rule.id == "platelets-low"), example))


@pytest.mark.parametrize("example", [one for rule in RULES if rule.id == "platelets-low" for one in rule.examples if one.critical])
def test_a_normal_result_never_silences_another_analyte(example: Example):
    """A normal TSH, creatinine and ALT of today leave a critical platelet count critical."""
    normal = "".join(f"{example.as_of}  lab  {line}\n" for line in ("tsh 1.8 m[IU]/L", "creatinine 0.8 mg/dL", "alt 20 U/L", "alt 20 U/L"))
    facts, drafts = resources(example.timeline + "\n" + normal)
    hook = example.hook or PATIENT_VIEW
    reply = answer(service_of(hook), request_of(hook, facts, drafts), site("US"), instant(example.as_of))
    assert ("platelets-low", "critical") in loudness(reply)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_nothing_that_was_read_outlives_its_answer(rule: Rule):
    """A case goes with the last who holds it: no ring of objects keeps a patient's record until the collector looks."""
    gc.disable()
    try:
        for example in rule.examples:
            case = run(rule, example).case
            kept = None if case is None else weakref.ref(case)
            del case
            assert kept is None or kept() is None, example.name
    finally:
        gc.enable()
