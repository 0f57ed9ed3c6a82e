"""``policy/releases.yaml`` and ``policy/known-problems.yaml``: as shipped, and with faults."""

from __future__ import annotations

import pytest

from srx_issu.catalog.loading import load
from srx_issu.domain.upgrade.support import InService, judge
from tests.integration.catalog.folders import Folder
from tests.places import INCLUDE

SOURCES = "sources: {notes: some notes}\n"


@pytest.mark.parametrize(
    ("model", "running", "target", "verdict", "words"),
    [
        ("SRX4600", "17.4R1", "24.4R1", "ask", "in hops: 17.4 → 18.3 → 19.2"),
        ("SRX5800", "18.2R1", "24.4R1", "ask", "in hops: 18.2 → "),
        ("SRX4600", "21.4R3", "22.4R3-S2.11", "issu", "guide"),
        ("SRX4600", "20.4R3", "21.4R3", "issu", "guide"),  # the example of the release notes
        ("SRX4600", "20.4R3", "22.2R1", "ask", "in hops: 20.4 → 21.4 → 22.2"),
        ("SRX4600", "22.4R3", "23.2R2", "issu", "guide"),
        ("SRX4600", "22.4R3", "23.4R2", "ask", "1 at a time are supported"),
        ("SRX5600", "11.4R7.5", "12.1R3.5", "issu", "guide"),
        ("SRX5600", "10.4R4", "11.4R7.5", "issu", "guide"),  # from one EEOL release to the next
        ("SRX5600", "10.4R4", "12.1R3.5", "ask", "in hops: 10.4 → 11.4 → 12.1"),
        ("SRX4600", "24.4R1", "30.2R1", "ask", "does not have 30.2"),
        ("SRX4100", "17.4R2", "24.2R1", "ask", "it does not speak of later ones"),
        ("SRX1500", "17.4R1", "18.1R1", "ask", "it does not speak of later ones"),
        ("SRX4200", "17.4R1", "17.4R3", "issu", "guide"),
    ],
)
def test_as_shipped(model: str, running: str, target: str, verdict: str, words: str) -> None:
    found = judge(model, running, target, load(INCLUDE).support_rules)
    assert (found.verdict, words in found.reason) == (InService(verdict), True), found.reason


def test_the_known_problems_as_shipped() -> None:
    """Only what has a source is listed."""
    rules = load(INCLUDE).support_rules
    assert all("https://" in problem.source for problem in rules.known_problems)
    (told,) = judge("SRX4600", "20.4R3", "21.2R1", rules).known_problems
    assert "no-validate" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("releases: [{release: 22.4R1}]\n", "'22.4R1' is not a feature release; write its two numbers: 22.4"),
        ("releases: [{release: '22.4', eeol: perhaps}]\n", "releases[1].eeol is 'perhaps'"),
        ("releases: [{release: '22.4', published: soon}]\n", "'soon' is not a date"),
        (
            "releases: [{release: '22.4', sources: [note]}]\n",
            "no source 'note' below 'sources'; did you",
        ),
        ("releases: [{release: '22.4'}, {release: '22.2'}]\n", "22.2 stands behind 22.4; write the oldest"),
        (
            "releases: [{release: '22.2', published: 2022-06-24}, "
            "{release: '22.4', published: 2021-12-01}]\n",
            "22.4 was published before 22.2, which is older",
        ),
        ("spans: [{releases_ahead: 3}]\n", "spans[1] has no 'sources'; add it"),
        ("span: []\n", "unknown key 'span' in the file; did you mean 'spans'?"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/releases.yaml", SOURCES + text)
    (fault,) = folder.faults()
    assert fault.startswith("policy/releases.yaml:2: ")
    assert words in fault


def test_a_known_problem_without_source(folder: Folder) -> None:
    folder.write("policy/known-problems.yaml", "problems: [{problem: sessions are lost}]\n")
    (fault,) = folder.faults()
    assert fault == "policy/known-problems.yaml:1: problems[1] has no 'source'; add it"
