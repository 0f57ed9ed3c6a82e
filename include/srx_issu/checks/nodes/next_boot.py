"""What the node boots next: an image that somebody has left there would be booted by a route's reboot.

Asked where the upgrade's route reboots nodes by itself, or has a node do so: ``checks/route_suites.py``.
"""

from __future__ import annotations

from srx_issu.checks.check import NO, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.checks.route_suites import BOOTS_WHAT_IT_RUNS
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("boots_other", "boots_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    found = subject.view(node).next_boot
    reasons["boots_other"] = (
        "the node does not tell what it boots next, so nobody could see before a reboot which image is there"
    )
    if found is not None:
        cells["boots_other"] = found.is_other
        cells["boots_text"] = found.release or "an image that it does not name"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name=BOOTS_WHAT_IT_RUNS,
            what="what the node boots next",
            table="nodes",
            column="boots_other",
            expect=NO,
            when_unknown=WhenUnknown.BLOCK,
            good="boots what it runs",
            bad="will boot {boots_text} next, which this upgrade has not installed",
            limit="what it runs",
            remedy="back it out ('request system software rollback'), or boot it in a window of its own",
        ),
    )
