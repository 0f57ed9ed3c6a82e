"""Assess, first part: look at both nodes and keep everything as the baseline of this upgrade."""

from __future__ import annotations

from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.comparison.noise_floor import noise_floor
from srx_issu.domain.comparison.tables import GAUGED
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.upgrade.intent import Tolerance
from srx_issu.ports import codec
from srx_issu.steps.baseline import taken_from
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.comparing import keep_look


def collect_baseline(context: UpgradeContext) -> Facts:
    """Snapshot and state tables as evidence. Once the ISSU was asked for, the old baseline stays."""
    so_far = context.known()
    if so_far.start is not None or so_far.gathered_groups:
        context.record(StepFinished(), "the ISSU was asked for already; the baseline stays as it is")
        return {}
    look = _look(context)
    kept = keep_look(context, "baseline", look)
    noise = _noise(context, look) if look.snapshot.both_reachable else None
    silent = [f"{view.node} ({view.error})" for view in look.snapshot.views if not view.reachable]
    text = f"does not answer: {', '.join(silent)}" if silent else "both nodes answered"
    taken = taken_from(look.state, kept.snapshot, kept.state, noise)
    context.record(taken, f"baseline taken; {text}")
    return {"snapshot": kept.snapshot, "state": kept.state, "noise": noise}


def _look(context: UpgradeContext) -> Observation:
    snapshot = context.reader.observe()
    return Observation(snapshot=snapshot, state=context.collect(snapshot))


def _noise(context: UpgradeContext, look: Observation) -> str:
    """Counts what has figures some more times; what they move by themselves is no finding later.

    The tolerances that follow are evidence, so that every comparison of this upgrade uses the same.
    """
    limits = context.intent.policy.limits
    samples: list[ClusterState] = [look.state]
    while len(samples) < limits.baseline_samples:
        context.clock.sleep(limits.baseline_interval_s)
        samples.append(context.collect(look.snapshot, GAUGED))
    floor = noise_floor(samples, context.intent.policy.tolerances)
    content = codec.dumps(floor, dict[str, Tolerance])
    return context.evidence.write(context.upgrade_id, "baseline-tolerances.json", content)
