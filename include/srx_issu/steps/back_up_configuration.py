"""Prepare, first part: the configuration of both nodes, kept before anything is changed.

Two copies a node and form: a readable one without secrets, and a sealed one that can be restored.
"""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.model import NodeName
from srx_issu.domain.scrub import scrub
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench
from srx_issu.steps.judge_readiness import eligibility
from srx_issu.steps.recall import baseline

FORMS = ("text", "set")


class SnapshotSupport(StrEnum):
    """Whether ``request system snapshot`` exists on this platform (guide, pre-checks)."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"


def back_up_configuration(bench: Bench) -> SnapshotSupport:
    """Saves ``configuration-<node>.<form>`` (scrubbed) and ``….sealed`` (encrypted) as evidence.

    Says whether the software can be backed up on the device too.
    """
    for node in NodeName:
        for form in FORMS:
            configuration = bench.reader.configuration(node, form)
            name = f"configuration-{node}.{form}"
            bench.evidence.write(bench.upgrade_id, name, scrub(configuration))
            bench.evidence.write(bench.upgrade_id, f"{name}.sealed", bench.seal(configuration.encode()))
        bench.tell(EventKind.STEP_FINISHED, "configuration saved, readable and sealed", node=node)
    support = eligibility(bench, baseline(bench.journal.events(bench.upgrade_id), bench.evidence))
    return SnapshotSupport.SUPPORTED if support.snapshot_supported else SnapshotSupport.NOT_SUPPORTED
