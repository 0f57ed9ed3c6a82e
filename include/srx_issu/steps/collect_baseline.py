"""Assess, first part: look at both nodes and keep everything as the baseline of this upgrade."""

from __future__ import annotations

from srx_issu.ports import codec
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.recall import start


def collect_baseline(bench: Bench) -> Facts:
    """Snapshot and state tables as evidence. Once the ISSU was asked for, the old baseline stays."""
    if start(bench.journal.events(bench.upgrade_id)) is not None:
        bench.tell(EventKind.STEP_FINISHED, "the ISSU was asked for already; the baseline stays as it is")
        return {}
    snapshot = bench.reader.observe()
    state = bench.collect(snapshot)
    keep = bench.evidence.write
    ids: Facts = {
        "snapshot": keep(bench.upgrade_id, "baseline-snapshot.json", codec.dumps(snapshot)),
        "state": keep(bench.upgrade_id, "baseline-state.json", codec.dumps(state)),
    }
    silent = [f"{view.node} ({view.error})" for view in snapshot.views if not view.reachable]
    text = f"does not answer: {', '.join(silent)}" if silent else "both nodes answered"
    bench.tell(EventKind.OBSERVED, f"baseline taken; {text}", detail=ids)
    return ids
