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
import io
import re
import tokenize
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


@dataclass(frozen=True)
class Source:
    """A module's source: its top-level definitions, what its imported names stand for, its comments by line."""

    module: ModuleType
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)


@dataclass
class Reached:
    """Named numbers, Policy fields and attribute names that the logic of a rule reaches."""

    numbers: dict[Place, None] = field(default_factory=dict)
    policy: dict[str, None] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    seen: set[Place] = field(default_factory=set)


@cache
def source_of(name: str) -> Source:
    """The source of one of our modules."""
    module = importlib.import_module(name)
    text = inspect.getsource(module)
    source = Source(module)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            source.comments[token.start[0]] = token.string.lstrip("#: ").rstrip()
    for node in ast.parse(text).body:
        source.defined.update({defined: node for defined in _names(node)})
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            source.imported.update({one.asname or one.name: _target(node.module or "", one.name) for one in node.names})
    return source


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))


def _target(module: str, name: str) -> Place:
    """Where an imported name is defined; a module has no name of its own."""
    inner = f"{module}.{name}"
    return (inner, "") if importlib.util.find_spec(module) and _is_module(inner) else (module, name)


@cache
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def reached_by(rule: Rule) -> Reached:
    """All that the rule's `evaluate` reaches, and every named number of its own module."""
    return _reached(rule.evaluate.__module__, rule.evaluate.__name__)


@cache
def _reached(module: str, function: str) -> Reached:
    reached = Reached()
    for name in source_of(module).defined:
        if is_number(module, name):
            reached.numbers[module, name] = None
    _visit(module, function, reached)
    return reached


def is_number(module: str, name: str) -> bool:
    """True for an upper-case name that is given a number, or a collection of numbers, as a literal other than zero."""
    source = source_of(module)
    if not name.isupper() or name.startswith("_") or not holds_numbers(getattr(source.module, name, None)):
        return False
    literals = (one.value for one in ast.walk(source.defined[name]) if isinstance(one, ast.Constant))
    return any(re.fullmatch(r"-?\d+(\.\d+)?", str(one)) and float(one) != 0 for one in literals)


def holds_numbers(value: Any) -> bool:
    """True for a number or time span, and for a tuple, set or dict of them."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | frozenset):
        return bool(value) and all(holds_numbers(one) for one in value)
    return isinstance(value, int | float | Decimal | timedelta) and not isinstance(value, bool)


def _visit(module: str, name: str, reached: Reached) -> None:
    """Follow one name to its definition, and what that names in turn."""
    if (module, name) in reached.seen:
        return
    reached.seen.add((module, name))
    source = source_of(module)
    if name not in source.defined:
        if name in source.imported:
            _visit(*source.imported[name], reached)
        return
    if is_number(module, name):
        reached.numbers[module, name] = None
    elif module not in SEALED:
        _walk(source.defined[name], module, reached)


def _walk(node: ast.AST, module: str, reached: Reached) -> None:
    imported = source_of(module).imported
    for one in _without_annotations(node):
        if isinstance(one, ast.Name):
            _visit(module, one.id, reached)
        elif isinstance(one, ast.Attribute):
            reached.attributes.add(one.attr)
            if isinstance(one.value, ast.Name) and imported.get(one.value.id, ("", "-"))[1] == "":
                _visit(imported[one.value.id][0], one.attr, reached)
            elif _is_policy(one.value):
                _policy_field(one.attr, reached)
            else:
                _given(one.attr, reached)


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _without_annotations(child)


def _is_policy(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "policy") or (isinstance(node, ast.Name) and node.id == "policy")


def _policy_field(name: str, reached: Reached) -> None:
    """A field of the Policy, or the fields that a property of it reads."""
    method = _methods(f"{PACKAGE}.policy", "Policy").get(name)
    if method is None:
        reached.policy[name] = None
        return
    for one in ast.walk(method):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self":
            _policy_field(one.attr, reached)


def _given(name: str, reached: Reached) -> None:
    """A method of the case, the exposure, a course or a dose, by its name."""
    for module, kind in GIVEN:
        method = _methods(module, kind).get(name)
        if method is not None and (module, f"{kind}.{name}") not in reached.seen:
            reached.seen.add((module, f"{kind}.{name}"))
            _walk(method, module, reached)


@cache
def _methods(module: str, kind: str) -> dict[str, ast.FunctionDef]:
    node = source_of(module).defined[kind]
    assert isinstance(node, ast.ClassDef)
    return {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
