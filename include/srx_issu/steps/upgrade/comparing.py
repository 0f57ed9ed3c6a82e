"""The looks that are held against each other after an upgrade: the baseline, and what both nodes show now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from srx_issu.domain.comparison.compare import GROWING
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.comparison.tables import COMPARISONS
from srx_issu.domain.upgrade.intent import Intent, Tolerance
from srx_issu.ports import codec
from srx_issu.steps.baseline import baseline, baseline_state
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.observe_patiently import look_patiently

# Everything that is compared, and what blocks. Not the load: its samples take longer than all of this.
COMPARED = (*(comparison.table for comparison in COMPARISONS), *GROWING, "policy_sync")


def before_the_upgrade(context: UpgradeContext) -> Observation:
    """Raises JournalError when there is no baseline."""
    so_far = context.known()
    return Observation(
        snapshot=baseline(so_far, context.evidence),
        state=baseline_state(so_far, context.evidence).only(COMPARED),
    )


def as_it_is_now(context: UpgradeContext) -> Observation:
    """A new look at what is compared."""
    snapshot = look_patiently(context)
    return Observation(snapshot=snapshot, state=context.collect(snapshot, COMPARED))


def with_noise(context: UpgradeContext) -> Intent:
    """The intent with the tolerances that the baseline's noise has widened."""
    taken = context.known().baseline
    if taken is None or taken.noise is None:
        return context.intent
    widened = codec.loads(dict[str, Tolerance], context.evidence.read(taken.noise))
    return replace(context.intent, policy=replace(context.intent.policy, tolerances=widened))


@dataclass(frozen=True, kw_only=True)
class KeptLook:
    """The ids of a look's evidence."""

    snapshot: str
    state: str


def keep_look(context: UpgradeContext, moment: str, look: Observation) -> KeptLook:
    """``<moment>-snapshot.json`` and ``<moment>-state.json`` as evidence."""
    keep = context.evidence.write
    return KeptLook(
        snapshot=keep(context.upgrade_id, f"{moment}-snapshot.json", codec.dumps(look.snapshot)),
        state=keep(context.upgrade_id, f"{moment}-state.json", codec.dumps(look.state)),
    )


def keep_validations(context: UpgradeContext, phase: str, validations: Mapping[str, object]) -> str | None:
    """Great Expectations' own results, table by table; None where another validator ran."""
    if not validations:
        return None
    content = codec.dumps(dict(validations), dict[str, object])
    return context.evidence.write(context.upgrade_id, f"{phase}-validations.json", content)
