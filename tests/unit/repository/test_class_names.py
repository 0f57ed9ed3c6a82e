"""A class name means one thing in each of product, lab and demo."""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from tests.places import INCLUDE


@pytest.mark.parametrize("package", ["srx_issu", "srx_lab", "srx_demo"])
def test_every_class_name_is_there_once(package: str) -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in (INCLUDE / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(str(path.relative_to(INCLUDE)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
