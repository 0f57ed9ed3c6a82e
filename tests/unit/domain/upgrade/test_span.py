"""How far one upgrade may go, counted in a calendar; what the calendar does not say is asked, not guessed."""

from __future__ import annotations

import pytest

from srx_issu.domain.junos.release_range import ReleaseRange, parse_mark
from srx_issu.domain.junos.version import parse
from srx_issu.domain.upgrade.span import FeatureRelease, KnownProblem, ReleaseCalendar, SpanRule
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix, SupportRule, judge

EEOL: dict[str, bool | None] = {
    "18.4": None, "19.1": False, "19.2": False, "19.3": False, "19.4": True,
    "20.1": False, "20.2": True, "20.3": False, "20.4": True,
    "21.1": False, "21.2": True, "21.3": None, "21.4": True, "23.2": None, "23.4": None,
}  # fmt: skip


def _release(name: str) -> FeatureRelease:
    major, minor = name.split(".")
    return FeatureRelease(main=(int(major), int(minor)), is_extended=EEOL[name])


OLD_RULE = SpanRule(
    target=ReleaseRange(below=parse_mark("23.2")), releases_ahead=3, extended_ahead=2, source="notes"
)
NEW_RULE = SpanRule(target=ReleaseRange(), releases_ahead=1, extended_ahead=None, source="model")
CALENDAR = ReleaseCalendar(releases=tuple(map(_release, EEOL)), rules=(OLD_RULE, NEW_RULE))


def _asks(running: str, target: str, calendar: ReleaseCalendar = CALENDAR) -> str | None:
    return calendar.reason_to_ask(parse(running), parse(target))


@pytest.mark.parametrize(
    ("running", "target"),
    [
        ("20.4R1", "20.4R3-S1"),  # the same one
        ("18.4R1", "19.3R3"),  # three ahead
        ("19.4R3", "20.4R1"),  # four, from EEOL to the second next one
        ("21.4R3", "23.2R1"),  # the next one
    ],
)
def test_within(running: str, target: str) -> None:
    assert _asks(running, target) is None


@pytest.mark.parametrize(
    ("running", "target", "words"),
    [
        ("19.1R1", "20.1R1", "19.1 to 20.1 is 4 releases ahead: 3 at a time are supported, or from an EEOL"),
        ("19.1R1", "20.1R1", "in hops: 19.1 → 19.4 → 20.1, each an upgrade of its own"),
        ("19.4R1", "21.2R1", "in hops: 19.4 → 20.4 → 21.2"),  # the third next EEOL release
        ("18.4R1", "19.4R1", "EEOL releases (not known of 18.4) (notes); in hops: 18.4 → 19.3 → 19.4"),
        ("20.4R1", "21.4R1", "(not known of 21.3)"),  # 21.3 may be the second of two
        ("21.4R1", "23.4R1", "2 releases ahead: 1 at a time are supported (model); in hops: 21.4 → 23.2"),
        ("21.4R1", "22.1R1", "policy/releases.yaml does not have 22.1"),
        ("12.3R1", "18.4R1", "policy/releases.yaml does not have 12.3"),
    ],
)
def test_a_person_is_asked_and_reads_the_hops(running: str, target: str, words: str) -> None:
    assert words in (_asks(running, target) or "")


@pytest.mark.parametrize(
    ("running", "target", "words"),
    [
        ("19.3R3", "18.4R1", None),  # three back
        ("20.4R1", "19.4R3", None),  # from EEOL to the second one before
        ("20.1R1", "19.1R1", "20.1 to 19.1 is 4 releases back: 3 at a time are supported"),
        ("20.1R1", "19.1R1", "in hops: 20.1 → 19.4 → 19.1, each a downgrade of its own"),
        ("23.4R1", "21.4R1", "2 releases back: 1 at a time are supported (model)"),  # the later one's term
        ("22.1R1", "21.4R1", "policy/releases.yaml does not have 22.1"),
    ],
)
def test_the_way_down_is_counted_as_the_way_up(running: str, target: str, words: str | None) -> None:
    """Release notes 13.2: "upgrades and downgrades that span more than three releases"."""
    found = _asks(running, target)
    assert found is None if words is None else words in (found or "")


def test_a_term_that_was_not_found_is_asked_for() -> None:
    unknown = SpanRule(target=ReleaseRange(), releases_ahead=None, extended_ahead=2, source="nowhere")
    for rules in ((unknown,), ()):
        calendar = ReleaseCalendar(releases=CALENDAR.releases, rules=rules)
        assert "was not found" in (_asks("20.3R1", "20.4R1", calendar) or "")


def test_nothing_is_counted_across_a_gap() -> None:
    """12.1 and 17.3 stand side by side in the list, and are years apart."""
    releases = (FeatureRelease(main=(12, 1)), FeatureRelease(main=(17, 3), follows_gap=True))
    calendar = ReleaseCalendar(releases=releases, rules=(OLD_RULE,))
    assert "has a gap before 17.3" in (_asks("12.1R1", "17.3R1", calendar) or "")


def test_no_way_in_hops() -> None:
    unknown = SpanRule(target=ReleaseRange(), releases_ahead=0, extended_ahead=None, source="x")
    calendar = ReleaseCalendar(releases=CALENDAR.releases, rules=(unknown,))
    assert (_asks("20.3R1", "20.4R1", calendar) or "").endswith("no way in hops is known")


MATRIX = SupportMatrix(
    platforms={"SRX4600": Platform(model="SRX4600", in_service=InService.ISSU, reason="guide")},
    calendar=CALENDAR,
)


def test_what_is_documented_for_the_platform_is_asked_about_beyond_the_span() -> None:
    assert judge("SRX4600", "20.1R1", "20.4R1", MATRIX).verdict is InService.ISSU
    beyond = judge("SRX4600", "19.1R1", "20.1R1", MATRIX)
    assert beyond.verdict is InService.ASK
    assert "19.4" in beyond.reason


def test_an_operators_own_rule_decides_before_the_span() -> None:
    rule = SupportRule(
        models=frozenset({"SRX4600"}),
        running=ReleaseRange(within=(parse_mark("19.1"),)),
        target=ReleaseRange(within=(parse_mark("20.1"),)),
        verdict=InService.ISSU,
        reason="our lab, twice without loss",
    )
    matrix = SupportMatrix(platforms=MATRIX.platforms, rules=(rule,), calendar=CALENDAR)
    assert judge("SRX4600", "19.1R1", "20.1R1", matrix).reason == "our lab, twice without loss"


def test_without_a_calendar_no_span_is_judged() -> None:
    """As an upgrade that an older version claimed has it."""
    matrix = SupportMatrix(platforms=MATRIX.platforms)
    assert judge("SRX4600", "19.1R1", "20.1R1", matrix).verdict is InService.ISSU


@pytest.mark.parametrize(
    ("model", "running", "target", "shown"),
    [
        ("SRX4600", "20.1R1", "20.4R1", True),
        ("SRX4600", "20.1R1", "20.3R1", False),
        ("SRX1500", "20.1R1", "20.4R1", False),
        ("SRX4600", "15.1X49-D70", "20.4R1", True),  # cannot be compared: shown in vain rather
    ],
)
def test_known_problems_of_a_pair(model: str, running: str, target: str, shown: bool) -> None:
    known = KnownProblem(
        models=frozenset({"SRX4600"}),
        running=ReleaseRange(at_least=parse_mark("15.1X53-D1")),
        target=ReleaseRange(within=(parse_mark("20.4"),)),
        problem="sessions are lost",
        source="PR 1",
    )
    matrix = SupportMatrix(platforms={}, known_problems=(known,))
    expected = ("sessions are lost (PR 1)",) if shown else ()
    assert judge(model, running, target, matrix).known_problems == expected
    assert matrix.about("SRX1500").known_problems == ()
