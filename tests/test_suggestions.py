"""What the cards suggest: valid FHIR drafts for this patient, and changes to this call's own drafts alone."""

from __future__ import annotations

import importlib
import json
from decimal import Decimal
from functools import lru_cache

import pytest

from cds_services.example import resources
from cds_services.rule import ORDER_SIGN
from cds_services.rules import RULES
from cds_services.services import answer
from tests.examples import instant, request_of, run, service_of, site


@lru_cache
def model(kind: str):
    """The R4B class of fhir.resources for a resource type."""
    return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_suggested_resource_is_a_valid_draft(rule):
    """fhir.resources accepts each; a created one is a proposal for this patient, without id, its codes with displays."""
    for example in rule.examples:
        for card in run(rule, example).cards:
            for suggestion in card.suggestions or []:
                [action] = suggestion.actions
                if action.resource is None:
                    assert action.type == "delete"
                    assert action.resourceId.startswith(("MedicationRequest/", "ServiceRequest/"))
                    continue
                built = json.loads(json.dumps(action.resource, default=float))
                model(built["resourceType"]).model_validate(built)
                if action.type == "create":
                    _is_a_proposal(built)


def _is_a_proposal(built: dict) -> None:
    assert "id" not in built
    assert (built["status"], built["intent"]) == ("draft", "proposal")
    assert built["subject"] == {"reference": "Patient/example"}
    concept = built.get("code") or built["medicationCodeableConcept"]
    assert all(coding["display"] for coding in concept["coding"])


def _sign(timeline: str, more: dict | None = None):
    facts, drafts = resources(timeline)
    if more:
        drafts[0] |= more
    return answer(service_of(ORDER_SIGN), request_of(ORDER_SIGN, facts, drafts), site("US"), instant("2024-02-12"))


def _actions(reply, kind: str) -> list:
    return [one.actions[0] for card in reply.cards for one in card.suggestions or [] if one.actions[0].type == kind]


def test_an_update_moves_the_days_and_leaves_every_other_field():
    """The draft starts 42 days after the live vaccine; vendor fields and the way numbers are written stay."""
    timeline = """
        2024-01-20  immunization  live-vaccines code=03
        2024-02-12  draft  alemtuzumab-lemtrada 12 mg start=2024-02-15 days=5 id=d1"""
    extension = [{"url": "https://vendor.example/x", "valueDecimal": 1.10}]
    [update] = [one for one in _actions(_sign(timeline, {"extension": extension}), "update") if one.resource["id"] == "d1"]
    assert update.resource["dosageInstruction"][0]["timing"]["event"] == [f"2024-03-{day:02}" for day in (2, 3, 4, 5, 6)]
    assert update.resource["extension"][0]["valueDecimal"] == Decimal("1.1")
    assert update.resource["status"] == "draft"


def test_an_update_leaves_out_what_the_client_left_empty():
    """Null, empty text, empty arrays and objects go, at any depth (J2); false, 0 and a null that holds an array's place stay."""
    timeline = """
        2024-01-20  immunization  live-vaccines code=03
        2024-02-12  draft  alemtuzumab-lemtrada 12 mg start=2024-02-15 days=5 id=d1"""
    empty = {"note": [], "groupIdentifier": None, "instantiatesUri": [""], "reasonCode": [{"text": "", "coding": [{}]}]}
    full = {"doNotPerform": False, "x": 0, "given": ["A", None], "_given": [None, {"id": "x", "extension": []}]}
    [update] = [one for one in _actions(_sign(timeline, empty | full), "update") if one.resource["id"] == "d1"]
    assert not update.resource.keys() & empty.keys()
    assert {name: update.resource[name] for name in full} == full | {"_given": [None, {"id": "x"}]}


def test_a_contraindication_offers_to_remove_the_draft():
    """The draft of this call, by its own reference."""
    reply = _sign("""
        2020-01-01  condition  hiv-infection
        2024-02-12  draft  alemtuzumab-lemtrada 12 mg id=d1""")
    assert "MedicationRequest/d1" in [one.resourceId for one in _actions(reply, "delete")]


def test_what_is_drafted_or_ordered_is_not_suggested_again():
    """A draft for the blood count, and an order of ten days ago for TSH, take their place."""
    base = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
    def codes(timeline: str) -> str:
        return json.dumps([one.resource for one in _actions(_sign(timeline), "create")], default=str)
    assert "57021-8" in codes(base)
    assert "57021-8" not in codes(base + "2024-02-12  draft  cbc-panel\n")
    assert "3016-3" in codes(base)
    assert "3016-3" not in codes(base + "2024-02-02  order  tsh\n")
    assert "3016-3" in codes(base + "2024-01-20  order  tsh\n")
