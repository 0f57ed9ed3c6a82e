"""The Grafana dashboard is drawn from what the exporter makes of what the software sends."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import yaml

from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.goals import Goal
from tests.places import ROOT

FOLDER = ROOT / "include" / "grafana"
DASHBOARD = json.loads((FOLDER / "srx-issu.json").read_text(encoding="utf-8"))
MAPPINGS = yaml.safe_load((FOLDER / "statsd-exporter.yaml").read_text(encoding="utf-8"))["mappings"]
PREFIX = "airflow.srx_issu."
OURS = re.compile(r"\bsrx_issu_\w+")
# Written where they are sent: count("..."), duration(f"...{x}").
SENT = re.compile(r'\.(count|duration)\(\s*f?"([^"]+)"')


def sent_names() -> set[str]:
    """Every name in the sources; {placeholders} become one word."""
    found = set()
    for path in (ROOT / "include" / "srx_issu").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "Metrics" in text or "metrics" in text:
            names = [name for _, name in SENT.findall(text)]
            found |= {re.sub(r"\{[^}]*\}", "x", name) for name in names if "." in name}
        if path.name == "cluster.py" and "poll" in text:
            found |= set(re.findall(r'"(poll\.\w+)"', text))
    return found


def mapped(name: str) -> dict[str, Any] | None:
    """The first mapping that fits, as the exporter takes it; ``*`` is one part of a name."""
    for mapping in MAPPINGS:
        pattern, full = mapping["match"], PREFIX + name
        if fnmatchcase(full, pattern) and pattern.count(".") == full.count("."):
            return dict(mapping)
    return None


def test_every_metric_that_is_sent_has_a_mapping() -> None:
    names = sent_names()
    assert len(names) >= 12
    assert [name for name in sorted(names) if mapped(name) is None] == []


def test_every_mapping_is_of_something_that_is_sent() -> None:
    used = {mapping["match"] for name in sent_names() if (mapping := mapped(name))}
    assert {mapping["match"] for mapping in MAPPINGS} == used


def test_every_panel_is_drawn_from_metrics_and_labels_that_are_mapped() -> None:
    labels = {mapping["name"]: {*mapping.get("labels", {}), "quantile"} for mapping in MAPPINGS}
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids)) >= 10
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            metrics = OURS.findall(target["expr"])
            assert metrics, panel["title"]
            assert set(metrics) <= set(labels), panel["title"]
            spoken = set(re.findall(r"(\w+)=\"", target["expr"]))
            spoken |= set(re.findall(r"by \((\w+)\)", target["expr"]))
            spoken |= set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert spoken <= set().union(*(labels[metric] for metric in metrics)), panel["title"]


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_the_documentation_names_every_metric_and_member() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for mapping in MAPPINGS:
        first = mapping["match"].removeprefix(PREFIX).split(".")[0]
        assert f"`{first}." in page, first
    issu = ("secondary_upgraded", "cold_synced", "switched_over", "primary_upgraded", "resynced")
    assert {goal.value for goal in Goal} >= set(issu)
    assert all(f"`{goal}`" in page for goal in issu)
    assert Outcome.NEEDS_OPERATOR.value in page
