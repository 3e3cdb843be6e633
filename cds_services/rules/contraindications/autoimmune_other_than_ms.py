"""
Autoimmune disease other than multiple sclerosis before alemtuzumab.

Why it matters: alemtuzumab causes autoimmune disease by itself; the European product information forbids it where
another one is present, the US label leaves it to judgment.
Speaks when alemtuzumab is drafted and such a disease is on record: info in the US, critical in the EU.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, told, uncertain
from cds_services.clinical.plans import removals
from cds_services.record import Condition
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    INFO,
    LEVEL,
    ORDER_HOOKS,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.wording import fit

DISEASES = (
    c.ITP, c.ANTI_GBM, c.AUTOIMMUNE_THYROID, c.AUTOIMMUNE_CYTOPENIA, c.AUTOIMMUNE_HEPATITIS, c.OTHER_AUTOIMMUNE, c.TTP,
    c.ACQUIRED_HEMOPHILIA, c.ADULT_ONSET_STILL,
)


def evaluate(case: Case) -> Outcome:
    found = case.record.conditions(*DISEASES)
    if not found:
        return Silent("no autoimmune disease other than MS found")
    found = sorted(found, key=lambda one: -LEVEL[_indicator(case, one)])
    indicator = _indicator(case, found[0])
    return Finding(
        indicator=indicator, summary=fit("", found[0].name or "Autoimmune disease", ": autoimmune disease other than MS on record"),
        evidence=evidence_of(*found), found=tuple(told(one) for one in found), meaning=_meaning(case),
        advice=("Confirm the diagnosis and whether it is still present.",
                "Weigh the further autoimmunity that alemtuzumab may cause, and agree who follows the disease."),
        suggestions=removals(case) if indicator == CRITICAL else (),
        overrides=CONTRAINDICATION_OVERRIDES if indicator == CRITICAL else None)


def _indicator(case: Case, one: Condition) -> str:
    """EU: critical where the disease is established and not over, else a warning that asks. US: info."""
    if not case.policy.european_contraindications:
        return INFO
    return WARNING if uncertain(one) or over(one, case) else CRITICAL


def _meaning(case: Case) -> str:
    if case.policy.european_contraindications:
        return "Autoimmune disease other than multiple sclerosis is a contraindication in the European product information."
    return "Another autoimmune disease is no contraindication in the US label; it is one in Europe."


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
RHEUMATOID = "Rheumatoid arthritis (disorder): autoimmune disease other than MS on record"


def _with(line: str, name: str, **more) -> Example:
    return Example(name, timeline=DRAFT + f"2020-01-01  condition  {line}", **more)


EXAMPLES = (
    _with("other-autoimmune-eu", "rheumatoid arthritis in the US", info=RHEUMATOID),
    _with("other-autoimmune-eu", "rheumatoid arthritis in the EU", jurisdiction="EU", critical=RHEUMATOID),
    _with("other-autoimmune-eu", "rheumatoid arthritis, strictest", jurisdiction="strictest", critical=RHEUMATOID),
    _with("other-autoimmune-eu clinical=none", "EU: without clinical status it is taken as active", jurisdiction="EU", critical=RHEUMATOID),
    _with("other-autoimmune-eu clinical=remission", "EU: in remission, a warning that asks", jurisdiction="EU", warning=RHEUMATOID),
    _with("other-autoimmune-eu verification=differential", "EU: not established, a warning that asks", jurisdiction="EU",
          warning=RHEUMATOID),
    _with("itp", "immune thrombocytopenia", info="Immune thrombocytopenia: autoimmune disease other than MS on record"),
    _with("autoimmune-thyroid", "Graves' disease", jurisdiction="EU",
          critical="Graves' disease: autoimmune disease other than MS on record"),
    _with("autoimmune-hepatitis", "autoimmune hepatitis",
          info="Autoimmune hepatitis (disorder): autoimmune disease other than MS on record"),
    _with("acquired-hemophilia", "acquired hemophilia A", info="Acquired hemophilia: autoimmune disease other than MS on record"),
    _with("other-autoimmune-eu verification=refuted", "refuted", jurisdiction="EU", silent="no autoimmune disease other than MS found"),
    _with("other-autoimmune-eu patient=other", "another patient's", jurisdiction="EU", silent=True),
    _with("multiple-sclerosis", "multiple sclerosis itself", jurisdiction="EU", silent=True),
    Example("EU: one active, one in remission: the active one decides", jurisdiction="EU", critical=RHEUMATOID,
            timeline=DRAFT + "2010-01-01 condition itp clinical=remission\n2020-01-01 condition other-autoimmune-eu"),
    Example("conditions could not be read", timeline=DRAFT, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="autoimmune-other-than-ms",
    title="Autoimmune disease other than multiple sclerosis",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="5.1", eu="4.3", evidence="label, EU wording not re-read", protocol="C.1 autoimmune-other-than-ms; F"),
    to_find=DISEASES,
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
