"""Do the clocks of both nodes agree?"""

from __future__ import annotations

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.formatting import span
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("clock_skew_s", "skew_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """Only two times of one reply compare: two questions are apart by however long the first took."""
    clocks = subject.state.clocks
    mine, theirs = (clocks.one_of(node) for node in NodeName)
    if mine is None or theirs is None:
        reasons["clock_skew_s"] = "; ".join(f"{n}: {r}" for n in NodeName if (r := clocks.reason_of(n)))
        return
    if mine.asked_of is not theirs.asked_of:
        reasons["clock_skew_s"] = "the nodes did not tell their time in one answer"
        return
    skew = abs((mine.device_time - theirs.device_time).total_seconds())
    cells["clock_skew_s"], cells["skew_text"] = skew, span(skew)


def checks(policy: Policy) -> tuple[Check, ...]:
    most_s = policy.limits.clock_skew_s
    return (
        Check(
            name="clocks_equal",
            what="difference of the clocks",
            table="cluster",
            column="clock_skew_s",
            expect=InRange(maximum=most_s),
            good="clocks are {skew_text} apart",
            bad="clocks are {skew_text} apart",
            limit=f"at most {span(most_s)}",
            remedy="let both nodes follow NTP",
        ),
    )
