"""The links that make two nodes a cluster: three tables, a row a link and node that sees it."""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Frame, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import ClusterLink, LinkKind

_KINDS = {
    "control_link": (LinkKind.CONTROL,),
    "control_interfaces": (LinkKind.CONTROL_INTERFACE,),
    "fabric_links": (LinkKind.FABRIC, LinkKind.FABRIC_CHILD),
}


def link_frames(subject: Subject) -> tuple[Frame, ...]:
    return tuple(_frame(subject, name, kinds) for name, kinds in _KINDS.items())


def _frame(subject: Subject, name: str, kinds: tuple[LinkKind, ...]) -> Frame:
    """One empty row for a node that shows none of these kinds."""
    frame = Frame(name, ("node", "about", "is_up", "link", "link_text"))
    links = subject.state.links
    for node in NodeName:
        found = [link for link in links.rows_of(node) or () if link.kind in kinds]
        for link in found:
            frame.add(
                {
                    "node": node.value,
                    "about": link.name,
                    "is_up": _is_up(link),
                    "link": _link_name(link),
                    "link_text": " / ".join(filter(None, (link.physical, link.monitored))),
                },
                {"is_up": f"its state is {link.physical} / {link.monitored or '-'}"},
            )
        if not found:
            reason = links.reason_of(node) or "no such link shown"
            frame.add({"node": node.value, "about": name, "link": name.replace("_", " ")}, {"is_up": reason})
    return frame


def _is_up(link: ClusterLink) -> bool | None:
    """Down as soon as one of its states is; up only when each of them is."""
    shown = [state.lower() for state in (link.physical, link.monitored) if state is not None]
    return False if "down" in shown else True if set(shown) == {"up"} else None


def _link_name(link: ClusterLink) -> str:
    return link.name if "link" in link.name else f"{link.kind.value.replace('-', ' ')} {link.name}"


def link_checks() -> tuple[Check, ...]:
    return (
        Check(
            name="control_link",
            what="state of the {link}",
            table="control_link",
            column="is_up",
            expect=YES,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up",
            remedy="check cable and port; 'show chassis cluster interfaces'",
        ),
        Check(
            name="control_interfaces",
            what="state of {link}",
            table="control_interfaces",
            column="is_up",
            expect=YES,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up",
            remedy="a second control link that is not cabled may be ignored in policy/checks.yaml",
        ),
        Check(
            name="fabric_links",
            what="state of {link}",
            table="fabric_links",
            column="is_up",
            expect=YES,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up / Up (physical / monitored)",
            remedy="check cable and port; 'show chassis cluster interfaces'",
        ),
    )
