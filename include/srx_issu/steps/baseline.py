"""What earlier steps of an upgrade left behind as evidence, by what its journal knows.

XCom carries nothing that a later step must trust: it can be edited and cleared. The journal cannot.
"""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.routing_engine import common_generation
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.events import BaselineTaken
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.upgrade.goals import Course
from srx_issu.domain.upgrade.intent import Intent, Purpose, Timers
from srx_issu.ports import codec
from srx_issu.ports.journal import Evidence, Journal


def baseline(state: UpgradeState, evidence: Evidence) -> Snapshot:
    """The snapshot taken before anything was changed. Raises JournalError when there is none."""
    return codec.loads(Snapshot, evidence.read(_taken(state).snapshot))


def baseline_state(state: UpgradeState, evidence: Evidence) -> ClusterState:
    """The state tables taken with the baseline snapshot."""
    return codec.loads(ClusterState, evidence.read(_taken(state).state))


def timers_in_force(state: UpgradeState, intent: Intent) -> Timers:
    """The policy's, longer where the cluster's own configuration holds groups down for longer."""
    timers, taken = intent.policy.timers, state.baseline
    if taken is None:
        return timers
    return timers.held_down(taken.rg0_hold_down_s, taken.data_hold_down_s)


def _taken(state: UpgradeState) -> BaselineTaken:
    if state.baseline is None:
        raise JournalError("no baseline in the journal: the assessment must be made before this step")
    return state.baseline


def taken_from(
    state: ClusterState, snapshot_id: str, state_id: str, noise: str | None = None
) -> BaselineTaken:
    """A baseline whose evidence has these ids, with what of it every later step must know."""
    holds = state.hold_downs.rows if isinstance(state.hold_downs, Rows) else ()
    return BaselineTaken(
        snapshot=snapshot_id,
        state=state_id,
        noise=noise,
        rg0_hold_down_s=max((held.seconds for held in holds if held.group_id == 0), default=None),
        data_hold_down_s=max((held.seconds for held in holds if held.group_id > 0), default=None),
        routing_engine=common_generation(state.modules),
    )


def intent_of(journal: Journal, upgrade_id: str) -> Intent:
    """The intent as it was fixed. A recovery has no image: it has the target from what it found, and which
    software the nodes take from the routing engine that they show."""
    intent = journal.intent(upgrade_id)
    if intent.purpose is not Purpose.RECOVER:
        return intent
    so_far = known(journal.entries(upgrade_id))
    engine = so_far.baseline.routing_engine if so_far.baseline else None
    if engine is not None and intent.support is not None:
        intent = replace(intent, software=intent.support.software(intent.cluster.model, engine))
    if so_far.found is None:
        return intent
    return replace(intent, image=replace(intent.image, release=so_far.found.target))


def course_of(state: UpgradeState, evidence: Evidence, intent: Intent) -> Course:
    """What a wait is judged against. Before the start, the baseline's RG0 primary stands for the starter."""
    before = baseline(state, evidence)
    begun = state.start
    starter = begun.starter if begun else before.primary(0) or NodeName.NODE0
    return Course(
        before=before,
        starter=starter,
        target=intent.image.release,
        rg0_stays=not intent.policy.fail_back_rg0,
        route=intent.route,
    )
