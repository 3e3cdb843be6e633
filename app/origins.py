"""
Origins of browser pages, as settings hold them.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in values if not _ORIGIN.fullmatch(one)]
    if wrong:
        raise ValueError(f"must hold origins such as https://ehr.example, without a path: {', '.join(wrong)}")
    return values


Origins = Annotated[tuple[str, ...], AfterValidator(_origins)]
