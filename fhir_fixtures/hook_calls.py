"""What an EHR sends when a story is played: the hook's context, its prefetch, the whole request."""

import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fhir_fixtures.search import answer
from fhir_fixtures.stories import Story, resources

Json = dict[str, Any]

HOOKS = ("patient-view", "order-select", "order-sign")
USER = "Practitioner/synthetic-clinician"
TOKEN = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")


class UnresolvedToken(Exception):
    """A prefetch template names something that this context does not have."""


def hook_context(story: Story, hook: str) -> Json:
    """The context of ``hook`` for ``story``; ValueError for an order hook where the story drafts no order."""
    context: Json = {"userId": USER, "patientId": story.patient_id}
    if hook not in HOOKS:
        raise ValueError(f"unknown hook {hook}; known are {', '.join(HOOKS)}")
    if hook == "patient-view":
        return context
    if story.draft_orders is None:
        raise ValueError(f"{story.name} drafts no orders: only patient-view can be played")
    if hook == "order-select":
        context["selections"] = list(story.selections)
    return {**context, "draftOrders": story.draft_orders}


def hook_request(story: Story, hook: str, prefetch_templates: dict[str, str]) -> Json:
    """The body of a hook call for ``story``, its prefetch answered from the story's own record."""
    context = hook_context(story, hook)
    prefetch = {}
    for key, template in prefetch_templates.items():
        try:
            prefetch[key] = answer(resolve_template(template, context), resources(story))
        except UnresolvedToken:
            continue  # the specification: a client leaves out what it cannot resolve
    return {"hook": hook, "hookInstance": str(uuid4()), "context": context, "prefetch": prefetch}


def resolve_template(template: str, context: Json) -> str:
    """``template`` with its ``{{tokens}}`` replaced from ``context``, percent-encoded; UnresolvedToken where one is missing."""
    user_type, _, user_id = context["userId"].partition("/")
    known = {f"context.{name}": value for name, value in context.items() if isinstance(value, str)}
    known[f"user{user_type}Id"] = user_id

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise UnresolvedToken(found[1])
        return quote(known[found[1]], safe="/")

    return TOKEN.sub(value_of, template)
