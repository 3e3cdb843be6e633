"""
Findings -> CDS Hooks cards: merging, precedence, order and the soft cap (protocol C.0, rulings 47 to 49).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from cds_services.assess import Assessment
from cds_services.cards.suggestions import Taker, suggestions_of
from cds_services.cards.text import Spoken, detail_of
from cds_services.hooks import Card, Coding, OverrideReason, Source
from cds_services.policy import Site
from cds_services.rule import BANDS, CRITICAL, INFO, LEVEL, OVERRIDES, Case, Suggestion
from cds_services.wording import LONGEST_SUMMARY, length, listed, shortened

CATALOGUE = "1.0.0"
EXTENSION = "io.github.alemtuzumab-cds"
RULE_SYSTEM = "urn:alemtuzumab-cds:rule"
OVERRIDE_SYSTEM = "urn:alemtuzumab-cds:override-reason"
CONTRAINDICATIONS = frozenset({"hiv-positive", "active-infection", "hypersensitivity"})  # US PI 4
_BAND = {name: place for place, name in enumerate(BANDS)}
SOFT_CAP = 6  # cards; criticals are exempt [impl]: protocol C.0 merging 6


@dataclass
class Group:
    """The findings that share a card, the highest first, and those folded into it by the cap."""

    topic: str
    spoken: list[Spoken]
    folded: list[Spoken]

    @property
    def indicator(self) -> str:
        """The highest of its findings': the first one's, for what is folded into a card comes after it."""
        return self.spoken[0][1].indicator

    @property
    def stands_alone(self) -> bool:
        """True of a critical card, and of a contraindication's whatever its indicator: never merged, never dropped (C.0 merging 1)."""
        return self.indicator == CRITICAL or any(rule.id in CONTRAINDICATIONS for rule, _ in self.spoken)

    @property
    def order(self) -> tuple:
        """Critical first; inside a level by band, then by rule (C.0 merging 6)."""
        rule, _ = self.spoken[0]
        return (-LEVEL[self.indicator], min([_BAND[one.band] for one, _ in self.spoken]), rule.id)


def cards_of(assessment: Assessment, case: Case, site: Site, *, encounter_id: str | None = None,
             version: str | None = None) -> list[Card]:
    """The cards of an assessment, in the order in which they should be read; `version` is the client's of FHIR where it is known."""
    taker = Taker(site.client, version, encounter_id)
    groups = _capped(sorted(_grouped(_without_education(list(assessment.findings))), key=lambda one: one.order))
    return [_card(one, case, site, taker) for one in groups]


def _without_education(spoken: list[Spoken]) -> list[Spoken]:
    """Education never stands beside a critical card (C.0 merging 7)."""
    if any(finding.indicator == CRITICAL for _, finding in spoken):
        return [(rule, finding) for rule, finding in spoken if not (rule.band == "education" and finding.indicator == INFO)]
    return spoken


def _grouped(spoken: list[Spoken]) -> list[Group]:
    groups: dict[str, Group] = {}
    for rule, finding in spoken:
        merges = rule.card and not (rule.card == "education" and finding.indicator != INFO)
        topic = rule.card if merges else camel_case(rule.id)
        groups.setdefault(topic, Group(topic, [], [])).spoken.append((rule, finding))
    for group in groups.values():
        group.spoken.sort(key=lambda pair: (-LEVEL[pair[1].indicator], _BAND[pair[0].band], pair[0].place))
    return list(groups.values())


def _capped(groups: list[Group]) -> list[Group]:
    """At most six cards, criticals and contraindications apart: what lies beyond folds into the last of the others."""
    if len(groups) <= SOFT_CAP:
        return groups
    room = max(SOFT_CAP, sum(group.indicator == CRITICAL for group in groups) + 1)
    beyond = [group for group in groups[room:] if not group.stands_alone]
    last = next((group for group in reversed(groups[:room]) if not group.stands_alone), None) or (beyond.pop(0) if beyond else None)
    for group in beyond:
        last.folded += group.spoken
    folded = {id(group) for group in beyond}
    kept = [group for group in groups if id(group) not in folded]
    return sorted(kept, key=lambda one: (-LEVEL[one.indicator], bool(one.folded)))


@cache
def camel_case(name: str) -> str:
    """platelets-low -> plateletsLow: topics hold letters and digits alone (spec C4)."""
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)


def _card(group: Group, case: Case, site: Site, taker: Taker) -> Card:
    rule, _ = group.spoken[0]
    wanted: tuple[Suggestion, ...] = tuple(one for _, finding in group.spoken for one in finding.suggestions)
    suggestions = suggestions_of(wanted, case, taker)
    return Card(
        summary=summary_of(group, case), detail=detail_of(group.spoken, group.folded, case, site),
        indicator=group.indicator,
        source=Source(label=rule.source.label(site.policy), url=f"{site.base_url}/rules/{rule.id}",
                      topic=Coding(system=RULE_SYSTEM, code=group.topic, display=rule.title)),
        suggestions=suggestions or None, selectionBehavior=taker.client.selection_behavior if suggestions else None,
        overrideReasons=_overrides(group) or None, extension={EXTENSION: _extension(group)})


def _overrides(group: Group) -> list[OverrideReason]:
    return _shared(tuple([finding.overrides if finding.overrides is not None else rule.overrides for rule, finding in group.spoken]))


@lru_cache(maxsize=1000)  # nothing of a patient is in it
def _shared(offered: tuple[tuple[str, ...], ...]) -> list[OverrideReason]:
    """The reasons that all findings of the card share, in the protocol's order."""
    shared = set.intersection(*map(set, offered))
    return [_REASONS[code] for code in OVERRIDES if code in shared]


_REASONS = {code: OverrideReason(system=OVERRIDE_SYSTEM, code=code, display=display) for code, display in OVERRIDES.items()}


def _extension(group: Group) -> dict:
    findings = [{"rule": rule.id, "indicator": finding.indicator, **({"evidence": list(finding.evidence)} if finding.evidence else {})}
                for rule, finding in (*group.spoken, *group.folded)]
    return {"catalogue": CATALOGUE, "findings": findings}


def summary_of(group: Group, case: Case) -> str:
    """The card's sentence: the finding's own, the overdue template, or the highest finding's with "(+n more)"."""
    first = group.spoken[0][1]
    if len(group.spoken) == 1:
        text = first.summary
    elif group.topic == "monitoringOverdue":
        last = case.exposure.last_dose
        return listed([finding.short or finding.summary for _, finding in group.spoken], "LEMTRADA monitoring overdue: ",
                      f"; last dose {last}" if last else "")
    else:
        more = f" (+{len(group.spoken) - 1} more)"
        text = shortened(first.summary, LONGEST_SUMMARY - length(more)) + more
    return shortened(" ".join(text.split()), LONGEST_SUMMARY)
