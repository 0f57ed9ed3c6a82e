"""Rows of the failure table for routes that are carried out by a plan of actions.

They are named from what both nodes run, boot next and have booted since the baseline, never from words alone.
"""

from __future__ import annotations

from srx_issu.domain.failure.apart_table import APART_FACTS
from srx_issu.domain.failure.classes import FailureClass, Permission, TrafficImpact
from srx_issu.domain.failure.facts import Facts

_NO_MIX = "[D] KB17947: nodes of different versions must never talk over control or fabric links"
CABLES = (
    "Go to the cluster now and take the control and the fabric links apart, all of them; only then read on. "
    "Then bring the node that runs the wrong release to the right one by itself: install the image, reboot "
    "it, and join the links again while one node is down."
)

ROUTE_FACTS: dict[FailureClass, Facts] = {
    FailureClass.IMAGE_REFUSED: Facts(
        symptom="A node does not install the image, and its next boot takes what it runs.",
        true_now="Both nodes run the old release, and neither has rebooted.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.AUTOMATIC,
        words="What was installed on the other node is taken back. The node's words name the cause: room in "
        "/var/tmp, another platform's image, a configuration that does not fit.",
        source="[R] ansible-junos-stdlib issue 261; wording [U]",
    ),
    FailureClass.PENDING_ON_ONE_NODE: Facts(
        symptom="The image is pending on one node, and not on the other, though its installation was sent.",
        true_now="Both nodes run the old release. A reboot of both now would leave two releases together.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.AUTOMATIC,
        words="The image is taken back where it is pending, and nothing is rebooted. Look at both nodes "
        "('show system software', 'show log install') before the next try.",
        source="[R] ansible-junos-stdlib issue 261: seen to install on one node only",
    ),
    FailureClass.NOT_REBOOTED: Facts(
        symptom="The image is pending on both nodes, and neither has rebooted.",
        true_now="Both nodes run the old release; the next boot of each takes the target.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.AUTOMATIC,
        words="The image is taken back on both nodes, so that a power cut does not upgrade them by itself.",
        source="[D] an installed image becomes active at the next boot",
    ),
    FailureClass.NEXT_BOOT_UNKNOWN: Facts(
        symptom="A node does not tell which release its next boot takes.",
        true_now="Both nodes run the old release. One of them may come up on another at its next boot.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Reboot neither node. Look on each what it boots next ('show system snapshot media internal', "
        "'show vmhost version', 'show log install'), and back out what is pending with 'request system "
        "software rollback' with 'node N', on that node, only where something is pending.",
        source="[U]; a rollback where nothing is pending makes the release before the next one",
    ),
    FailureClass.SECOND_REBOOT_LOST: Facts(
        symptom="One node is down for its reboot, the other does not go down though it was told to.",
        true_now="One node boots the target; the other runs the old release and carries the traffic.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.AUTOMATIC,
        words="The reboot that is left is sent again while the first node is not back. If it comes back "
        f"first, two releases hear each other. {CABLES}",
        source=_NO_MIX,
    ),
    FailureClass.NODE_NOT_BACK: Facts(
        symptom="A node has not come back from its reboot within `boot_s`.",
        true_now="One node, or none, answers. Traffic is carried by what answers, if it is primary.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Go to the console of the silent node: it may sit in the boot loader, or run with its "
        "management address lost. Before it joins, see which release it runs: it must be the release of "
        "the other node.",
        source="[U]; [stop rules](junos.md#stop-rules)",
    ),
    FailureClass.NODE_BACK_ON_OLD: Facts(
        symptom="A node has come back from its reboot on the old release; the other has not come back yet.",
        true_now="The other node boots the target: when it is back, two releases hear each other.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words=f"Page somebody now. {CABLES}",
        source=_NO_MIX,
    ),
    FailureClass.RELEASES_TOGETHER: Facts(
        symptom="Both nodes answer, and run different releases.",
        true_now="Two releases hear each other outside an in-service upgrade: configuration may be lost, "
        "cards may reboot, traffic may stop.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words=f"Page somebody now. {CABLES}",
        source=_NO_MIX,
    ),
    FailureClass.BOTH_BACK_ON_OLD: Facts(
        symptom="Both nodes have rebooted, and run the old release.",
        true_now="The cluster is whole on the old release; traffic was interrupted for nothing.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.AUTOMATIC,
        words="Nothing is sent; both nodes are looked at until they are in sync. Read 'show log install' and "
        "the boot messages of both nodes before the next try.",
        source="[U]",
    ),
    FailureClass.NOT_IN_SYNC: Facts(
        symptom="Both nodes run the target, and are not in sync within `cold_sync_s`.",
        true_now="The upgrade is done, but a node could not take over.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="'show chassis cluster information detail' names the SPU and what it waits for, 'show "
        "chassis cluster status' the monitor failures. Where no rollback leads back from a dual reboot, you "
        "are asked whether the old image, which is on both nodes, is installed again and both are rebooted: "
        "traffic stops once more. Elsewhere nothing is sent.",
        source="[U]",
    ),
    **APART_FACTS,
}
