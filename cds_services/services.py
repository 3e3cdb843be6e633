"""
Our CDS Services: id, hook, rules, the prefetch that their needs amount to, and the one way from request to answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from msgspec import Raw

from cds_services import concepts as c
from cds_services.assess import Assessment, assess
from cds_services.cards import cards_of
from cds_services.exposure import exposure_of
from cds_services.from_fhir.bundles import NOT_SENT, Answer, answer_of
from cds_services.from_fhir.decoding import Malformed
from cds_services.from_fhir.reader import MEDICATION_SOURCES, RecordReader
from cds_services.hooks import BadHookRequest, Card, HookRequest, MissingData, Problem
from cds_services.orders import drafted_plan, read_drafts, standing_plan, vaccines_in
from cds_services.policy import Site
from cds_services.prefetch import ALWAYS, EXPOSURE_SOURCES, OLDER_TYPES, TYPES, Obtain, query
from cds_services.record import FAILED
from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Case, Draft, Rule
from cds_services.rules import RULES

_NAMES_THE_DRUG = re.compile(rb"alemtuzumab|lemtrada|campath", re.IGNORECASE)


@dataclass(frozen=True)
class Service:
    """A CDS Service: id, hook and what its discovery entry says."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that may speak at its hook."""
        return tuple(rule for rule in RULES if self.hook in rule.hooks)

    @property
    def keys(self) -> tuple[str, ...]:
        """The prefetch keys that its rules need, in the order of asking."""
        needed = {source for rule in self.rules for need in rule.needs for source in need.sources}
        return tuple(key for key in TYPES if key in needed or key in ALWAYS)

    def prefetch(self, site: Site | None = None) -> dict[str, str]:
        """The published templates: all keys, or with `prefetch = exposure` those alone that show exposure."""
        only = EXPOSURE_SOURCES[:-1] if site is not None and site.prefetch == "exposure" else self.keys
        return {key: query(key, "{{context.patientId}}") for key in self.keys if key in only}

    @property
    def usage_requirements(self) -> str:
        """What it needs, and what happens without."""
        required = "patient and medicationAdministrations" if self.hook == PATIENT_VIEW else "patient"
        return (f"Needs {required} by prefetch, or access to the FHIR server; without them the answer is 412. "
                "Whatever else is missing is named in the cards, never taken for absent.")


SERVICES: tuple[Service, ...] = (
    Service("alemtuzumab-patient-view", PATIENT_VIEW, "Alemtuzumab (LEMTRADA) safety on the chart",
            "Overdue surveillance tests, abnormal results and new disease in a person treated with alemtuzumab for multiple sclerosis."),
    Service("alemtuzumab-order-select", ORDER_SELECT, "Alemtuzumab (LEMTRADA) checks while ordering",
            "Contraindications and missing pre-treatment tests when alemtuzumab, or a live vaccine, is selected."),
    Service("alemtuzumab-order-sign", ORDER_SIGN, "Alemtuzumab (LEMTRADA) checks at signing",
            "Contraindications, pre-treatment tests, dose, interval, premedication and prophylaxis when alemtuzumab is signed; "
            "live vaccines after a course."),
)


@dataclass(frozen=True)
class Reply:
    """The cards of a call and what may be logged of it: rule ids and counts, no patient data."""

    cards: list[Card]
    log: dict[str, object] = field(default_factory=dict)
    assessment: Assessment | None = None
    case: Case | None = None


def answer(service: Service, request: HookRequest, site: Site, now: datetime, obtain: Obtain | None = None,
           rules: Iterable[Rule] | None = None) -> Reply:
    """
    Answer one hook call as of an instant.

    BadHookRequest where prefetch is of another patient; MissingData where what is required cannot be obtained (412).
    """
    call = _Call(service, request, site, now.astimezone(site.zone), obtain)
    chosen = [rule for rule in (service.rules if rules is None else rules) if rule.id not in site.switched_off]
    call.read_drafts()
    if service.hook != PATIENT_VIEW and not call.concerns_us:
        return Reply([], {"skipped": "no alemtuzumab or live vaccine among the orders"})
    call.read_patient()
    call.read_medications()
    if call.reader.patient.deceased:
        return Reply([], {"skipped": "deceased"})
    if service.hook == PATIENT_VIEW and not call.any_sign():
        return Reply([], {"skipped": "no sign of exposure", "sources": call.states()})
    return call.judged(chosen)


class _Call:
    """One call on its way: what was sent, what is fetched, what is read."""

    def __init__(self, service: Service, request: HookRequest, site: Site, now: datetime, obtain: Obtain | None):
        self.service, self.request, self.site, self.now, self.obtain = service, request, site, now, obtain
        self.reader = RecordReader(request.patient_id, site.zone)
        self.drafts: tuple[Draft, ...] = ()
        self.answers: dict[str, Answer] = {}

    def read_drafts(self) -> None:
        """Read the draft orders of an order hook; Medications that came by prefetch are known to them."""
        if self.service.hook == PATIENT_VIEW:
            return
        selections = self.request.selections if self.service.hook == ORDER_SELECT else None
        try:
            self.drafts = read_drafts(self.request.draft_orders, selections, self.reader.reading)
        except Malformed as error:
            raise BadHookRequest([Problem("context.draftOrders", str(error))]) from None

    @property
    def concerns_us(self) -> bool:
        """True where alemtuzumab or a live vaccine is among the (selected) drafts."""
        return drafted_plan(self.drafts, self.now.date()) is not None or bool(vaccines_in(self.drafts))

    def take(self, keys: Iterable[str]) -> None:
        """Answers for the keys: from prefetch, else fetched, all missing ones at once; else not sent."""
        sent = self.request.prefetch or {}
        wanted = {}
        for key in keys:
            if key in self.answers:
                continue
            self.answers[key] = self._sent(key, sent[key]) if key in sent else NOT_SENT
            if self._worth_fetching(key, sent):
                wanted[key] = query(key, quote(self.request.patient_id, safe=""))
        if wanted and self.obtain is not None:
            self.answers.update(self.obtain(wanted))

    def _sent(self, key: str, value: Raw) -> Answer:
        kind = TYPES[key]
        return answer_of(value, *OLDER_TYPES.get(kind, (kind,)))

    def _worth_fetching(self, key: str, sent: Mapping[str, Raw]) -> bool:
        """Absent keys and broken values are fetched; an error that the EHR itself reports is not asked again (PF)."""
        state = self.answers[key].source
        if key not in sent:
            return True
        return state.state == FAILED and "answered with an error" not in state.why

    def read_patient(self) -> None:
        """Read the Patient; 412 where there is none, 400 where it is another one."""
        self.take([c.PATIENT])
        found = self.answers[c.PATIENT]
        if len(found.resources) != 1 and self.obtain is not None and c.PATIENT in (self.request.prefetch or {}):
            self.answers.update(self.obtain({c.PATIENT: query(c.PATIENT, quote(self.request.patient_id, safe=""))}))
            found = self.answers[c.PATIENT]
        if len(found.resources) != 1:
            raise MissingData([c.PATIENT], "the Patient is needed, by prefetch or from the FHIR server")
        try:
            self.reader.take_patient(found.resources[0][0])
        except Malformed as error:
            raise MissingData([c.PATIENT], f"the Patient cannot be read: {error}") from None
        if self.reader.patient.id != self.request.patient_id:
            raise BadHookRequest([Problem("prefetch.patient", "is not the patient of context.patientId")])

    def read_medications(self) -> None:
        """Read all sources of exposure."""
        self.take(MEDICATION_SOURCES)
        self.reader.take_medications(self.answers)

    def any_sign(self) -> bool:
        """True where anything points to alemtuzumab; 412 where administrations could not be looked at and nothing else does."""
        reading = self.reader.reading
        if any(one.of(c.ALEMTUZUMAB) and one.status != "entered-in-error" for one in self.reader.drugs):
            return True
        if any("alemtuzumab" in one.concepts for one in reading.unreadable):
            return True
        procedures = (self.request.prefetch or {}).get(c.PROCEDURES)
        if procedures is not None and _NAMES_THE_DRUG.search(procedures):
            return True
        self.require_administrations()
        return False

    def require_administrations(self) -> None:
        """412 where administrations could not be looked at: without them nobody can say that there was no exposure (ruling 11)."""
        source = self.answers[c.ADMINISTRATIONS].source
        if source.state == FAILED:
            raise MissingData([c.ADMINISTRATIONS], f"whether alemtuzumab was given cannot be told: medicationAdministrations {source.why}")

    def states(self) -> dict[str, str]:
        """How looking ended, by source: for the log."""
        return {key: one.source.state for key, one in self.answers.items()}

    def judged(self, rules: list[Rule]) -> Reply:
        """Read the other sources, judge, and write the cards."""
        needed = {source for rule in rules for need in rule.needs for source in need.sources}
        self.take([key for key in TYPES if key in needed or key in ALWAYS])
        case = self._case()
        if self.service.hook == PATIENT_VIEW and not self._concerns(case):
            self.require_administrations()
            return Reply([], {"skipped": "no exposure", "sources": self.states()}, case=case)
        assessment = assess(case, rules)
        cards = cards_of(assessment, case, self.site, encounter_id=self.request.encounter_id)
        return Reply(cards, self._log(assessment), assessment, case)

    def _case(self) -> Case:
        record = self.reader.record(self.answers).up_to(self.now)
        exposure = exposure_of(record, self.now, self.site.policy)
        standing = standing_plan(record, self.now.date())
        plan = standing if self.service.hook == PATIENT_VIEW else drafted_plan(self.drafts, self.now.date())
        return Case(record, exposure, self.now, self.site.policy, self.service.hook, plan, self.drafts, vaccines_in(self.drafts),
                    unknown_drugs=tuple(self.reader.reading.unknown_drugs), standing=standing)

    @staticmethod
    def _concerns(case: Case) -> bool:
        """At patient-view anything beyond record integrity needs exposure, a standing order, or an unreadable dose."""
        return case.exposure.exists or case.plan is not None or bool(case.exposure.unreadable) or bool(case.record.unread(c.ALEMTUZUMAB))

    def _log(self, assessment: Assessment) -> dict[str, object]:
        return {"rules": [rule.id for rule, _ in assessment.findings], "not_assessed": [rule.id for rule, _ in assessment.not_assessed],
                "unreadable": len(self.reader.reading.unreadable), "dropped": sum(self.reader.reading.dropped.values()),
                "sources": self.states()}


