"""
A request decoded in one walk, its prefetched resources and all: for the chart of a person who was given the drug.

Scanning a request first and decoding its Bundles afterwards reads every byte twice. That is right for nearly all calls, whose
person never had the drug and whose results are never looked at; the others are told by the drug's name near the beginning, where
the published order of keys puts doses and orders. The name decides on the way alone: both ways come to the same answer.
"""

from __future__ import annotations

from msgspec import Raw

from cds_services.from_fhir.shapes import Patient, ShapedBundle
from cds_services.hooks.strict_json import Members, NotStrict, read_members, two_levels

EARLY = 32 * 1024  # bytes of a body in which the drug's name is looked for
_NAMES = (b"lemtuzumab", b"LEMTRADA")
_LEVELS = two_levels(None | bool | int | float | str | list[Raw] | ShapedBundle | Patient)


def names_the_drug_early(body: bytes) -> bool:
    """Whether the beginning of a body names alemtuzumab or LEMTRADA, as they are commonly written."""
    return any(body.find(name, 0, EARLY) >= 0 for name in _NAMES)


def decoded_whole(body: bytes) -> Members | None:
    """
    The members of a request, Bundles and the Patient among them decoded; None where anything in it is not as R4 has it.

    What is wrong, and where, is for the reading that takes each resource by itself to tell.
    """
    try:
        return read_members(body, _LEVELS)
    except NotStrict:
        return None
