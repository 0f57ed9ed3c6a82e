"""Assess, first part: look at both nodes and keep everything as the baseline of this upgrade."""

from __future__ import annotations

from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.comparison.noise_floor import noise_floor
from srx_issu.domain.comparison.tables import GAUGED
from srx_issu.domain.history.events import BaselineTaken, StepFinished
from srx_issu.domain.upgrade.intent import Tolerance
from srx_issu.ports import codec
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.comparing import keep_look


def collect_baseline(bench: UpgradeContext) -> Facts:
    """Snapshot and state tables as evidence. Once the ISSU was asked for, the old baseline stays."""
    so_far = bench.known()
    if so_far.start is not None or so_far.gathered_groups:
        bench.record(StepFinished(), "the ISSU was asked for already; the baseline stays as it is")
        return {}
    look = _look(bench)
    kept = keep_look(bench, "baseline", look)
    noise = _noise(bench, look) if look.snapshot.both_reachable else None
    silent = [f"{view.node} ({view.error})" for view in look.snapshot.views if not view.reachable]
    text = f"does not answer: {', '.join(silent)}" if silent else "both nodes answered"
    taken = BaselineTaken(snapshot=kept.snapshot, state=kept.state, noise=noise)
    bench.record(taken, f"baseline taken; {text}")
    return {"snapshot": kept.snapshot, "state": kept.state, "noise": noise}


def _look(bench: UpgradeContext) -> Observation:
    snapshot = bench.reader.observe()
    return Observation(snapshot=snapshot, state=bench.collect(snapshot))


def _noise(bench: UpgradeContext, look: Observation) -> str:
    """Counts what has figures some more times; what they move by themselves is no finding later.

    The tolerances that follow are evidence, so that every comparison of this upgrade uses the same.
    """
    limits = bench.intent.policy.limits
    samples: list[ClusterState] = [look.state]
    while len(samples) < limits.baseline_samples:
        bench.clock.sleep(limits.baseline_interval_s)
        samples.append(bench.collect(look.snapshot, GAUGED))
    floor = noise_floor(samples, bench.intent.policy.tolerances)
    content = codec.dumps(floor, dict[str, Tolerance])
    return bench.evidence.write(bench.upgrade_id, "baseline-tolerances.json", content)
