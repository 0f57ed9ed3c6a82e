"""A row a PIC; an empty one for a node that shows none.

On the SRX5000 line some PICs are Offline in health (central points, two of an IOC3's four). So what is
Offline on both nodes alike does not block; of a kind that nobody has named it is told. Whether a PIC that was
Online before the upgrade is so after it, is for the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from srx_issu.checks.check import NO, Check, OneOf
from srx_issu.checks.frames import Frame, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Pic

# First words of the states that Junos has for cards and PICs; any other is not known, and never good.
_STATES = frozenset(
    {"online", "offline", "onlining", "offlining", "present", "empty", "ready", "probed", "probe-wait"}
    | {"announce", "hardware", "fault", "diagnostics", "failed", "unresponsive", "init", "standby", "spare"}
)


ONLINE, ALIKE = "Online", "Offline on both nodes"


def pics_frame(subject: Subject) -> Frame:
    frame = Frame("pics", ("node", "about", "state", "kind", "unsupported", "unexplained"))
    pics, patterns = subject.state.pics, subject.rules.issu_unsupported_pics
    for node in NodeName:
        found = pics.rows_of(node)
        peer = pics.rows_of(node.peer) or ()
        for pic in found or ():
            known = pic.kind is not None or not patterns
            unsupported = any(re.search(pattern, pic.kind or "") for pattern in patterns) if known else None
            state = _state(subject, pic, peer)
            frame.add(
                {"node": node.value, "about": pic.name, "state": state, "kind": pic.kind or "?"}
                | {"unsupported": unsupported, "unexplained": _is_unexplained(subject, pic, state)},
                {"unsupported": "its kind is not shown", "state": f"its state is {pic.state}"}
                | {"unexplained": f"its state is {pic.state}"},
            )
        if not found:
            reason = pics.reason_of(node) or "no PIC shown"
            empty = dict.fromkeys(("state", "unsupported", "unexplained"), reason)
            frame.add({"node": node.value, "about": "PICs"}, empty)
    return frame


def _state(subject: Subject, pic: Pic, peer: Iterable[Pic]) -> str | None:
    """None = not a word for a state that we know."""
    if pic.state.lower().split()[0] not in _STATES:
        return None
    alike = _is_offline(pic) and any(_is_the_same(subject, pic, other) for other in peer)
    return ALIKE if alike else pic.state


def _is_offline(pic: Pic) -> bool:
    return pic.state.lower() == "offline"


def _is_the_same(subject: Subject, pic: Pic, other: Pic) -> bool:
    """The peer's PIC in the same place, of the same kind, and Offline too. Which of the two ways of counting
    node1's slots a command has is not known (docs/junos.md, "Hardware and licenses")."""
    slots = {0, subject.support.node1_first_slot or 0}
    in_place = abs(pic.fpc - other.fpc) in slots and pic.pic == other.pic
    return in_place and (pic.kind, pic.card) == (other.kind, other.card) and _is_offline(other)


def _is_unexplained(subject: Subject, pic: Pic, state: str | None) -> bool | None:
    """Offline on both nodes, and not of a kind that is known to be so in health."""
    if state is None:
        return None
    words = f"{pic.kind or ''} / {pic.card or ''}"
    known = any(re.search(pattern, words) for pattern in subject.rules.pics_offline_in_health)
    return state == ALIKE and not known


def pic_checks() -> tuple[Check, ...]:
    """The guide: an unsupported PIC restarts during the upgrade; the ISSU only warns."""
    return (
        Check(
            name="pics_online",
            what="state of {about}",
            table="pics",
            column="state",
            expect=OneOf(values=(ONLINE, ALIKE)),
            good="{about} is {state}",
            bad="{about} ({kind}) is {state}",
            limit="Online, or Offline on both nodes alike",
            remedy="bring it online, or ignore it in policy/checks.yaml if it is meant to be offline",
        ),
        Check(
            name="pics_offline_in_health",
            what="whether {about} is meant to be offline",
            table="pics",
            column="unexplained",
            expect=NO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{about} ({kind}) is {state}",
            bad="{about} ({kind}) is {state}",
            limit="Online, or of a kind in pics_offline_in_health",
            remedy="look whether it is meant to be; if so, name its kind in policy/checks.yaml",
        ),
        Check(
            name="pics_support_issu",
            what="whether {about} supports ISSU",
            table="pics",
            column="unsupported",
            expect=NO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{about} is of no kind that restarts in an ISSU",
            bad="{about} ({kind}) does not support ISSU: it restarts during the upgrade",
            limit="not in issu_unsupported_pics",
            remedy="expect an interruption on its ports",
        ),
    )
