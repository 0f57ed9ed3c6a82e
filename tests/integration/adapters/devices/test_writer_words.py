"""What a command's own answer is read as: yes, no, or neither, where only a look at the nodes tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from xml.sax.saxutils import escape

import pytest

from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.writer import NetconfLine
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused, SessionLost
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    SnapshotSoftware,
    ValidateImage,
)
from srx_issu.ports.permits import PERMIT_S, Permit, uptime_s

N1 = NodeName.NODE1
VALIDATE = ValidateImage(image_path="/var/tmp/junos.tgz")
FAIL_OVER, RESET = FailOver(group_id=1, to=N1), ResetFailover(group_id=1)
ROLL_BACK, REBOOT = RollBackNode(node=N1), RebootNode(node=N1)
SENT = (FAIL_OVER, RESET, AbortIssu(), ROLL_BACK, REBOOT, SnapshotSoftware(), ResyncPolicies())


@dataclass
class AnsweringSession:
    """Answers everything with the same words."""

    words: str
    node: str = "node1"
    asked: list[object] = field(default_factory=list)

    def send(self, form: object, *, timeout_s: float, just_before: Callable[[], None]) -> Element:
        self.asked.append(form)
        return parse_reply(self.node, f"<rpc-reply><output>{escape(self.words)}</output></rpc-reply>")


def answered(command: Command, words: str) -> tuple[str, int]:
    session = AnsweringSession(words)
    line = NetconfLine(session=cast("NetconfSession", cast("Any", session)), rpc_s=1.0)
    permit = Permit(node=N1, what=command.cli, expires_at_s=uptime_s() + PERMIT_S)
    return line.send(command, permit), len(session.asked)


@pytest.mark.parametrize("command", [*SENT, VALIDATE], ids=lambda each: each.cli)
@pytest.mark.parametrize(
    "words",
    [
        "error: no",
        "[Aug 17 17:06:23]: error: no",
        "syntax error, expecting <command>.",
        "unknown command.",
        "  unrecognized command",
        "Invalid node id",
        "Operation not permitted",
        "permission denied",
    ],
)
def test_a_no_in_plain_words_is_a_no(command: Command, words: str) -> None:
    with pytest.raises(CommandRefused):
        answered(command, words)


@pytest.mark.parametrize("command", SENT, ids=lambda each: each.cli)
@pytest.mark.parametrize(
    "words",
    [
        "Could not restore the package",
        "node1: unable to reach the peer",
        "restore of junos.old failed",
        "cp: /altroot/cf: No space left on device",
        "node1: request rejected, group is on hold",
        "node1: operation timed out",
        "/packages/junos.old: No such file",
        "snapshot aborted",
    ],
)
def test_bad_news_that_may_be_about_a_part_is_neither_yes_nor_no(command: Command, words: str) -> None:
    with pytest.raises(SessionLost, match="neither yes nor no"):
        answered(command, words)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (FAIL_OVER, "Initiated manual failover for redundancy group 1"),
        (FAIL_OVER, "Initiated manual failover for all redundancy-groups to node1"),
        (RESET, "Successfully reset all redundancy-groups priority back to configured priority."),
        (RESET, "No reset required for redundancy group 1."),
        (AbortIssu(), "ISSU aborted and exiting ISSU window"),
        (ROLL_BACK, "JUNOS 21.4R3 will become active at next reboot\nWARNING: cli has been replaced"),
        (REBOOT, "Shutdown NOW!\n[pid 1234]"),
        (SnapshotSoftware(), "warning: could not read the label of da0s1a\nFormatting alternate root"),
        (ResyncPolicies(), ""),
        (VALIDATE, "Checking compatibility with configuration\nValidation succeeded"),
    ],
)
def test_a_yes_stays_a_yes(command: Command, words: str) -> None:
    said, sent = answered(command, words)
    assert said == words
    assert sent == 1
