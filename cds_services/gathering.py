"""
What one call has at hand: the values of prefetch, and what is fetched where they are missing, broken or partial (spec PF, F).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from msgspec import Raw

from cds_services import concepts as c
from cds_services.client import Client
from cds_services.from_fhir.bundles import EHR_ERROR, NOT_SENT, Answer, answer_in, answer_of
from cds_services.from_fhir.versions import Capabilities, oldest, version_in
from cds_services.hooks.hook_request import HookRequest
from cds_services.prefetch import FhirAccess, Wanted, queries, types_of
from cds_services.record import FAILED, NOT_HELD, PARTIAL, Source

MOST_MEDICATIONS = 50  # Medication resources read in one call: ruling 45


class Gathering:
    """The answers of one call by prefetch key, and the means to complete them."""

    def __init__(self, request: HookRequest, client: Client, access: FhirAccess | None, shapes: set[str]):
        self.request, self.client, self.access, self.shapes = request, client, access, shapes
        self.answers: dict[str, Answer] = {}
        self._sent: dict[str, Answer] = {}
        self._read: dict[str, Raw | None] = {}

    def take(self, keys: Iterable[str], *, last: bool = True) -> None:
        """Have an answer for each key: from prefetch, else fetched, all that is missing at once, else known as missing."""
        new = [key for key in dict.fromkeys(keys) if key not in self.answers]
        wanted: dict[str, Wanted] = {}
        for key in new:
            answer = self.answers[key] = self.sent(key)
            if answer.source.state == FAILED and not self._held(key):
                self.answers[key] = Answer(Source(NOT_HELD, "not held by this EHR"))
            elif self.access is not None and self._worth_asking(key, answer):
                wanted[key] = self._wanted(key, answer)
        if wanted and self.access is not None:
            self.answers.update(self.access.search(wanted, last=last))

    def sent(self, key: str) -> Answer:
        """What prefetch holds for a key, read once."""
        if key not in self._sent:
            value = (self.request.prefetch or {}).get(key)
            read = answer_of if isinstance(value, Raw) else answer_in
            self._sent[key] = NOT_SENT if value is None else read(value, *types_of(key))
        return self._sent[key]

    def medications(self, references: Iterable[str]) -> Mapping[str, Raw]:
        """The Medications behind these references, as far as they can be read: each once, and 50 in a call (ruling 45)."""
        asked = list(dict.fromkeys(references))
        new = [one for one in asked if one not in self._read][:MOST_MEDICATIONS - len(self._read)]
        if new and self.access is not None:
            found = self.access.read(new)
            self._read |= {one: found.get(one) for one in new}
        return {one: raw for one in asked if (raw := self._read.get(one)) is not None}

    @property
    def version(self) -> str | None:
        """The client's version of FHIR: by its own word, by what is known of its server, by shape (PF8); None where nothing tells."""
        known = self.access.capabilities(ask=False) if self.access is not None else Capabilities()
        return version_in(self.request.extension) or known.version or oldest(self.shapes)

    def states(self) -> dict[str, str]:
        """How looking ended, by source: for the log."""
        return {key: one.source.state for key, one in self.answers.items()}

    def _worth_asking(self, key: str, answer: Answer) -> bool:
        """Absent, broken and partial values are asked for; an error that the EHR itself reports is not, unless its profile says so."""
        if key == c.PATIENT:
            return len(answer.sent) != 1
        if answer.source.state == FAILED:
            return answer.source.why != EHR_ERROR or self.client.asks_again
        return answer.source.state == PARTIAL

    def _held(self, key: str) -> bool:
        """Whether the EHR has the type at all: by its profile, else by its own CapabilityStatement (section 16, PF10)."""
        if key == c.PATIENT:
            return True
        if self.client.resources is not None:
            return self.client.holds(*types_of(key))
        return self.access is None or self.access.capabilities().holds(*types_of(key))

    def _wanted(self, key: str, answer: Answer) -> Wanted:
        found = self.access.capabilities() if self.access is not None else Capabilities()
        asked = queries(key, quote(self.request.patient_id, safe=""), self.version)
        held = tuple(one for one in asked if found.holds(one.partition("?")[0].partition("/")[0]))
        return Wanted(held or asked, types_of(key), answer if answer.source.state == PARTIAL else None)
