"""Evidence at the end of a run that failed: the archive where there is none yet, and support information."""

from __future__ import annotations

from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.evidence.collect import collect_evidence, is_kept
from srx_issu.steps.evidence.support_information import keep_support_information
from srx_issu.steps.upgrade.close import is_closed


def evidence_at_the_end(context: UpgradeContext) -> Facts:
    """Of an upgrade whose outcome is decided, that is no success, and for which an ISSU was asked for. The
    recovery is over by now."""
    so_far = context.known()
    ended = so_far.conclusion
    if is_closed(context) or so_far.start is None or ended is None or ended.outcome.is_success:
        return {}
    refused = so_far.start_refusal is not None  # nothing was begun: the cluster is another's turn, in seconds
    facts: Facts = {} if is_kept(context) else collect_evidence(context, is_brief=refused)
    if context.intent.policy.evidence.support_information:
        facts |= keep_support_information(context)
    return facts
