"""Examples of live-vaccine-recent: the 42 days, partial and unreadable dates, look-alikes, statuses, missing data."""

from __future__ import annotations

from cds_services.rule import Example

MMR = "measles, mumps and rubella virus vaccine"
DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start={start} id=order\n"


def _given(line: str, name: str, start: str = "2024-02-12", **more) -> Example:
    return Example(name, timeline=DRAFT.format(start=start) + line, **more)


COMBINED = {
    "resourceType": "Immunization", "id": "combined", "status": "completed", "patient": {"reference": "Patient/example"},
    "occurrenceDateTime": "2024-02-01", "vaccineCode": {"text": "Travel set", "coding": [
        {"system": "http://hl7.org/fhir/sid/cvx", "code": "101"}, {"system": "http://hl7.org/fhir/sid/cvx", "code": "37"}]}}
NATIONAL = {**COMBINED, "id": "national", "vaccineCode": {"coding": [
    {"system": "http://example.org/vaccines", "code": "7", "display": "Priorix (MMR)"}]}}

EXAMPLES = (
    _given("2024-01-02  immunization  live-vaccines code=03", "41 days before the planned start (E59)",
           critical=f"Live vaccine {MMR} 41 days before planned LEMTRADA; earliest start 2024-02-13",
           suggests=("update", "2024-02-13")),
    _given("2024-01-01  immunization  live-vaccines code=03", "42 days before passes (E59)",
           silent="no live vaccine found in the 42 days before the planned start"),
    _given("2024-02-12  immunization  live-vaccines code=03", "on the day of the planned start",
           critical=f"Live vaccine {MMR} 0 days before planned LEMTRADA; earliest start 2024-03-25"),
    _given("2024-02-20  immunization  live-vaccines code=03", "dated after the planned start",
           critical=f"Live vaccine {MMR} dated 2024-02-20, after planned LEMTRADA; earliest start 2024-04-02"),
    _given("2024-01-10  immunization  live-vaccines code=03", "33 days ago, but the course begins in ten days: 43 days",
           start="2024-02-22", silent=True),
    _given("2024-01  immunization  live-vaccines code=03", "a month alone is read as its last day (E59)",
           critical=f"Live vaccine {MMR} 12 days before planned LEMTRADA; earliest start 2024-03-13", says=("read as 2024-01-31",)),
    _given("2024  immunization  live-vaccines code=03", "a year that is not over is read as today",
           critical=f"Live vaccine {MMR} 0 days before planned LEMTRADA; earliest start 2024-03-25"),
    _given("2023  immunization  live-vaccines code=03", "last year is read as its last day: 43 days", silent=True),
    _given("- immunization live-vaccines code=03 words=last_winter", "a date in words cannot be read",
           warning=f"Live vaccine {MMR}: date unreadable, must be 42 days before LEMTRADA", says=("last winter",)),
    _given("2024-01-20  immunization  ambiguous-vaccines-clarify code=88", "a vaccine that may be live",
           warning="Vaccine influenza virus vaccine, unspecified formulation may be live, 23 days before planned LEMTRADA: clarify"),
    _given("2024-01-01  immunization  ambiguous-vaccines-clarify code=88", "a vaccine that may be live, 42 days before", silent=True),
    _given("2024-01-20  immunization  not-live-common-confusers code=187", "recombinant zoster vaccine is not live (E60)", silent=True),
    _given("2024-01-20  immunization  live-vaccines code=121", "live zoster vaccine (E60)",
           critical="Live vaccine zoster vaccine, live 23 days before planned LEMTRADA; earliest start 2024-03-02"),
    _given("2024-01-20  immunization  live-vaccines code=3 text=MMR", "code without its leading zero (E61)",
           critical="Live vaccine MMR 23 days before planned LEMTRADA; earliest start 2024-03-02"),
    _given("2024-01-20  immunization  live-vaccines code=03 status=not-done", "a vaccine that was not given (E59)", silent=True),
    _given("2024-01-20  immunization  live-vaccines code=03 status=entered-in-error", "entered in error", silent=True),
    _given("2024-01-20  immunization  live-vaccines code=03 patient=other", "another patient's vaccine", silent=True),
    _given("", "any live component counts", resources=(COMBINED,),
           critical="Live vaccine Travel set 11 days before planned LEMTRADA; earliest start 2024-03-14"),
    _given("", "known by its words where the code is of a national list", resources=(NATIONAL,),
           critical="Live vaccine Priorix (MMR) 11 days before planned LEMTRADA; earliest start 2024-03-14"),
    _given("2024-01-20 immunization live-vaccines code=03\n2024-02-01 immunization live-vaccines code=37",
           "two live vaccines: the later decides",
           critical="Live vaccine yellow fever vaccine 11 days before planned LEMTRADA; earliest start 2024-03-14"),
    Example("no start in the order: today is assumed, and said", timeline="""
            2024-01-20  immunization  live-vaccines code=37
            2024-02-12  draft         alemtuzumab-lemtrada 12 mg""", hook="order-sign",
            critical="Live vaccine yellow fever vaccine 23 days before planned LEMTRADA; earliest start 2024-03-02",
            says=("Start date not given, today assumed",)),
    _given("2024-02-01  immunization  live-vaccines code=37", "a start that has passed is moved to the same day", start="2024-02-09",
           critical="Live vaccine yellow fever vaccine 11 days before planned LEMTRADA; earliest start 2024-03-14",
           suggests=("2024-03-14", "2024-03-18")),
    _given("", "immunizations could not be read", failed=("immunizations",), not_assessed=True),
    _given("2024-01-20  immunization  live-vaccines code=37", "conditions refused: it speaks all the same", failed=("conditions",),
           critical="Live vaccine yellow fever vaccine 23 days before planned LEMTRADA; earliest start 2024-03-02"),
)
