"""``request support information`` of both nodes, by policy, when nothing else is under way on them any more.

It takes 5 to 15 minutes a node, so it never runs beside a recovery; the end of the run waits for it.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.redaction.configuration import scrub
from srx_issu.ports.devices import CommandOutput
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.evidence.sources import SUPPORT_INFORMATION
from srx_issu.steps.evidence.sparing import spared_nodes

MOST_BYTES = 64 * 1024 * 1024


def keep_support_information(context: UpgradeContext) -> Facts:
    """``support-information-<node>.gz`` of each node that can tell and is not spared, once an upgrade."""
    names = context.evidence.names(context.upgrade_id)
    left = [node for node in NodeName if not any(_stem(node) in name for name in names)]
    spared = spared_nodes(context)
    kept: Facts = {}
    for node in left:
        if reason := spared.reason(node):
            context.record(StepFinished(), f"no support information: {reason}", node=node)
    asked = [node for node in left if spared.reason(node) is None]
    with ThreadPoolExecutor(max_workers=len(NodeName), thread_name_prefix="support") as pool:
        answers = list(pool.map(lambda node: _ask(context, node), asked))
    for node, answer in zip(asked, answers, strict=True):
        if isinstance(answer, DeviceError):
            context.record(StepFinished(), f"no support information: {answer.message}", node=node)
            continue
        content = gzip.compress(scrub(answer.text).encode("utf-8", "replace"))
        name = f"{_stem(node)}.gz"
        kept[node.value] = context.evidence.write(context.upgrade_id, name, content)
        cut = ", cut short by policy" if answer.is_cut else ""
        context.record(StepFinished(), f"support information kept as {name}{cut}", node=node)
    return kept


def _stem(node: NodeName) -> str:
    return f"support-information-{node}"


def _ask(context: UpgradeContext, node: NodeName) -> CommandOutput | DeviceError:
    rules = context.intent.policy.evidence
    try:
        with context.show_session(node) as session:
            return session.show(
                SUPPORT_INFORMATION, most_bytes=MOST_BYTES, within_s=rules.support_information_s
            )
    except DeviceError as error:
        return error
