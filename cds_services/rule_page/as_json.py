"""
The catalogue as JSON, for /rules.json: what docs/rules-json.md describes, in a stable order and without a time stamp.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_services.cards import CATALOGUE
from cds_services.policy import JURISDICTIONS, POLICIES, Site
from cds_services.rule import Rule
from cds_services.rule_page import RulePage, catalogue
from cds_services.rule_page.policies import PolicyRow, overridden
from cds_services.rule_page.thresholds import Threshold
from cds_services.rule_page.transparency import DEVELOPER, FUNDING, SourceAttributes
from cds_services.rules import RULES

Json = dict[str, Any]


def rules_json(site: Site, rules: Iterable[Rule] = RULES) -> Json:
    """All rules with their source attributes, as they are in force at a site."""
    policy = site.policy
    return {
        "catalogue": CATALOGUE, "developer": DEVELOPER, "fundingSource": FUNDING, "jurisdiction": policy.jurisdiction,
        "timeZone": str(site.zone), "siteIntervals": [_policy_row(row) for row in overridden(policy)],
        "rules": [_rule(page, site) for pages in catalogue(site, rules).values() for page in pages],
    }


def _rule(page: RulePage, site: Site) -> Json:
    rule = page.rule
    return {
        "id": rule.id, "title": rule.title, "page": f"{site.base_url}/rules/{rule.id}", "family": page.family,
        "looksFor": page.looks_for, "speaks": page.speaks, "whyItMatters": page.why, "hooks": list(rule.hooks),
        "asked": page.gate, "highestIndicator": rule.highest, "card": rule.card or None,
        "jurisdictions": list(rule.jurisdictions) or None, "switchedOff": page.switched_off,
        "evidence": rule.source.evidence, "labels": {one: rule.source.label(POLICIES[one]) for one in JURISDICTIONS},
        "specification": rule.source.protocol,
        "numbers": [_threshold(one) for one in page.thresholds], "byJurisdiction": [_policy_row(one) for one in page.policy],
        "reads": [{"valueSet": one.concept.name, "title": one.concept.title, "need": one.kind} for one in page.needs],
        "author": rule.author, "clinicalReview": rule.review, "sourceAttributes": _attributes(page.attributes),
    }


def _threshold(one: Threshold) -> Json:
    return {"name": one.name, "value": one.value, "unit": one.unit, "meaning": one.meaning, "evidence": one.evidence, "source": one.source,
            "shared": one.shared}


def _policy_row(one: PolicyRow) -> Json:
    return {"name": one.name, "unit": one.unit, "values": one.values, "inForce": one.here, "setBySite": one.overridden,
            "evidence": one.evidence, "source": one.source}


def _attributes(told: SourceAttributes) -> Json:
    """45 CFR 170.315(b)(11)(iv)(A), in its order."""
    return {
        "bibliographicCitation": told.citation, "developer": told.developer, "fundingSource": told.funding,
        "releaseDate": told.released, "revisionDate": told.revised,
        "uses": {one.key: {"used": one.used, "how": one.how or None} for one in told.uses},
    }
