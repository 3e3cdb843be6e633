"""
Codes of results that hold nothing but vocabulary, read once for all calls: most charts name the same analytes in the same way.

Nothing of a patient is kept: a code is known between calls only where all of it is codings with their displays, in the very
spelling in which we would write them. A text of its own, an extension or an unusual spelling is read anew in each call.
"""

from __future__ import annotations

import msgspec

from cds_services.from_fhir.codes import Coded, analyte
from cds_services.from_fhir.shapes import CodeableConcept

MOST = 4096  # codes that are known at a time; where there are more, knowing begins anew
_KNOWN: dict[bytes, Coded] = {}
_CODE = msgspec.json.Decoder(CodeableConcept | None)
_SPELLED = msgspec.json.Encoder()


def coded_as(code: bytes) -> Coded:
    """What a code says that was sent as this JSON; ValidationError where it has not the shape of a CodeableConcept."""
    known = _KNOWN.get(code)
    if known is None:
        concept = _CODE.decode(code) if code else None
        known = Coded(concept, *analyte(concept))
        if concept is not None and is_vocabulary(concept) and _SPELLED.encode(concept) == code:
            if len(_KNOWN) >= MOST:
                _KNOWN.clear()
            _KNOWN[code] = known
    return known


def is_vocabulary(concept: CodeableConcept) -> bool:
    """True where all its words are displays of codes, nothing that anybody wrote about a patient."""
    text = concept.text
    for one in concept.coding or ():
        if not one.code or not one.system:
            return False
        if one.display == text:
            text = None
    return text is None
