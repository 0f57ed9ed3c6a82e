"""The ISSU stopped half way: say what is true, spell out the guide's way back for *this* cluster, stop.

Nothing is sent. The lease stays with this upgrade, so that nothing else touches the cluster meanwhile.
"""

from __future__ import annotations

from srx_issu.domain.commands import AbortIssu, FailOver, ResetFailover, RollBackNode
from srx_issu.domain.goals import Course, describe
from srx_issu.domain.model import NodeName, Snapshot
from srx_issu.domain.phase import infer_phase
from srx_issu.domain.transcript import transcript_verdict
from srx_issu.domain.version import same_release
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import course
from srx_issu.steps.transcript import keep_transcript


def hold_for_operator(bench: Bench) -> Facts:
    """Journals NEEDS_OPERATOR with the reason, and the steps as evidence ``what-to-do.txt``."""
    way = course(bench.journal.events(bench.upgrade_id), bench.evidence, bench.intent)
    now = bench.reader.observe()
    transcript = keep_transcript(bench)
    stopped = transcript_verdict(transcript) if transcript else None
    reading = infer_phase(way.before, now, way.starter, way.target)
    reason = f"{reading.reason}; {describe(now)}"
    if stopped:
        reason = f"{way.starter}: {stopped.line}; {reason}"
    steps = what_to_do(bench, way, now)
    evidence = bench.evidence.write(bench.upgrade_id, "what-to-do.txt", f"{reason}\n\n{steps}\n")
    bench.tell(EventKind.FINDING, steps, detail={"evidence": evidence})
    decide_outcome(bench, Outcome.NEEDS_OPERATOR, reason)
    return {"reason": reason, "what_to_do": steps}


def what_to_do(bench: Bench, way: Course, now: Snapshot) -> str:
    """The guide's restore procedure with this cluster's nodes and commands filled in."""
    newer = [
        view.node for view in now.views if view.release is not None and same_release(view.release, way.target)
    ]
    if len(newer) != 1:
        return _look_first(bench, now)
    new, old = newer[0], newer[0].peer
    groups = now.group_ids or way.before.group_ids
    lines = [
        f"{new} runs {way.target}, {old} does not. Put the cluster back (ISSU guide, Table 2),",
        "one step at a time, looking with 'show chassis cluster status' before each:",
        f"1. If {old} is not primary of every group, on {old}: "
        + "; ".join(f"'{FailOver(group_id=g, to=old).cli}'" for g in groups),
        f"2. On {new}: '{RollBackNode(node=new, software=bench.intent.software).cli}' (never without 'node'),"
        f" and wait until {new} is back on the old release",
        f"3. On both nodes: '{AbortIssu().cli}'",
        f"4. Wait until {new} is secondary in every group and cold sync is complete",
        "5. " + "; ".join(f"'{ResetFailover(group_id=g).cli}'" for g in groups),
        f"6. Release the cluster: srx-issu release {bench.intent.cluster.name}",
    ]
    return "\n".join(lines)


def _look_first(bench: Bench, now: Snapshot) -> str:
    addresses = ", ".join(
        f"{node} at {a.host}:{a.port}" for node in NodeName for a in [bench.intent.cluster.address(node)]
    )
    return (
        f"The nodes do not tell which of them was upgraded ({describe(now)}). Log in to each ({addresses}) "
        "or to its console, compare 'show version' and 'show chassis cluster status' on both, and follow "
        "docs/runbook.md. If both claim to be primary, change nothing and call Juniper support."
    )
