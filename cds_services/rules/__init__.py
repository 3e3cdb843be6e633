"""
The catalogue: every module under this package that defines RULE, in the order of its file name; ids are unique.

A rule's id is its file name with hyphens. Files whose name ends in `_examples` hold examples alone.
"""

from __future__ import annotations

import importlib
import pkgutil

from cds_services.rule import Rule


def _modules():
    for family in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        package = importlib.import_module(f"{__name__}.{family.name}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
            if not module.name.endswith("_examples"):
                yield importlib.import_module(f"{package.__name__}.{module.name}")


def _gathered() -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for module in _modules():
        rule = module.RULE
        expected = module.__name__.rpartition(".")[2].replace("_", "-")
        assert rule.id == expected, f"{module.__name__}: its id must be {expected}"
        assert rule.id not in rules, f"{rule.id} is defined twice"
        rules[rule.id] = rule
    return tuple(rules.values())


RULES: tuple[Rule, ...] = _gathered()
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
