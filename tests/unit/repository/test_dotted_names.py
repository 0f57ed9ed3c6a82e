"""Each dotted name of ours leads somewhere: Airflow, Alembic, Compose and people follow it to the letter."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from srx_issu.adapters.journal.tables import metadata
from tests.places import ROOT

INCLUDE = ROOT / "include"
PLACES = ("dags", "plugins", "include", "tests", "docs", "tools", ".ci")
KINDS = {".py", ".md", ".yaml", ".yml", ".toml", ".ini", ".mako", ".j2", ".txt", ".json", ".example", ""}
NAME = re.compile(r"(?<![\w.])srx_(?:issu|lab|demo)(?:\.[A-Za-z_]\w*)+")
TABLES = {table.name for table in metadata.sorted_tables}
OTHERS = {
    "chain",
    "commands",
    "refuse_change",
    "link_row",
    "more",
}  # views and functions of the journal's schema
FIGURES = {"outcome", "phase_duration"}
NOT_MODULES = TABLES | OTHERS | FIGURES
"""``srx_issu`` is the name of the journal's schema, too, and the first word of our figures."""


def files() -> Iterator[Path]:
    """The changelog tells what had other names."""
    own = (path for path in ROOT.iterdir() if path.is_file() and path.suffix in KINDS)
    yield from (path for path in own if path.name != "CHANGELOG.md")
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.is_file() and path.suffix in KINDS and not {"__pycache__", "versions"} & {*path.parts}:
                yield path


def strays(text: str) -> list[str]:
    """The names in it that lead nowhere."""
    return [name for name in NAME.findall(text) if not leads_somewhere(name)]


def leads_somewhere(name: str) -> bool:
    first, *rest = name.split(".")
    if rest[0] in NOT_MODULES:
        return True
    place = INCLUDE / first
    while rest and (any((place / rest[0]).glob("*.py")) or (place / f"{rest[0]}.py").is_file()):
        place = place / rest.pop(0)
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return not rest or rest[0].startswith("__") or rest[0] in _defined(source)


@cache
def _defined(source: Path) -> frozenset[str]:
    names: set[str] = set()
    for statement in ast.walk(ast.parse(source.read_text())):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name)
    return frozenset(names)


def test_every_dotted_name_leads_somewhere() -> None:
    found = {str(path.relative_to(ROOT)): strays(path.read_text(errors="replace")) for path in files()}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_name_of_yesterday_is_a_stray() -> None:
    gone = ".".join(("srx_issu", "hooks", "stop"))
    assert strays(f"'{gone}.campaigns_stopped'") == [f"{gone}.campaigns_stopped"]
    assert strays("srx_issu.steps.baseline.baseline, srx_issu.domain.cluster.rows") == []
