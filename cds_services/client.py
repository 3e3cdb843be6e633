"""
What a site knows of one CDS Client: what it shows, what it takes, and what its FHIR server holds (spec V2, section 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Client:
    """
    One CDS Client's ways; the defaults suit a client that nobody has described.

    `most_actions` is how many actions one suggestion may hold; `asks_again` lets a prefetch key be fetched that the client
    itself could not read; `smart_links` says that our SMART app can be launched from a card; `resources` are the types that
    its FHIR server holds, None where nobody has said.
    """

    name: str = "default"
    selection_behavior: Literal["at-most-one", "any"] = "at-most-one"
    legacy_delete: bool = False
    most_actions: int = 1
    smart_links: bool = False
    asks_again: bool = False
    resources: frozenset[str] | None = None

    def holds(self, *types: str) -> bool:
        """True where any of the types, which are one thing under the names of several versions, is held."""
        return self.resources is None or not self.resources.isdisjoint(types)
