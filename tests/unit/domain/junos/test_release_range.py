"""Ranges of releases, and that they say when they cannot tell."""

from __future__ import annotations

import itertools

import pytest

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.release_range import ReleaseMark, ReleaseRange, parse_mark
from srx_issu.domain.junos.version import parse


@pytest.mark.parametrize("text", ["", "17", "17.", "17.4R", "x", "17.04", "17.4-EVO", "17.4R1-EVO"])
def test_refuses_what_is_neither_a_release_nor_its_first_two_numbers(text: str) -> None:
    with pytest.raises(UnparsableVersion):
        parse_mark(text)


@pytest.mark.parametrize(
    ("at_least", "release", "answer"),
    [
        ("17.4R1", "17.4R1.16", True),
        ("17.4R1", "17.3R3", False),
        ("17.4R1", "15.1X49-D70", False),
        ("17.4R2", "17.4R1-S5", False),
        ("12.1X46-D20", "12.1X46-D15", False),
        ("12.1X46-D20", "12.3X48-D10", True),
        ("12.1X46-D20", "12.1X47-D10", None),
        ("12.1X46-D20", "12.1R3", None),
        ("17.3", "17.3-2017-07-02.0_RELEASE_173_THROTTLE", True),
        ("17.3R1", "17.3-2017-07-02.0_RELEASE_173_THROTTLE", None),
    ],
)
def test_at_least_and_below_are_each_others_opposite(
    at_least: str, release: str, answer: bool | None
) -> None:
    mark = parse_mark(at_least)
    assert ReleaseRange(at_least=mark).contains(parse(release)) is answer
    assert ReleaseRange(below=mark).contains(parse(release)) is (None if answer is None else not answer)


@pytest.mark.parametrize(
    ("mark", "release", "covered"),
    [
        ("17.4", "17.4R2-S3.1", True),
        ("17.4", "17.3R2", False),
        ("15.1X49", "15.1X49-D70.3", True),
        ("15.1X49", "15.1X53-D70", False),
        ("15.1X49-D70", "15.1X49-D70.3", True),
        ("15.1X49-D7", "15.1X49-D70", False),
        ("24.4R1", "24.4R1-S2.3", True),
        ("24.4R1", "24.4R2", False),
        ("24.4R1-S2", "24.4R1", False),
        ("24.4R1.9", "24.4R1.10", False),
    ],
)
def test_within_looks_at_the_parts_that_are_given(mark: str, release: str, covered: bool) -> None:
    assert ReleaseRange(within=(parse_mark("9.6"), parse_mark(mark))).contains(parse(release)) is covered


def test_a_range_without_conditions_contains_everything() -> None:
    assert ReleaseRange().contains(parse("12.1B2")) is True


def test_one_no_is_a_no_whatever_cannot_be_told() -> None:
    unclear = parse_mark("12.1X46-D20")
    outside = parse_mark("17.4")
    assert ReleaseRange(at_least=unclear, within=(outside,)).contains(parse("12.1X47-D10")) is False


@pytest.mark.parametrize("text", ["17.4", "17.4R1", "15.1X49-D70.3"])
def test_a_mark_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_mark(text)) == text
    assert isinstance(parse_mark(text), ReleaseMark)


MARKS = [
    None,
    "12.1X46-D20",
    "12.1X47-D10",
    "15.1X49",
    "22.4",
    "22.4R1",
    "22.4R3-S2",
    "24.4",
    "24.4R1",
    "25.2",
]
RELEASES = [
    "12.1X46-D15",
    "12.1X46-D25",
    "12.1X47-D15",
    "15.1X49-D70",
    "22.4R1",
    "22.4R3",
    "24.4R1",
    "25.2R1",
]


def test_a_range_that_is_called_empty_holds_no_release_and_says_why() -> None:
    tally = {True: 0, False: 0}
    for least, below, within in itertools.product(MARKS, repeat=3):
        one, two, three = (parse_mark(text) if text else None for text in (least, below, within))
        found = ReleaseRange(at_least=one, below=two, within=(three,) if three else ())
        holds = any(found.contains(parse(release)) is True for release in RELEASES)
        assert not (found.why_empty and holds), (least, below, within)
        tally[found.why_empty is not None] += 1
    assert min(tally.values()) > 100
