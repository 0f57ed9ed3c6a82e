"""A platform without an ISSU is never ready for one, however well it answers."""

from __future__ import annotations

import pytest

from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.probe.platform import told_platform
from srx_issu.probe.trial import TrialResult


@pytest.mark.parametrize(
    ("in_service", "results"),
    [
        (InService.ISSU, []),
        (InService.ICU, [TrialResult.BAD]),
        (InService.REFUSED, [TrialResult.BAD]),
        (InService.ASK, [TrialResult.LOOK_AT]),
        (None, [TrialResult.LOOK_AT]),
    ],
)
def test_what_the_support_matrix_says(in_service: InService | None, results: list[TrialResult]) -> None:
    known = Platform(model="SRX345", in_service=in_service, reason="guide: why") if in_service else None
    rules = SupportMatrix(platforms={"SRX345": known} if known else {})
    trials = list(told_platform("SRX345", rules))
    assert [trial.result for trial in trials] == results
    assert all("guide: why" in trial.said or "not in policy/support.yaml" in trial.said for trial in trials)
