"""What the node itself says of its health: monitoring failures and the colour of its HA LED."""

from __future__ import annotations

from srx_issu.checks.check import YES, ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

_COLOURS = frozenset({"green", "amber", "yellow", "red", "off"})

COLUMNS = ("failures", "failures_text", "led_green", "led_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    failures = state.monitoring.rows_of(node)
    reasons["failures"] = state.monitoring.reason_of(node)
    if failures is not None:
        cells["failures"] = len(failures)
        cells["failures_text"] = listed([f"{f.kind}: {f.detail}" for f in failures])
    led = state.leds.one_of(node)
    reasons["led_green"] = state.leds.reason_of(node)
    if led is not None:
        if led.colour.lower() in _COLOURS:
            cells["led_green"] = led.colour.lower() == "green"
        reasons["led_green"] = f"its colour is {led.colour}"
        cells["led_text"] = f"{led.colour} ({led.reason or 'no reason shown'})"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="monitoring_failures",
            what="monitoring failures",
            table="nodes",
            column="failures",
            expect=ZERO,
            good="no monitoring failure",
            bad="monitoring shows {failures_text}",
            limit="none",
            remedy="'show chassis cluster information' tells since when",
        ),
        Check(
            name="ha_led",
            what="HA LED",
            table="nodes",
            column="led_green",
            expect=YES,
            severity=Severity.WARN,
            good="HA LED is green",
            bad="HA LED is {led_text}",
            limit="Green",
            remedy="'show chassis cluster information' gives the reason",
        ),
    )
