"""The transcript of the ISSU, fetched from the node that ran it and kept as evidence."""

from __future__ import annotations

from srx_issu.domain.errors import DeviceError
from srx_issu.domain.redaction.prose import redact
from srx_issu.ports.journal import EntryKind
from srx_issu.steps.bench import Bench
from srx_issu.steps.recall import start


def keep_transcript(bench: Bench) -> str | None:
    """Its text without secrets, also written as ``transcript.txt``.

    None when there is none or the node does not answer.
    """
    begun = start(bench.journal.entries(bench.upgrade_id))
    if begun is None or begun.transcript_path is None:
        return None
    try:
        text = bench.reader.read_text(begun.starter, begun.transcript_path)
    except DeviceError as error:
        bench.tell(EntryKind.OBSERVED, f"no transcript: {error.message}", node=begun.starter)
        return None
    if text is None:
        bench.tell(
            EntryKind.OBSERVED, f"no transcript: {begun.transcript_path} is missing", node=begun.starter
        )
        return None
    text = redact(text)
    evidence = bench.evidence.write(bench.upgrade_id, "transcript.txt", text)
    bench.tell(EntryKind.OBSERVED, "transcript kept", node=begun.starter, detail={"evidence": evidence})
    return text
