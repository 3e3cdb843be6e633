"""
What a rule's logic reaches in the source: the named numbers, the fields of the Policy, and the attributes that it reads.

Read with `ast` from `evaluate` on, through the functions of shared modules, so that a page names every number that
decides and nobody has to keep a list. Annotations are not followed, nor the modules that only hold words and shapes.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any

from cds_services.rule import Rule

PACKAGE = "cds_services"
# These hold words and shapes: of them only numbers, and the methods of what a rule is given, are followed.
SEALED = frozenset(f"{PACKAGE}.{name}" for name in (
    "assess", "case", "concepts", "dates", "events", "exposure", "finding", "policy", "record", "rule", "units", "value_sets", "wording"))
GIVEN = ((f"{PACKAGE}.case", "Case"), (f"{PACKAGE}.exposure", "Exposure"), (f"{PACKAGE}.exposure", "Course"),
         (f"{PACKAGE}.treatment", "Dose"))
Place = tuple[str, str]  # module, name


@dataclass
class Uses:
    """What a piece of code names: names, attributes, attributes of names (`module.name`), and fields of the Policy."""

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    dotted: set[tuple[str, str]] = field(default_factory=set)
    policy: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Source:
    """A module: its lines, its assignments, what its functions and classes use, what its imported names stand for."""

    module: ModuleType
    lines: tuple[bytes, ...]
    assigned: dict[str, ast.Assign | ast.AnnAssign] = field(default_factory=dict)
    uses: dict[str, Uses] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)
    fields: dict[str, ast.AnnAssign] = field(default_factory=dict)

    def comment(self, node: ast.AST) -> str:
        """The comment behind a node on its last line; empty where there is none."""
        rest = self.lines[node.end_lineno - 1][node.end_col_offset:].decode()  # type: ignore[attr-defined]
        return rest.partition("#")[2].strip().lstrip(": ")


@dataclass
class Reached:
    """Named numbers, Policy fields and attribute names that the logic of a rule reaches."""

    numbers: dict[Place, None] = field(default_factory=dict)
    policy: dict[str, None] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    seen: set[Place] = field(default_factory=set)


# ---- reading a module -----------------------------------------------------------------------------------------------

@cache
def source_of(name: str) -> Source:
    """The source of one of our modules."""
    module = importlib.import_module(name)
    text = inspect.getsource(module)
    source = Source(module, tuple(text.encode().split(b"\n")))
    for node in ast.parse(text).body:
        _define(node, source)
    return source


def _define(node: ast.stmt, source: Source) -> None:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
        source.imported.update({one.asname or one.name: _target(node.module or "", one.name) for one in node.names})
    elif isinstance(node, ast.FunctionDef):
        source.uses[node.name] = _uses_of(node)
    elif isinstance(node, ast.ClassDef):
        source.uses[node.name] = _uses_of(node)
        source.uses.update({f"{node.name}.{one.name}": _uses_of(one) for one in node.body if isinstance(one, ast.FunctionDef)})
        source.fields.update({f"{node.name}.{one.target.id}": one for one in node.body
                              if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)})
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        source.assigned.update(dict.fromkeys(names, node))


def _target(module: str, name: str) -> Place:
    """Where an imported name is defined; a module has no name of its own."""
    return (f"{module}.{name}", "") if _is_module(f"{module}.{name}") else (module, name)


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _uses_of(node: ast.AST) -> Uses:
    uses = Uses()
    for one in _without_annotations(node):
        if isinstance(one, ast.Name):
            uses.names.add(one.id)
        elif isinstance(one, ast.Attribute):
            uses.attributes.add(one.attr)
            if isinstance(one.value, ast.Name):
                uses.dotted.add((one.value.id, one.attr))
            if getattr(one.value, "attr", getattr(one.value, "id", "")) == "policy":
                uses.policy.add(one.attr)
    return uses


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _without_annotations(child)


# ---- following a rule -----------------------------------------------------------------------------------------------

def reached_by(rule: Rule) -> Reached:
    """All that the rule's `evaluate` reaches, and every named number of its own module."""
    return _reached(rule.evaluate.__module__, rule.evaluate.__name__)


@cache
def _reached(module: str, function: str) -> Reached:
    reached = Reached()
    reached.numbers.update({(module, name): None for name in source_of(module).assigned if is_number(module, name)})
    _visit(module, function, reached)
    return reached


def is_number(module: str, name: str) -> bool:
    """True for an upper-case name that is given a number, or a collection of numbers, as a literal other than zero."""
    source = source_of(module)
    if name not in source.assigned or not name.isupper() or not holds_numbers(getattr(source.module, name, None)):
        return False
    literals = (one.value for one in ast.walk(source.assigned[name]) if isinstance(one, ast.Constant))
    return not name.startswith("_") and any(re.fullmatch(r"-?\d+(\.\d+)?", str(one)) and float(one) != 0 for one in literals)


def holds_numbers(value: Any) -> bool:
    """True for a number or time span, and for a tuple, set or dict of them."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | frozenset):
        return bool(value) and all(holds_numbers(one) for one in value)
    return isinstance(value, int | float | Decimal | timedelta) and not isinstance(value, bool)


def _visit(module: str, name: str, reached: Reached) -> None:
    """Follow one name to its definition, and what that names in turn."""
    if (module, name) in reached.seen or not name:
        return
    reached.seen.add((module, name))
    source = source_of(module)
    if name in source.imported:
        _visit(*source.imported[name], reached)
    elif is_number(module, name):
        reached.numbers[module, name] = None
    elif module not in SEALED and name in source.assigned:
        _follow(_uses_of(source.assigned[name]), module, reached)
    elif module not in SEALED and name in source.uses:
        _follow(source.uses[name], module, reached)


def _follow(uses: Uses, module: str, reached: Reached) -> None:
    imported = source_of(module).imported
    reached.attributes |= uses.attributes
    for name in sorted(uses.names):
        _visit(module, name, reached)
    for name, attribute in sorted(uses.dotted):
        target, inner = imported.get(name, ("", "-"))
        if inner == "":
            _visit(target, attribute, reached)
    for name in sorted(uses.policy):
        _policy_field(name, reached)
    for name in sorted(uses.attributes):
        _given(name, reached)


def _policy_field(name: str, reached: Reached) -> None:
    """A field of the Policy, or the fields that a property of it reads."""
    source = source_of(f"{PACKAGE}.policy")
    if f"Policy.{name}" in source.fields:
        reached.policy[name] = None
    elif f"Policy.{name}" in source.uses:
        for inner in sorted(source.uses[f"Policy.{name}"].attributes):
            _policy_field(inner, reached)


def _given(name: str, reached: Reached) -> None:
    """A method of the case, the exposure, a course or a dose, by its name."""
    for module, kind in GIVEN:
        place = (module, f"{kind}.{name}")
        if place[1] in source_of(module).uses and place not in reached.seen:
            reached.seen.add(place)
            _follow(source_of(module).uses[place[1]], module, reached)
