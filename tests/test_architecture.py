"""Who may import whom, how long functions and files are, and what a rule file must say: read from the source itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cds_services.concepts import CONCEPTS
from cds_services.rules import RULES
from cds_services.value_sets import VALUE_SETS

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "cds_services").rglob("*.py"))
SOURCES = [*CORE, *sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "fhir_fixtures").rglob("*.py"))]
NEVER_IN_CORE = {"app", "flask", "requests", "os", "logging", "sqlalchemy", "sqlite3", "urllib3", "granian", "fhir_fixtures", "socket"}
RULE_IMPORTS = {"concepts", "record", "exposure", "policy", "rule", "schedule", "results", "wording", "dates", "assess"}
RULE_FILES = [path for path in CORE if path.parent.parent.name == "rules" and not path.name.startswith("__")]


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
    return found


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_knows_no_shell(path: Path):
    """The clinical core imports no web framework, network, database, environment, log or clock."""
    assert not {name.partition(".")[0] for name in imports(path)} & NEVER_IN_CORE
    assert not re.search(r"datetime\.now\(|date\.today\(|time\.time\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_rules_do_not_import_one_another(path: Path):
    """A rule imports the core's words and its own examples, never another rule."""
    others = [name for name in imports(path) if name.startswith("cds_services.rules.")]
    own = path.stem.removesuffix("_examples")
    assert all(name.split(".")[3].removesuffix("_examples") == own for name in others), others
    assert not {name for name in imports(path) if name.startswith(("cds_services.from_fhir", "cds_services.cards", "cds_services.hooks"))}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_and_files_are_short(path: Path):
    """Functions have at most 30 lines, files at most 250 (examples and the table of concepts apart)."""
    text = path.read_text(encoding="utf-8")
    if not path.name.endswith("_examples.py") and path.name != "concepts.py":
        assert text.count("\n") <= 250, text.count("\n")
    long = [(node.name, node.end_lineno - node.lineno + 1) for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 30]
    assert not long


@pytest.mark.parametrize("path", [one for one in RULE_FILES if not one.name.endswith("_examples.py")], ids=lambda path: path.stem)
def test_every_number_of_a_rule_has_unit_and_source(path: Path):
    """An upper-case number stands on one line with its unit and source: `NAME = 100  # unit, meaning: source`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if re.match(r"[A-Z][A-Z0-9_]* *(: *\w+ *)?= *(Decimal\(|timedelta\(|-?\d)", line):
            assert re.search(r"#.+: .+", line), line


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_why(rule):
    """A rule's docstring says why it matters and when it speaks; its citation names label sections."""
    module = __import__(rule.evaluate.__module__, fromlist=["x"])
    assert "Why it matters:" in module.__doc__
    assert "Speaks" in module.__doc__
    assert rule.source.us
    assert rule.source.protocol


def test_every_value_set_is_a_concept():
    """Each value set is named by a Concept, save exclusions and routes, which are read by name."""
    assert {name for name in VALUE_SETS if not name.endswith("-exclusions") and not name.startswith("route-")} == set(CONCEPTS)


def test_every_code_has_a_display():
    """A code never stands without its display."""
    assert all(one.display for codes in VALUE_SETS.values() for one in codes)
