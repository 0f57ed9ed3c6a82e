"""The tables of parts: links between the nodes, PICs, packet forwarding engines."""

from __future__ import annotations

from srx_issu.checks.frames import Frame, Subject
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
    frame = Frame("pics", ("node", "about", "state", "kind"))
    pics = subject.state.pics
    for node in NodeName:
        found = pics.rows_of(node)
        for pic in found or ():
            frame.add({"node": node.value, "about": pic.name, "state": pic.state, "kind": pic.kind or "?"})
        if not found:
            frame.add(
                {"node": node.value, "about": "PICs"}, {"state": pics.reason_of(node) or "no PIC shown"}
            )
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
