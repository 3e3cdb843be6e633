"""
The rule catalogue as pages and as JSON: /rules, /rules/<id>, /rules.json, each with what is in force at this site.

The pages are made when they are first asked for, and then kept: they change with the program and its settings alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request

from cds_services.policy import own_intervals

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HOOKS = ("patient-view", "order-select", "order-sign")
INDICATORS = ("critical", "warning", "info")
LONG = 8  # codes of a value set from which on they are folded away [impl]: readability


def rules_pages(site: Any, rules: Iterable[Any]) -> Blueprint:
    """The catalogue of these rules at this site."""
    blueprint = Blueprint("rules", __name__)
    blueprint.after_request(_with_policy)
    shown = _Catalogue(site, rules)

    @blueprint.get("/rules")
    def every_rule() -> str:
        """The rules, with search."""
        asked = {name: request.args.get(name, "").strip() for name in ("q", "hook", "indicator")}
        found = [rule_id for rule_id, page in shown.pages().items() if _fits(page, **asked)]
        return _page("rules.html", shown, families=shown.families(), asked=asked, found=found, hooks=HOOKS, indicators=INDICATORS)

    @blueprint.get("/rules/<rule_id>")
    def one_rule(rule_id: str) -> Response | tuple[str, int]:
        """One rule: why, numbers with sources, codes, examples, source attributes."""
        page = shown.pages().get(rule_id)
        if page is None:
            return _page("rule_missing.html", shown, rule_id=rule_id), 404
        return Response(_page("rule.html", shown, page=page, examples=shown.examples(rule_id), long=LONG))

    @blueprint.get("/rules.json")
    def as_json() -> Response:
        """The rules with their source attributes, as docs/rules-json.md describes them."""
        return Response(shown.json(), content_type="application/json")

    return blueprint


class _Catalogue:
    """The pages of the rules at a site, each made once."""

    def __init__(self, site: Any, rules: Iterable[Any]) -> None:
        self.site, self.rules = site, tuple(rules)
        self.families = cache(self._families)
        self.examples = cache(self._examples)
        self.json = cache(self._json)

    def pages(self) -> dict[str, Any]:
        """Every page by its rule's id."""
        return {page.rule.id: page for found in self.families().values() for page in found}

    def _families(self) -> dict[str, list[Any]]:
        from cds_services.rule_page import catalogue
        return catalogue(self.site, self.rules)

    def _examples(self, rule_id: str) -> Any:
        from cds_services.rule_page.examples import told_examples
        return told_examples(self.pages()[rule_id].rule)

    def _json(self) -> bytes:
        from cds_services.rule_page.as_json import rules_json
        return orjson.dumps(rules_json(self.site, self.rules))


def _page(template: str, shown: _Catalogue, **values: Any) -> str:
    return render_template(template, site=shown.site, own_intervals=own_intervals(shown.site.policy), **values)


def _fits(page: Any, q: str, hook: str, indicator: str) -> bool:
    """Whether a page answers what was asked; without JavaScript this is the search."""
    words = all(word in page.text for word in q.lower().split())
    return words and (not hook or hook in page.rule.hooks) and (not indicator or indicator == page.rule.highest)


def _with_policy(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    return answer
