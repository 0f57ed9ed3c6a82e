"""How long the node has been up, and who sets its clock."""

from __future__ import annotations

from srx_issu.checks.check import YES, Check, InRange
from srx_issu.checks.formatting import span
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("uptime_s", "uptime_text", "clock_is_ntp", "time_source_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    clock = subject.state.clocks.one_of(node)
    reasons["uptime_s"] = reasons["clock_is_ntp"] = subject.state.clocks.reason_of(node)
    if clock is None:
        return
    uptime = (clock.device_time - clock.booted_at).total_seconds()
    cells["uptime_s"], cells["uptime_text"] = uptime, span(uptime)
    source = (clock.time_source or "").upper()
    cells["time_source_text"] = clock.time_source
    reasons["clock_is_ntp"] = f"its time source is {clock.time_source or 'not shown'}"
    if "CLOCK" in source:  # "NTP CLOCK", "LOCAL CLOCK"
        cells["clock_is_ntp"] = "NTP" in source


def checks(policy: Policy) -> tuple[Check, ...]:
    settled_s = policy.checks.settled_uptime_s
    return (
        Check(
            name="uptime",
            what="uptime",
            table="nodes",
            column="uptime_s",
            expect=InRange(minimum=settled_s),
            severity=Severity.WARN,
            good="up for {uptime_text}",
            bad="up for only {uptime_text}",
            limit=f"at least {span(settled_s)}",
            remedy="find out why it rebooted",
        ),
        Check(
            name="clock_follows_ntp",
            what="time source",
            table="nodes",
            column="clock_is_ntp",
            expect=YES,
            severity=Severity.INFO,
            when_unknown=WhenUnknown.SKIP,
            good="clock follows NTP",
            bad="clock follows {time_source_text}",
            limit="NTP CLOCK",
            remedy="configure NTP, so that logs of both nodes compare",
        ),
    )
