"""The tables of parts: links between the nodes, PICs, packet forwarding engines."""

from __future__ import annotations

import re

from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.domain.model import NodeName
from srx_issu.domain.rows import ClusterLink, LinkKind
from srx_issu.domain.state import ClusterState


def links_frame(subject: Subject, name: str, kinds: tuple[LinkKind, ...]) -> Frame:
    """A row a link and node that sees it; one empty row for a node that shows none of these kinds."""
    frame = Frame(name, ("node", "about", "is_up", "link", "link_text"))
    links = subject.state.links
    for node in NodeName:
        found = [link for link in links.rows_of(node) or () if link.kind in kinds]
        for link in found:
            frame.add(
                {
                    "node": node.value,
                    "about": link.name,
                    "is_up": None if link.physical == "unknown" else link.is_up,
                    "link": _link_name(link),
                    "link_text": link.physical
                    if link.monitored is None
                    else f"{link.physical} / {link.monitored}",
                },
                {"is_up": "state not understood"},
            )
        if not found:
            reason = links.reason_of(node) or "no such link shown"
            frame.add({"node": node.value, "about": name, "link": name.replace("_", " ")}, {"is_up": reason})
    return frame


def _link_name(link: ClusterLink) -> str:
    return f"{link.kind.value.replace('-', ' ')} {link.name}" if link.name.find("link") < 0 else link.name


def pics_frame(subject: Subject) -> Frame:
    """A row a PIC; an empty one for a node that shows none."""
    frame = Frame("pics", ("node", "about", "state", "kind", "unsupported"))
    pics, patterns = subject.state.pics, subject.rules.issu_unsupported_pics
    for node in NodeName:
        found = pics.rows_of(node)
        for pic in found or ():
            known = pic.kind is not None or not patterns
            unsupported = any(re.search(pattern, pic.kind or "") for pattern in patterns) if known else None
            frame.add(
                {"node": node.value, "about": pic.name, "state": pic.state, "kind": pic.kind or "?"}
                | {"unsupported": unsupported},
                {"unsupported": "its kind is not shown"},
            )
        if not found:
            reason = pics.reason_of(node) or "no PIC shown"
            frame.add({"node": node.value, "about": "PICs"}, {"state": reason, "unsupported": reason})
    return frame


def spus_frame(state: ClusterState) -> Frame:
    """A row a services processing unit: how busy it is, and how full its session table."""
    frame = Frame("spus", ("node", "about", "busy_percent", "sessions_percent", "sessions_text"))
    for node in NodeName:
        found = state.spus.rows_of(node)
        for spu in found or ():
            cells: Row = {"node": node.value, "about": f"SPU {spu.spu}", "busy_percent": spu.busy_percent}
            if spu.sessions is not None and spu.most_sessions:
                cells["sessions_percent"] = round(spu.sessions * 100 / spu.most_sessions, 1)
                cells["sessions_text"] = f"{spu.sessions:,} of {spu.most_sessions:,}"
            frame.add(cells, {"sessions_percent": "not shown"})
        if not found:
            reason = state.spus.reason_of(node) or "no SPU shown"
            empty = dict.fromkeys(("busy_percent", "sessions_percent"), reason)
            frame.add({"node": node.value, "about": "SPUs"}, empty)
    return frame


def pfes_frame(state: ClusterState) -> Frame:
    """A row a packet forwarding engine: does it hold the routing engine's policies?"""
    frame = Frame("pfes", ("node", "about", "in_sync", "words"))
    for node in NodeName:
        found = state.policy_sync.rows_of(node)
        for pfe in found or ():
            frame.add({"node": node.value, "about": pfe.pfe, "in_sync": pfe.in_sync, "words": pfe.words})
        if not found:
            reason = state.policy_sync.reason_of(node) or "no PFE shown"
            frame.add({"node": node.value, "about": "PFE"}, {"in_sync": reason})
    return frame
