"""What is known of codes between calls: vocabulary alone, never anything that may have been written about a patient."""

from __future__ import annotations

import pytest

from cds_services.from_fhir import vocabulary
from cds_services.from_fhir.vocabulary import MOST, coded_as

PLATELETS = b'{"system":"http://loinc.org","code":"777-3","display":"Platelets"}'


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with nothing known."""
    monkeypatch.setattr(vocabulary, "_KNOWN", {})


@pytest.mark.parametrize("code", [
    b'{"coding":[%s],"text":"Platelets"}' % PLATELETS,
    b'{"coding":[%s]}' % PLATELETS,
    b'{"coding":[{"system":"urn:oid:1.2.3","code":"PLT","display":"PLATELET COUNT"},%s],"text":"PLATELET COUNT"}' % PLATELETS,
    b'{"coding":[{"system":"http://loinc.org","code":"777-3"}]}',
])
def test_codes_with_their_displays_are_known_in_the_next_call(code: bytes):
    """The same object comes back: nothing is read again."""
    assert coded_as(code) is coded_as(code)
    assert coded_as(code).names == {"platelet-count"}


@pytest.mark.parametrize("code", [
    b'{"coding":[%s],"text":"Platelets of Ms Synthetic"}' % PLATELETS,
    b'{"text":"Platelets"}',
    b'{"coding":[%s],"extension":[{"url":"urn:note","valueString":"Ms Synthetic"}]}' % PLATELETS,
    b'{"coding":[{"display":"Ms Synthetic"},%s]}' % PLATELETS,
    b'{"coding": [%s]}' % PLATELETS,
    b'{"id":"1","coding":[%s]}' % PLATELETS,
])
def test_whatever_else_is_said_is_read_anew(code: bytes):
    """A text of its own, an extension, words without a code, another spelling: read, and not kept."""
    assert coded_as(code).names == {"platelet-count"}
    assert coded_as(code) is not coded_as(code)
    assert vocabulary._KNOWN == {}


def test_no_more_is_kept_than_its_limit():
    """A sender of ever new codes cannot fill the memory."""
    for number in range(MOST + 10):
        coded_as(b'{"coding":[{"system":"http://loinc.org","code":"%d-0"}]}' % number)
    assert len(vocabulary._KNOWN) == 10
