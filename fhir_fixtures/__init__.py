"""
Synthetic patients, each a short clinical story, written as FHIR R4 with dates relative to the day they are read.

``stories()`` lists them, ``load(name, now)`` gives one with real dates, ``hook_request(...)`` makes the call that an
EHR would make for it. Nobody here is a real person: every patient is named Synthetic and labelled HTEST.
"""

from fhir_fixtures.hook_calls import HOOKS, UnresolvedToken, hook_context, hook_request, resolve_template
from fhir_fixtures.stories import LoadedStory, Story, load, resources, stories

__all__ = [
    "HOOKS", "LoadedStory", "Story", "UnresolvedToken", "hook_context", "hook_request", "load", "resolve_template", "resources",
    "stories",
]
