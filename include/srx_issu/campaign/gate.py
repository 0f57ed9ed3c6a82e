"""After a wave: go on, ask a person, or stop for good. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from srx_issu.campaign.budget import counted, exceeded
from srx_issu.campaign.model import Campaign, OnExceeded, Result


class WaveDecision(StrEnum):
    """What follows a round of a wave."""

    PROMOTE = "promote"  # the next wave
    HOLD = "hold"  # a person answers
    ABORT = "abort"  # nothing new starts any more


@dataclass(frozen=True, kw_only=True)
class Judgement:
    decision: WaveDecision
    reason: str


def judge_wave(
    campaign: Campaign,
    results: Mapping[str, Result],
    *,
    wave: Collection[str],
    planned: int,
    aborted: str | None = None,
    accepted: Collection[str] = (),
) -> Judgement:
    """``results`` of all clusters so far; a cluster of the wave that has none counts as UNKNOWN.
    ``aborted`` says who ended the campaign, and why."""
    if aborted is not None:
        return Judgement(decision=WaveDecision.ABORT, reason=aborted)
    known = {**dict.fromkeys(wave, Result.UNKNOWN), **results}
    over = exceeded(known, campaign.budget, wave=wave, planned=planned, accepted=accepted)
    if over is not None:
        decision = (
            WaveDecision.ABORT if campaign.budget.on_exceeded is OnExceeded.ABORT else WaveDecision.HOLD
        )
        return Judgement(decision=decision, reason=over)
    waiting = [name for name in wave if known[name] is Result.NOT_STARTED]
    if waiting:
        return Judgement(
            decision=WaveDecision.HOLD, reason=f"{len(waiting)} of the wave were not started: {_few(waiting)}"
        )
    failed = counted(known, campaign.budget, accepted)
    allowed = f"; {len(failed)} failed, which the budget allows" if failed else ""
    return Judgement(decision=WaveDecision.PROMOTE, reason=f"all {len(wave)} of the wave have ended{allowed}")


def to_retry(campaign: Campaign, results: Mapping[str, Result], wave: Collection[str]) -> tuple[str, ...]:
    """What "retry" starts again: the failures that may be, and what was not started, in the wave's order."""
    again = campaign.retry.results | {Result.NOT_STARTED}
    return tuple(name for name in wave if results.get(name) in again)


def to_finish(results: Mapping[str, Result], wave: Collection[str]) -> tuple[str, ...]:
    """What "promote" still starts of a wave that was held in its middle: only what was not started."""
    return tuple(name for name in wave if results.get(name) is Result.NOT_STARTED)


def _few(names: Collection[str]) -> str:
    return ", ".join(list(names)[:5]) + (" and others" if len(names) > 5 else "")
