"""
The peer: HealthChain 0.16.1 as its documentation says, with two rules on the plain dictionaries that it hands over.

The rules are those of a careful author: platelets low after alemtuzumab, and a blood count overdue. They look at every
Observation once and at every administration once, and nothing else is done.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models.requests.cdsrequest import CDSRequest
from healthchain.models.responses.cdsresponse import Card, CDSResponse, Source

ALEMTUZUMAB = {"1594663", "117055", "1594661"}
PLATELETS = {"777-3", "26515-7", "778-1"}
LOW, OVERDUE = 100, timedelta(days=40)
SOURCE = Source(label="LEMTRADA prescribing information")

app = HealthChainAPI()
hooks = CDSHooksService()


def resources(request: CDSRequest, key: str) -> list[dict[str, Any]]:
    """The resources under a prefetch key."""
    return [entry["resource"] for entry in ((request.prefetch or {}).get(key) or {}).get("entry") or []]


def is_coded(concept: dict[str, Any], codes: set[str]) -> bool:
    """Whether any coding of the concept is among the codes."""
    return any(coding.get("code") in codes for coding in concept.get("coding") or [])


@hooks.hook("patient-view", id="platelets")
def platelets(request: CDSRequest) -> CDSResponse:
    """Platelets low, and a blood count overdue, after alemtuzumab."""
    doses = [one for one in resources(request, "medicationAdministrations")
             if is_coded(one.get("medicationCodeableConcept") or {}, ALEMTUZUMAB)]
    counts = [one for one in resources(request, "laboratory") if is_coded(one.get("code") or {}, PLATELETS)]
    if not doses:
        return CDSResponse(cards=[])
    cards = []
    last = max(counts, key=lambda one: one["effectiveDateTime"], default=None)
    if last is not None and last["valueQuantity"]["value"] < LOW:
        cards.append(Card(summary=f"Platelets {last['valueQuantity']['value']} after LEMTRADA", indicator="critical", source=SOURCE))
    if last is None or datetime.now(UTC) - datetime.fromisoformat(last["effectiveDateTime"]) > OVERDUE:
        cards.append(Card(summary="Blood count overdue after LEMTRADA", indicator="warning", source=SOURCE))
    return CDSResponse(cards=cards)


app.register_service(hooks)
