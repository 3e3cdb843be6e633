"""
One call on its way: drafts, patient, sources of exposure, then all else, the rules, and the cards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import msgspec
from msgspec import Raw

from cds_services import concepts as c
from cds_services.assess import Assessment, assess
from cds_services.cards import cards_of
from cds_services.exposure import exposure_of
from cds_services.from_fhir.decoding import Malformed
from cds_services.from_fhir.reader import MEDICATION_SOURCES, RecordReader
from cds_services.gathering import Gathering
from cds_services.hooks import BadHookRequest, Card, HookRequest, MissingData, Problem
from cds_services.orders import drafted_plan, read_drafts, standing_plan, unresolved_drugs, vaccines_in
from cds_services.overrides import Issued, Override, Triggers, issued, quiet, quietened
from cds_services.policy import Site
from cds_services.prefetch import ALWAYS, SHOWN_BY_EXPOSURE, TYPES, FhirAccess
from cds_services.record import FAILED
from cds_services.rule import ORDER_SELECT, PATIENT_VIEW, Case, Draft, Rule

_NAMES_OF_THE_DRUG = (b"alemtuzumab", b"lemtrada", b"campath")


@lru_cache(maxsize=64)  # one entry for each service and choice of rules
def _keys(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    needed = frozenset(ALWAYS).union(*(rule.needed_sources for rule in rules))
    return tuple(key for key in TYPES if key in needed)


@dataclass(frozen=True)
class Reply:
    """The cards of a call and what may be logged of it: rule ids and counts, no patient data."""

    cards: list[Card]
    log: dict[str, object] = field(default_factory=dict)
    assessment: Assessment | None = None
    case: Case | None = None
    triggers: Triggers | None = None

    @property
    def issued(self) -> tuple[Issued, ...]:
        """What a store is to remember of the cards."""
        return issued(self.cards, self.assessment, self.triggers) if self.assessment and self.triggers else ()


class Call:
    """One call: what was sent, what is fetched, what is read."""

    def __init__(self, request: HookRequest, site: Site, now: datetime, access: FhirAccess | None, rules: Iterable[Rule],
                 overrides: Iterable[Override] = ()):
        self.request, self.site, self.now, self.overrides = request, site, now, overrides
        self.rules = tuple(rule for rule in rules if rule.id not in site.switched_off) if site.switched_off else tuple(rules)
        self.reader = RecordReader(request.patient_id, site.zone)
        self.gathering = Gathering(request, site.client, access, self.reader.reading.versions)
        self.drafts: tuple[Draft, ...] = ()

    @property
    def viewing(self) -> bool:
        """True at patient-view."""
        return self.request.hook == PATIENT_VIEW

    # ---- drafts -----------------------------------------------------------------------------------------------

    def read_drafts(self) -> None:
        """Read the draft orders of an order hook, with the Medications that they point to."""
        if self.viewing:
            return
        orders, selections = self.request.draft_orders, self.request.selections if self.request.hook == ORDER_SELECT else None
        try:
            self._look_up(orders, selections)
            self.drafts = read_drafts(orders, selections, self.reader.reading)
        except Malformed as error:
            raise BadHookRequest([Problem("context.draftOrders", str(error))]) from None

    def _look_up(self, orders: bytes | None, selections: tuple[str, ...] | None) -> None:
        """Medications of the drafts that count: beside them in the Bundle, in prefetch, then read from the server (F9)."""
        if not unresolved_drugs(orders, selections, self.reader.reading):
            return
        for name in MEDICATION_SOURCES:
            for raw, url in self.gathering.sent(name).medicines:
                self.reader.remember(raw, url)
        missing = unresolved_drugs(orders, selections, self.reader.reading)
        for reference, raw in self.gathering.medications(missing).items():
            self.reader.remember(raw, reference)

    @property
    def concerns_us(self) -> bool:
        """True where alemtuzumab or a live vaccine is among the (selected) drafts."""
        return drafted_plan(self.drafts, self.now.date()) is not None or bool(vaccines_in(self.drafts))

    # ---- the record -------------------------------------------------------------------------------------------

    def gather_first(self) -> None:
        """What tells whether the call concerns us; at the order hooks the drafts did, so all is taken at once."""
        if not self.viewing:
            self.gathering.take(self._needed())
        elif self.site.prefetch == "exposure":
            self.gathering.take(SHOWN_BY_EXPOSURE, last=False)
        else:
            self.gathering.take((c.PATIENT, *MEDICATION_SOURCES), last=False)

    def _needed(self) -> list[str]:
        """The keys that the rules of this call need, in the order of asking."""
        return list(_keys(self.rules))

    def read_patient(self) -> None:
        """Read the Patient; 412 where there is none, 400 where it is another one."""
        found = self.gathering.answers[c.PATIENT]
        if len(found.sent) != 1:
            raise MissingData([c.PATIENT], "the Patient is needed, by prefetch or from the FHIR server")
        try:
            self.reader.take_patient(found.sent[0].resource)
        except Malformed as error:
            raise MissingData([c.PATIENT], f"the Patient cannot be read: {error}") from None
        if self.reader.patient.id != self.request.patient_id:
            if not self.gathering.sent(c.PATIENT).sent:
                raise MissingData([c.PATIENT], "the FHIR server answers with another Patient")
            raise BadHookRequest([Problem("prefetch.patient", "is not the patient of context.patientId")])

    def read_medications(self) -> None:
        """Read the sources of exposure that are at hand."""
        self.reader.take_medications(self.gathering.answers, self.gathering.medications)

    def any_sign(self) -> bool:
        """True where anything points to alemtuzumab; 412 where administrations could not be looked at and nothing else does."""
        reading = self.reader.reading
        if any(one.of(c.ALEMTUZUMAB) and one.status != "entered-in-error" for one in self.reader.drugs):
            return True
        if any("alemtuzumab" in one.concepts for one in reading.unreadable):
            return True
        procedures = (self.request.prefetch or {}).get(c.PROCEDURES)
        words = procedures if procedures is None or isinstance(procedures, Raw) else msgspec.json.encode(procedures)
        if words is not None and any(map(bytes(words).lower().__contains__, _NAMES_OF_THE_DRUG)):
            return True
        self._require_administrations()
        return False

    def _require_administrations(self) -> None:
        """412 where administrations could not be looked at: without them nobody can say that there was no exposure (ruling 11)."""
        source = self.gathering.answers[c.ADMINISTRATIONS].source
        if source.state == FAILED:
            raise MissingData([c.ADMINISTRATIONS], f"whether alemtuzumab was given cannot be told: medicationAdministrations {source.why}")

    # ---- judgement --------------------------------------------------------------------------------------------

    def judged(self) -> Reply:
        """Read the other sources, judge, and write the cards."""
        self.gathering.take(self._needed())
        self.read_medications()
        case = self._case()
        if self.viewing and not self._concerns(case):
            self._require_administrations()
            return self.silent("no exposure", case)
        triggers = Triggers(case, self.gathering.answers)
        judged = assess(case, self.rules)
        assessment = quietened(judged, self.overrides, triggers)
        cards = cards_of(assessment, case, self.site, encounter_id=self.request.encounter_id, version=self.gathering.version)
        return Reply(cards, self._log(assessment) | {"overridden": quiet(judged, assessment) or None}, assessment, case, triggers)

    def silent(self, why: str, case: Case | None = None) -> Reply:
        """No card, and why there is none."""
        return Reply([], {"skipped": why, **self._asked()}, case=case)

    def _case(self) -> Case:
        record = self.reader.record(self.gathering.answers).up_to(self.now)
        exposure = exposure_of(record, self.now, self.site.policy)
        standing = standing_plan(record, self.now.date())
        plan = standing if self.viewing else drafted_plan(self.drafts, self.now.date())
        return Case(record, exposure, self.now, self.site.policy, self.request.hook, plan, self.drafts, vaccines_in(self.drafts),
                    unknown_drugs=tuple(self.reader.reading.unknown_drugs), standing=standing)

    @staticmethod
    def _concerns(case: Case) -> bool:
        """At patient-view anything beyond record integrity needs exposure, a standing order, or an unreadable dose."""
        return case.exposure.exists or case.plan is not None or bool(case.exposure.unreadable) or bool(case.record.unread(c.ALEMTUZUMAB))

    def _log(self, assessment: Assessment) -> dict[str, object]:
        return {"rules": [rule.id for rule, _ in assessment.findings], "not_assessed": [rule.id for rule, _ in assessment.not_assessed],
                "unreadable": len(self.reader.reading.unreadable), "dropped": sum(self.reader.reading.dropped.values()), **self._asked()}

    def _asked(self) -> dict[str, object]:
        """How looking ended, by source, and how many queries went to the FHIR server."""
        access = self.gathering.access
        return {"sources": self.gathering.states() or None, "queries": access.queries if access is not None else None}
