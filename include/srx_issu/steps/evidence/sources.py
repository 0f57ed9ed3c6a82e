"""What is asked of a node for JTAC, in order: short and soon out of date first, long logs last. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.state_parts import IssuStart

SUPPORT_INFORMATION = "request support information"  # 5 to 15 minutes; never while a recovery is under way
_STATE = {
    "version": "show version",
    "cluster-status": "show chassis cluster status",
    "cluster-information": "show chassis cluster information",
    "issu": "show chassis cluster information issu",
    "cluster-interfaces": "show chassis cluster interfaces",
    "alarms": "show chassis alarms",
    "core-dumps": "show system core-dumps",
}
_LOGS = ("jsrpd", "messages", "chassisd")


@dataclass(frozen=True, kw_only=True)
class EvidenceSource:
    """One file of the archive, and the command whose output it is."""

    node: NodeName
    file: str
    command: str


def sources(node: NodeName, start: IssuStart | None, log_lines: int) -> tuple[EvidenceSource, ...]:
    """Of one node. ``log_lines``: how many of a log's newest lines are asked for."""
    state = {f"{name}.txt": command for name, command in _STATE.items()}
    if start is not None and start.starter is node and start.transcript_path is not None:
        state["issu-transcript.txt"] = f"file show {start.transcript_path}"
    logs = {f"{name}.log": f"show log {name} | last {log_lines}" for name in _LOGS}
    return tuple(
        EvidenceSource(node=node, file=f"{node}/{file}", command=command)
        for file, command in {**state, **logs}.items()
    )
