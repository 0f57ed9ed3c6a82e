"""The judgement on a pair of releases, with rules made for the purpose. The shipped ones: catalog/."""

from __future__ import annotations

import pytest

from srx_issu.domain.junos.release_range import ReleaseRange, parse_mark
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import (
    HoldTimer,
    InService,
    Platform,
    Support,
    SupportMatrix,
    SupportRule,
    judge,
)


def _rule(verdict: InService, model: str, running: str, target: str) -> SupportRule:
    return SupportRule(
        models=frozenset({model}),
        running=ReleaseRange(within=(parse_mark(running),)),
        target=ReleaseRange(at_least=parse_mark(target)),
        verdict=verdict,
        reason=f"rule says {verdict}",
    )


GOOD = Platform(
    model="SRX4600",
    in_service=InService.ISSU,
    reason="Table 1",
    from_release=parse_mark("17.4R1"),
    hold_timers=(HoldTimer(from_release=parse_mark("18.2R1"), seconds=2700),),
)
BIG = Platform(
    model="SRX5800",
    in_service=InService.ISSU,
    reason="Table 1",
    from_release=parse_mark("10.4R4"),
    routing_engines={"RE3": SoftwareFamily.VMHOST},
    image_families=frozenset({"srx5000"}),
    snapshot_supported=True,
)
SMALL = Platform(model="SRX345", in_service=InService.ICU, reason="ICU only")
NEVER = Platform(model="VSRX", in_service=InService.REFUSED, reason="no ISSU")
OLD = Platform(model="SRX3600", in_service=InService.ASK, reason="not in Table 1")
MATRIX = SupportMatrix(
    platforms={p.model: p for p in (GOOD, BIG, SMALL, NEVER, OLD)},
    rules=(
        _rule(InService.REFUSED, "SRX4600", "19.1", "20.1"),
        _rule(InService.ISSU, "SRX4600", "15.1X49", "18.4R1"),
        _rule(InService.ASK, "SRX5800", "17.3", "17.4R1"),
        _rule(InService.ASK, "SRX345", "24.1", "24.4R1"),
        _rule(InService.REFUSED, "SRX345", "23.1", "24.4R1"),
    ),
)


def _judged(model: str, running: str, target: str) -> InService:
    return judge(model, running, target, MATRIX).verdict


class TestRefused:
    @pytest.mark.parametrize(
        ("running", "target", "words"),
        [
            ("22.4R3", "21.4R3", "downgrade"),
            ("22.4R3.25", "22.4R3.9", "downgrade"),
            ("17.4R1", "15.1X49-D70", "downgrade"),
            ("22.4R3.25", "22.4R3", "already running"),
            ("22.4R3", "23.4R2-EVO", "Evolved"),
            ("22.4R3-EVO", "23.4R2", "Evolved"),
            ("what", "23.4R2", "not a Junos release name"),
            ("", "23.4R2", "not a Junos release name"),
            ("22.4R3", "23.4-20240101.0", "a daily build"),
            ("22.4-20240101.0", "23.4R1", "a daily build"),
            ("22.4R3", "23.4B1", "a beta build"),
            ("22.4R3", "23.4I20240101_0423", "an internal build"),
            ("17.3R3", "17.4R2", "has ISSU from 17.4R1, and runs 17.3R3"),
            ("19.1R3", "20.2R1", "rule says refused"),
        ],
    )
    def test_with_the_reason(self, running: str, target: str, words: str) -> None:
        support = judge("SRX4600", running, target, MATRIX)
        assert support.verdict is InService.REFUSED
        assert words in support.reason

    def test_a_downgrade_even_where_a_rule_allows_the_pair(self) -> None:
        matrix = SupportMatrix(
            platforms=MATRIX.platforms, rules=(_rule(InService.ISSU, "SRX4600", "22.4", "9.6"),)
        )
        assert judge("SRX4600", "22.4R3", "21.4R3", matrix).verdict is InService.REFUSED

    def test_a_downgrade_of_a_model_nobody_knows(self) -> None:
        assert _judged("SRX9000", "22.4R3", "21.4R3") is InService.REFUSED

    def test_a_platform_without_issu_is_never_left_to_a_person(self) -> None:
        """A yes would send it a command that it takes for an ICU."""
        assert _judged("VSRX", "21.4R3", "22.4R3") is InService.REFUSED
        assert _judged("SRX345", "24.1R1", "24.4R1") is InService.REFUSED
        assert _judged("SRX345", "23.1R1", "24.4R1") is InService.REFUSED
        assert _judged("VSRX", "15.1X49-D100", "22.4R3") is InService.REFUSED

    def test_a_build_without_order(self) -> None:
        assert _judged("SRX4600", "22.4R3", "23.4-20240101.0") is InService.REFUSED


class TestAsk:
    @pytest.mark.parametrize(
        ("model", "running", "target", "words"),
        [
            ("SRX9000", "21.4R3", "22.4R3", "SRX9000 is not in policy/support.yaml"),
            ("SRX3600", "12.1X46-D20", "12.1X46-D30", "not in Table 1"),
            ("SRX5800", "12.1X46-D20", "12.1X47-D10", "different lines"),
            ("SRX5800", "15.1X49-D20", "17.1R1", "different lines"),
            ("SRX5800", "10.4X20-D5", "11.4R1", "is of another line"),
            ("SRX5800", "17.3R1", "17.4R1", "rule says ask"),
            ("SRX5800", "17.3R1", "17.4X55-D1", "cannot tell whether this exception holds"),
        ],
    )
    def test_what_nothing_documents(self, model: str, running: str, target: str, words: str) -> None:
        support = judge(model, running, target, MATRIX)
        assert support.verdict is InService.ASK
        assert words in support.reason


class TestIssu:
    @pytest.mark.parametrize(
        ("model", "running", "target"),
        [
            ("SRX4600", "21.4R3-S5.4", "22.4R3-S2.11"),
            ("SRX4600", "17.4R1", "17.4R1-S1"),
            ("SRX5800", "10.4R4", "11.4R1"),
        ],
    )
    def test_what_the_platform_line_documents(self, model: str, running: str, target: str) -> None:
        assert _judged(model, running, target) is InService.ISSU

    def test_a_rule_may_allow_what_the_lines_leave_open(self) -> None:
        assert _judged("SRX4600", "15.1X49-D110", "18.4R2") is InService.ISSU

    def test_icu_is_told_apart(self) -> None:
        assert _judged("SRX345", "21.4R3", "22.4R3") is InService.ICU


class TestProcedure:
    def test_groups_are_brought_together_by_hand_up_to_11_4(self) -> None:
        by_hand = {
            r: judge("SRX5800", r, "12.3R1", MATRIX).consolidate_by_hand
            for r in ("10.4R4", "11.4R13", "12.1R1", "12.1X46-D10")
        }
        assert by_hand == {"10.4R4": True, "11.4R13": True, "12.1R1": False, "12.1X46-D10": False}

    @pytest.mark.parametrize(
        ("model", "running", "seconds"),
        [
            ("SRX4600", "18.1R1", 900),
            ("SRX4600", "18.2R1", 2700),
            ("SRX4600", "18.2X75-D10", 2700),  # cannot be told: the longer one
            ("SRX5800", "22.4R3", 900),
            ("SRX9000", "22.4R3", 2700),
        ],
    )
    def test_the_hold_timer_is_the_longer_one_in_doubt(self, model: str, running: str, seconds: int) -> None:
        assert judge(model, running, "24.2R1", MATRIX).hold_timer_s == seconds

    def test_what_is_known_of_the_platform_comes_along(self) -> None:
        known = judge("SRX5800", "17.4R1", "18.4R1", MATRIX)
        assert known == Support(
            verdict=InService.ISSU, reason=known.reason, snapshot_supported=True, hold_timer_s=900
        )
        assert not judge("SRX9000", "17.4R1", "18.4R1", MATRIX).snapshot_supported


class TestSoftware:
    @pytest.mark.parametrize(
        ("model", "routing_engine", "software"),
        [
            ("SRX5800", None, SoftwareFamily.SYSTEM),
            ("SRX5800", "RE2", SoftwareFamily.SYSTEM),
            ("SRX5800", "RE3", SoftwareFamily.VMHOST),
            ("SRX9000", "RE3", SoftwareFamily.SYSTEM),
        ],
    )
    def test_the_routing_engine_may_decide(
        self, model: str, routing_engine: str | None, software: SoftwareFamily
    ) -> None:
        assert MATRIX.software(model, routing_engine) is software

    def test_models_of_a_family(self) -> None:
        assert MATRIX.models_of("srx5000") == {"SRX5800"}
        assert MATRIX.models_of("unheard-of") == frozenset()
