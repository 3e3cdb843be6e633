"""
Links from cards to the SMART app, and the handle that tells the app which card it was opened from (spec L4, L6, SM16).

A handle names the card's topic and is signed for one patient of one FHIR server: it holds nothing of the patient, is worth
nothing beside another one, and two equal calls give the same (R12). It chooses a view, never a patient.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from app.call_log import note
from app.database import StoreUnusable, hash_key
from app.settings import Settings
from cds_services.hooks import Card, HookRequest, Link

LAUNCH_PATH = "/launch"  # registered with every EHR: it stays
LABEL = "Open the course of treatment and monitoring"
PURPOSE = "app-context"  # keeps these signatures apart from the store's hashes, which are made with the same secret
MAC_BYTES = 16
LONGEST = 1024  # characters of an appContext that is looked at: spec L2


class AppContexts:
    """Makes handles and reads them; the secret is the store's, read when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self._key = settings, b""

    def handle(self, topic: str, fhir_server: str, patient_id: str) -> str:
        """The handle of a card of this topic; StoreUnusable or OSError where the secret cannot be had."""
        return f"{topic}.{self._signature(topic, fhir_server, patient_id)}"

    def topic(self, context: Any, fhir_server: str, patient_id: str) -> str | None:
        """The topic of the card that a launch came from; None where its appContext is none of ours, or another patient's (SM16)."""
        for text in _texts(context):
            topic = text.rpartition(".")[0]
            if topic and hmac.compare_digest(_bytes(text), _bytes(self.handle(topic, fhir_server, patient_id))):
                return topic
        return None

    def _signature(self, topic: str, fhir_server: str, patient_id: str) -> str:
        self._key = self._key or hash_key(self.settings)
        signed = "\0".join((PURPOSE, fhir_server.rstrip("/").lower(), patient_id, topic))
        return hmac.new(self._key, _bytes(signed), hashlib.sha256).hexdigest()[:2 * MAC_BYTES]


def _bytes(text: str) -> bytes:
    """Also of halves of characters, which JSON may hold."""
    return text.encode("utf-8", "surrogatepass")


def _texts(context: Any) -> list[str]:
    """What may be a handle: the context itself, or a text in it where it is an object, or JSON of one (SM16)."""
    if isinstance(context, str) and len(context) <= LONGEST:
        return [context, *(_texts(_object_in(context)) if context.startswith("{") else ())]
    if isinstance(context, dict):
        return [one for one in context.values() if isinstance(one, str) and len(one) <= LONGEST]
    return []


def _object_in(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def linking(answer: Callable[..., Any], contexts: AppContexts) -> Callable[..., Any]:
    """`answer` whose cards launch the app, for clients that can launch it."""
    def answered(service: Any, request: HookRequest, site: Any, now: Any, access: Any = None) -> Any:
        reply = answer(service, request, site, now, access)
        if not reply.cards or not site.client.smart_links or request.fhir_server is None:
            return reply
        try:
            return replace(reply, cards=[_linked(card, request, site, contexts) for card in reply.cards])
        except (StoreUnusable, OSError):
            note(smart_links="no secret to sign with")
            return reply
    return answered


def _linked(card: Card, request: HookRequest, site: Any, contexts: AppContexts) -> Card:
    context = contexts.handle(card.source.topic.code, request.fhir_server, request.patient_id)
    return msgspec.structs.replace(card, links=[
        Link(label=LABEL, url=f"{site.base_url}{LAUNCH_PATH}", type="smart", appContext=context)])
