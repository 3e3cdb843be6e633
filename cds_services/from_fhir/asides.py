"""
What stands beside a value, its own limits and the laboratory's flags: read when a rule first asks for them, and once.
"""

from __future__ import annotations

from msgspec import Struct

from cds_services.dates import When
from cds_services.events import Asides, Patient
from cds_services.from_fhir.codes import codes_in
from cds_services.from_fhir.decoding import quietly
from cds_services.from_fhir.ranges import limits
from cds_services.from_fhir.shapes import Concepts, Observation, Value
from cds_services.units import Measure


class ReadOnce(Struct, eq=False, gc=False):
    """The limits and flags of a value whose number, where it has one, is of the measure and in the unit `spelled`."""

    value: Value | Observation
    measure: Measure | None
    spelled: str
    when: When
    patient: Patient
    known: Asides | None = None

    __repr__ = object.__repr__  # a result that is printed shows no whole resource

    def __call__(self) -> Asides:
        if self.known is None:
            age = self.patient.age_on(self.when.last)
            usual, pregnant = limits(self.value.referenceRange, self.measure, self.spelled, gender=self.patient.gender, age=age)
            self.known = Asides(*usual, *pregnant, interpretation_of(self.value))
        return self.known


def interpretation_of(value: Value | Observation) -> frozenset[str]:
    """The laboratory's flags, upper case."""
    if not len(value.interpretation):
        return frozenset()
    return frozenset(code.upper() for code in codes_in(quietly(value.interpretation, Concepts)))
