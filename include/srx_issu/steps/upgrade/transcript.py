"""The transcript of the ISSU, fetched from the node that ran it and kept as evidence."""

from __future__ import annotations

from srx_issu.domain.errors import DeviceError
from srx_issu.domain.history.events import Observed
from srx_issu.domain.redaction.prose import redact
from srx_issu.steps.context import UpgradeContext


def keep_transcript(context: UpgradeContext) -> str | None:
    """Its text without secrets, also written as ``transcript.txt``.

    None when there is none or the node does not answer.
    """
    begun = context.known().start
    if begun is None or begun.transcript_path is None:
        return None
    try:
        text = context.reader.read_text(begun.starter, begun.transcript_path)
    except DeviceError as error:
        context.record(Observed(), f"no transcript: {error.message}", node=begun.starter)
        return None
    if text is None:
        context.record(Observed(), f"no transcript: {begun.transcript_path} is missing", node=begun.starter)
        return None
    text = redact(text)
    evidence = context.evidence.write(context.upgrade_id, "transcript.txt", text)
    context.record(Observed(evidence=evidence), "transcript kept", node=begun.starter)
    return text
