"""Whether the platform has an ISSU at all, by ``policy/support.yaml``."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.upgrade.support import InService, SupportMatrix
from srx_issu.probe.trial import Trial, TrialResult, bad

NAME = "platform"


def told_platform(model: str, rules: SupportMatrix) -> Iterator[Trial]:
    """Only where something is to be said. Which releases go together is the readiness checks' to judge."""
    platform = rules.platforms.get(model)
    if platform is None:
        said = f"{model} is not in policy/support.yaml: nothing is known of its ISSU"
    else:
        said = f"{model}: {platform.reason}"
    if platform is not None and platform.in_service in (InService.ICU, InService.REFUSED):
        yield bad(NAME, None, f"no ISSU is sent to it; {said}")
    elif platform is None or platform.in_service is InService.ASK:
        said = f"a person must approve each start; {said}"
        yield Trial(name=NAME, result=TrialResult.LOOK_AT, said=said)
