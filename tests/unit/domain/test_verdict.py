"""A verdict fails unless somebody decided."""

from __future__ import annotations

import pytest

from srx_issu.domain.verdict import Status, Verdict, worst

PASSED = Verdict(status=Status.PASS, reason="fine")
FAILED = Verdict(status=Status.FAIL, reason="not fine")
ERROR = Verdict(status=Status.ERROR, reason="no answer")
SKIPPED = Verdict(status=Status.SKIPPED, reason="not on this platform")


def test_an_undecided_verdict_fails() -> None:
    assert Verdict().status is Status.FAIL
    assert not Verdict().passed


def test_nothing_checked_is_a_failure() -> None:
    assert worst(()).status is Status.FAIL


@pytest.mark.parametrize(
    ("given", "decides"),
    [
        ((PASSED, FAILED, ERROR), ERROR),
        ((PASSED, FAILED, SKIPPED), FAILED),
        ((SKIPPED, PASSED), PASSED),
        ((SKIPPED,), SKIPPED),
    ],
)
def test_the_worst_verdict_decides(given: tuple[Verdict, ...], decides: Verdict) -> None:
    assert worst(given) is decides


def test_only_pass_passes() -> None:
    assert [v.passed for v in (PASSED, FAILED, ERROR, SKIPPED)] == [True, False, False, False]
