"""
Rules -> what their pages say: the catalogue as data, from which docs/rules.md, /rules and /rules.json are written.

Nothing is typed twice: words come from a rule's docstring, numbers from its named constants and from the Policy, codes
from the value sets, and examples from running them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cds_services.concepts import ORDERS, Concept
from cds_services.explain import gate_words
from cds_services.policy import JURISDICTIONS, POLICIES, Site
from cds_services.rule import Rule
from cds_services.rule_page.policies import PolicyRow, rows_of
from cds_services.rule_page.thresholds import Threshold, thresholds_of
from cds_services.rule_page.transparency import SourceAttributes, attributes_of
from cds_services.rules import RULES
from cds_services.value_sets import ATC, CVX, ICD10, LOINC, RXNORM, SNOMED, UCUM

FAMILIES = {
    "contraindications": "Contraindications and order gates", "checklist": "Pre-treatment checklist",
    "infection_prevention": "Infection prevention", "around_infusion": "Around an infusion, and education",
    "overdue": "Surveillance overdue", "abnormal_results": "Abnormal results and new disease",
    "record_integrity": "Product and record integrity",
}
CARDS = {
    "preTreatmentChecklist": "Pre-treatment checklist", "monitoringOverdue": "Monitoring overdue", "cytopenia": "Cytopenia",
    "renal": "Renal", "postInfusion": "Post-infusion", "prophylaxis": "Prophylaxis", "education": "Education",
}
SYSTEMS = {LOINC: "LOINC", SNOMED: "SNOMED CT", RXNORM: "RxNorm", ATC: "ATC", CVX: "CVX", ICD10: "ICD-10-CM", UCUM: "UCUM"}
NEEDS = {"to_find": "a fact makes it speak", "to_miss": "absence makes it speak", "to_soften": "changes the text only"}


@dataclass(frozen=True)
class Need:
    """A value set that a rule reads, and what for."""

    concept: Concept
    kind: str

    @property
    def why(self) -> str:
        """What the rule needs it for, in words."""
        return NEEDS[self.kind]

    @property
    def codes(self) -> tuple[tuple[str, str, str], ...]:
        """System, code and display of each row."""
        return codes_of(self.concept)


@dataclass(frozen=True)
class RulePage:
    """Everything that a reader needs to judge a rule, its examples apart."""

    rule: Rule
    family: str
    looks_for: str
    why: str
    speaks: str
    gate: str
    card: str
    thresholds: tuple[Threshold, ...]
    policy: tuple[PolicyRow, ...]
    needs: tuple[Need, ...]
    labels: tuple[tuple[str, str], ...]
    attributes: SourceAttributes
    in_force: str
    switched_off: bool = False

    @property
    def text(self) -> str:
        """What the search box looks in."""
        rule = self.rule
        reads = (need.concept.title for need in self.needs)
        return " ".join((rule.id, rule.title, self.looks_for, self.why, self.speaks, self.family, self.card, *reads)).lower()


def page_of(rule: Rule, site: Site | None = None) -> RulePage:
    """The page of one rule, with the numbers in force at a site where one is given."""
    looks_for, why, speaks = words_of(inspect.getmodule(rule.evaluate).__doc__ or "")
    return RulePage(
        rule, family_of(rule), looks_for, why, speaks, gate_words(rule), CARDS.get(rule.card, rule.card),
        thresholds_of(rule), rows_of(rule, site.policy if site else None), tuple(_needs(rule)), tuple(_labels(rule)), attributes_of(rule),
        ", ".join(rule.jurisdictions + ("strictest",)) if rule.jurisdictions else "every jurisdiction",
        site is not None and rule.id in site.switched_off)


def catalogue(site: Site | None = None, rules: Iterable[Rule] = RULES) -> dict[str, list[RulePage]]:
    """All pages by family, in the order in which a course of treatment meets them."""
    pages = [page_of(rule, site) for rule in rules]
    names = dict.fromkeys((*FAMILIES.values(), *(one.family for one in pages)))
    families = {name: [one for one in pages if one.family == name] for name in names}
    return {name: found for name, found in families.items() if found}


def words_of(docstring: str) -> tuple[str, str, str]:
    """What a rule looks for, why it matters and when it speaks; an empty text where the docstring does not say so."""
    text = " ".join(docstring.split())
    first, _, rest = text.partition("Why it matters:")
    told = re.search(r"(?<![A-Za-z])Speaks\b", rest)
    return first.strip(), _sentence(rest[: told.start()] if told else rest), rest[told.start():].strip() if told else ""


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def family_of(rule: Rule) -> str:
    """The title of the folder that holds the rule."""
    folder = rule.evaluate.__module__.split(".")[-2]
    return FAMILIES.get(folder, folder.replace("_", " ").capitalize())


def _needs(rule: Rule) -> Iterable[Need]:
    for kind in NEEDS:
        unique: dict[tuple, Concept] = {(one.name, one.sources): one for one in getattr(rule, kind)}
        yield from (Need(one, kind) for one in unique.values() if one is not ORDERS)


def codes_of(concept: Concept) -> tuple[tuple[str, str, str], ...]:
    """System, code and display of each row of a value set."""
    return tuple((SYSTEMS.get(one.system, one.system), one.code, one.display) for one in concept.codes)


def _labels(rule: Rule) -> Iterable[tuple[str, str]]:
    """The label that a card cites, and the jurisdictions in which it does."""
    by_label: dict[str, list[str]] = {}
    for jurisdiction in JURISDICTIONS:
        by_label.setdefault(rule.source.label(POLICIES[jurisdiction]), []).append(jurisdiction)
    return ((", ".join(names), label) for label, names in by_label.items())
