"""
Runs a rule's Example the whole way: timeline -> FHIR JSON -> hook request -> answer; for the tests and the catalogue alike.
"""

from __future__ import annotations

from datetime import UTC, datetime

from cds_services import file_record
from cds_services.example import resources
from cds_services.hooks import HookRequest
from cds_services.policy import Site, site_for
from cds_services.rule import Example, Rule
from cds_services.services import SERVICES, Reply, Service, answer

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


def service_of(hook: str) -> Service:
    """The service of a hook."""
    return next(one for one in SERVICES if one.hook == hook)


def instant(text: str) -> datetime:
    """The instant of an example: noon UTC where only a day is given."""
    found = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def prefetch_of(facts: list[dict], failed: tuple[str, ...] = ()) -> dict[str, object]:
    """Prefetch with every key, filled from the facts, the Patient first; failed keys hold an OperationOutcome."""
    return file_record.prefetch_of(facts[0], facts[1:]) | dict.fromkeys(failed, OUTCOME)


def request_of(hook: str, facts: list[dict], drafts: list[dict], failed: tuple[str, ...] = ()) -> HookRequest:
    """The hook request that an EHR would send for the facts."""
    return file_record.call(hook, facts[0], prefetch_of(facts, failed), drafts)


def site(jurisdiction: str, *settings: tuple[str, object]) -> Site:
    """A site of a jurisdiction with an example's settings, all else by default."""
    return site_for(jurisdiction=jurisdiction, **dict(settings))


def run(rule: Rule, example: Example) -> Reply:
    """The answer to an example: all rules run, so that cards are built as in life."""
    facts, drafts = resources(example.timeline)
    facts += [dict(one) for one in example.resources if one["resourceType"] != "Draft"]
    hook = example.hook or rule.hooks[0]
    chosen = site(example.jurisdiction, *example.settings.items())
    return answer(service_of(hook), request_of(hook, facts, drafts, example.failed), chosen, instant(example.as_of))
