"""Prepare, first part: the configuration of both nodes, kept before anything is changed.

Two copies a node and form: a readable one without secrets, and a sealed one that can be restored.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.redaction.configuration import scrub
from srx_issu.steps.context import Facts, UpgradeContext

FORMS = ("text", "set")


def back_up_configuration(context: UpgradeContext) -> Facts:
    """Saves ``configuration-<node>.<form>`` (scrubbed) and ``….sealed`` (encrypted) as evidence."""
    for node in NodeName:
        for form in FORMS:
            configuration = context.reader.configuration(node, form)
            name = f"configuration-{node}.{form}"
            context.evidence.write(context.upgrade_id, name, scrub(configuration))
            context.evidence.write(context.upgrade_id, f"{name}.sealed", context.seal(configuration.encode()))
        context.record(StepFinished(), "configuration saved, readable and sealed", node=node)
    return {"nodes": [node.value for node in NodeName], "forms": list(FORMS)}
