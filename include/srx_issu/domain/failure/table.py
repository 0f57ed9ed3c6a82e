"""The failure table: of every class what shows it, what is true then, and what may be done.

``docs/runbook.md`` is written from here, and the words of an approval or a page come from here too.
Marks of the source, [S] to [U], as in docs/junos.md, "Sources and marks".
"""

from __future__ import annotations

from srx_issu.domain.failure.classes import FailureClass, Permission, TrafficImpact
from srx_issu.domain.failure.facts import (
    HALF_WAY,
    OLD_PRIMARY,
    REFUSED_OR_HALF_WAY,
    UNCHANGED,
    Facts,
    refusal,
)
from srx_issu.domain.failure.icu_table import ICU_FACTS
from srx_issu.domain.failure.route_table import ROUTE_FACTS
from srx_issu.domain.failure.situation import Situation

FACTS: dict[FailureClass, Facts] = {
    FailureClass.UNDER_WAY: Facts(
        symptom="The upgrade goes on; no deadline has passed and no node reports a failure.",
        true_now="An ISSU is, or may be, running.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Nothing is wrong as far as anybody can see. Wait; commit nothing, reboot nothing.",
        source="[S] during an ISSU no commit, restart or halt",
    ),
    FailureClass.FINISHED: Facts(
        symptom="Both nodes run the target and are settled, though a phase was never seen.",
        true_now="The upgrade is complete.",
        service=TrafficImpact.UNAFFECTED,
        permission=Permission.AUTOMATIC,
        words="All is well: the nodes were faster than our looks at them. Verification goes on as usual.",
        source="[S] the ISSU is complete when both nodes are upgraded",
    ),
    FailureClass.STALE_IN_PROGRESS: Facts(
        symptom="'warning: ISSU in progress', or a node reports an ISSU though both run the same release.",
        true_now="An earlier ISSU was never cleared, or somebody else's is running. Ours was not started.",
        service=TrafficImpact.UNAFFECTED,
        situations=UNCHANGED,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="Make sure that nobody is upgrading this cluster by hand. Then let the old state be cleared: "
        "aborting a running ISSU leaves mixed releases behind.",
        source="[S] Table 2; [T] Juniper's tests abort first to clear old state",
    ),
    FailureClass.REBOOT_KEYWORD_MISSING: refusal(
        symptom="\"'reboot' keyword must be specified. Aborting ISSU\".",
        words="The request was sent without 'reboot'. This software always sends it: somebody else started "
        "this ISSU, or the platform wants another command. Check the platform's command form.",
        source="[R] ansible-junos-stdlib issue 254",
    ),
    FailureClass.UNSUPPORTED_FEATURE: refusal(
        symptom="'ISSU currently do not support ...'.",
        words="The platform or a configured feature does not allow an ISSU. Deactivate the feature in a "
        "window of its own, or upgrade with the minimal-downtime procedure (KB17947).",
        source="[J] srx-issu op script; [S] support-related errors",
    ),
    FailureClass.IMAGE_MISSING: refusal(
        symptom="'File does not exist: ...' or the like.",
        words="The image was not where the ISSU looked for it. Stage it again and look for a cleanup job "
        "that empties /var/tmp.",
        source="[S] initial validation checks; [J] wording",
    ),
    FailureClass.IMAGE_CORRUPT: refusal(
        symptom="The node calls the package corrupt, or its signature or checksum wrong.",
        words="The node cannot read the image. Compare its SHA-256 with Juniper's and with the catalogue, "
        "then stage it again.",
        source="[S] initial validation checks; wording [U]",
    ),
    FailureClass.WRONG_PLATFORM: refusal(
        symptom="The node says that the package is not for this platform.",
        words="The catalogue lists this image for a model that it does not fit. Correct the catalogue.",
        source="[S] conflicts with the components supported; wording [U]",
    ),
    FailureClass.VALIDATION_FAILED: refusal(
        symptom="Validation of the configuration against the new release failed, or it is a downgrade.",
        words="The configuration cannot be committed under the new release. The transcript names the "
        "statement; correct it with a normal commit and check with 'request system software validate'.",
        source="[S] step 2 and initial validation checks; wording [U]",
    ),
    FailureClass.REMOTE_SITE: refusal(
        symptom="'file-fetch failed' or the like: the site of the image does not answer.",
        words="The image was to come from a remote site. This software stages it on the node beforehand: "
        "somebody else started this ISSU. Stage the image under /var/tmp.",
        source="[S] installation-related errors; wording [U]",
    ),
    FailureClass.GROUP_FAILOVER_FAILED: refusal(
        symptom="The redundancy groups could not be failed over to the node that runs the ISSU.",
        words="Look for manual failover flags, priority 0 and monitor failures on the node that should have "
        "become primary ('show chassis cluster status').",
        source="[S] redundancy group failover errors; wording [U]",
    ),
    FailureClass.KSYNCD: refusal(
        symptom="ksyncd reports errors on the secondary.",
        words="Kernel state could not be copied to the secondary. Look at its messages log for ksyncd; a "
        "reboot of the secondary in a window often helps [U]; else JTAC.",
        source="[S] kernel state synchronization errors; wording [U]",
        true_now="The ISSU was aborted by its own check of the secondary. As a rule nothing was installed.",
        situations=REFUSED_OR_HALF_WAY,
    ),
    FailureClass.CHASSISD: refusal(
        symptom="chassisd objects, in the transcript or as a CHASSISD message in the log.",
        words="A card or its software stands against the ISSU. Look at 'show chassis fpc pic-status', "
        "'show chassis alarms' and the chassisd log.",
        source="[S] chassisd process errors; wording [U]",
        true_now="The ISSU was aborted from the chassis's point of view. As a rule nothing was installed.",
        situations=REFUSED_OR_HALF_WAY,
    ),
    FailureClass.DISK_FULL: refusal(
        symptom="Too little space under /var on one of the nodes.",
        words="Delete old images and logs on both nodes ('request system storage cleanup') and try again.",
        source="[S] step 2 and pre-checks; wording [U]",
    ),
    FailureClass.CPU_BUSY: refusal(
        symptom="The routing engine is too busy.",
        words="Wait for a quieter hour: under 80 % is required, under 40 % recommended.",
        source="[S] pre-checks; wording [U]",
    ),
    FailureClass.SECONDARY_REBOOT_FAILED: Facts(
        symptom="'Reboot secondary node failed (error-code: 4.1)', 'Backup node maybe in inconsistent "
        "state'.",
        true_now="The secondary did not come back within the hold timer (900 s, or the platform's own "
        "in policy/support.yaml). It may run either release. Both nodes are in the ISSU window.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=(Situation.PEER_UPGRADED, Situation.PEER_SILENT, Situation.UNCHANGED),
        permission=Permission.AUTOMATIC,
        words="The primary serves alone. If the other node does not answer, go to its console: it may sit in "
        "the boot loader.",
        source="[S] Table 2",
    ),
    FailureClass.COLD_SYNC_FAILED: Facts(
        symptom="'timeout waiting for secondary node ... to sync(error-code: 6.1)'.",
        true_now="The secondary runs the new release but is not in sync; the primary runs the old one and "
        "serves. Both nodes are in the ISSU window.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.AUTOMATIC,
        words="Before the next try find out why cold sync did not end: 'show chassis cluster information "
        "detail' names the SPU and the prerequisite it waited for.",
        source="[S] Table 2",
    ),
    FailureClass.SWITCHOVER_FAILED: Facts(
        symptom="'failover all RGs to node ... failed (error-code: 7.1)', often after 'remote rg1 priority "
        "zero, abort failover'.",
        true_now="The secondary runs the new release but was not allowed to take over; the primary runs the "
        "old one and serves. Both nodes are in the ISSU window.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.AUTOMATIC,
        words="Find the monitor failure that kept the priority at zero (interface, IP, SPU, cold sync) "
        "before the next try.",
        source="[S] Table 2",
    ),
    FailureClass.PRIMARY_UPGRADE_FAILED: Facts(
        symptom="The upgraded node is primary of every group; the old primary answers and still runs the old "
        "release.",
        true_now="Releases are mixed. The upgraded node serves.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=OLD_PRIMARY,
        permission=Permission.ASK,
        words="Decide whether to go forward or back. Back moves the traffic to the old release once more; "
        "forward needs the old primary's installation to be there already, or a person to install it.",
        source="[S] Table 2: no downtime, the secondary fails over as primary; the way out is not given",
    ),
    FailureClass.PRIMARY_REBOOT_FAILED: Facts(
        symptom="The upgraded node is primary of every group; the old primary does not answer, or was never "
        "rebooted. There are no error messages: the nodes have left the ISSU by then.",
        true_now="The upgraded node serves alone.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=OLD_PRIMARY,
        permission=Permission.ASK,
        words="If the old primary does not answer, go to its console. If it answers, rebooting it finishes "
        "the upgrade.",
        source="[S] Table 2; 'to upgrade node 0 ... manually reboot node 0'",
    ),
    FailureClass.VERSIONS_DIFFER: Facts(
        symptom="The nodes run different releases and no node reports an ISSU in progress.",
        true_now="Nobody drives an upgrade. Nodes of different releases must not stay together: loss of "
        "configuration, cards that reboot and traffic loss are possible.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=(Situation.PEER_UPGRADED,),
        permission=Permission.ASK,
        words="Find out who did it (upgrade by hand, replaced node) and decide which release shall stay.",
        source="[D] KB17947: never let nodes of different versions talk over control or fabric links",
    ),
    FailureClass.COMMAND_ENDED: Facts(
        symptom="The command of the ISSU has ended, its node has not rebooted, and its last words are none "
        "that this software knows.",
        true_now="Nobody drives the ISSU any more. What the nodes show is all that is known.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="Read its last words and the transcript before you approve: they say why it ended.",
        source="[T] a command that returns has failed; [S] who is upgraded is logged out",
    ),
    FailureClass.PROMPT_UNANSWERED: Facts(
        symptom="The transcript ends in a question, '... [yes,no]' or 'Do you want to continue ...'.",
        true_now="The ISSU waits for an answer, or has taken the missing one for a no.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="Decide what the question means for this cluster; one that policy lists is answered only "
        "within the window. Approve to end the ISSU and to put the cluster back.",
        source="[S] the upgrade software prompts you; [T] Juniper's tests wait for such a question",
    ),
    FailureClass.STUCK: Facts(
        symptom="A deadline has passed. No error message, and the nodes show no progress.",
        true_now="An ISSU has been asked for and may still be running.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="Watch both consoles for a while. Aborting an ISSU that only is slow does more harm than "
        "waiting; raise the timers of this platform if it was slow.",
        source="[U]; deadlines in policy/",
    ),
    FailureClass.TRANSCRIPT_LOST: Facts(
        symptom="A deadline has passed, and there is no transcript to read: its file is gone, or the start "
        "went out over NETCONF and its answer was lost.",
        true_now="What the nodes show is all that is known.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=HALF_WAY,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="Look at the messages and jsrpd logs of both nodes around the start before you approve.",
        source="[U]; a missing answer is neither yes nor no",
    ),
    **ROUTE_FACTS,
    **ICU_FACTS,
    FailureClass.POLICIES_OUT_OF_SYNC: Facts(
        symptom="'policies are out of sync', in the transcript, at a commit, or in 'request security "
        "policies check'.",
        true_now="Packet forwarding engines enforce other policies than the routing engine holds. No commit "
        "is possible.",
        service=TrafficImpact.AFFECTED,
        situations=(Situation.SETTLING, Situation.UNCHANGED),
        permission=Permission.AUTOMATIC,
        words="Policies are copied to the forwarding engines again and checked. If they differ still, a "
        "person must look.",
        source="[S] note on policies: 'request security policies resync'",
    ),
    FailureClass.NODE_MISSING: Facts(
        symptom="A node does not answer on its management address, and no error code says why.",
        true_now="Not known. The node may be down, rebooting, or only its management may be unreachable.",
        service=TrafficImpact.UNKNOWN,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Go to the console of the silent node. Do nothing to the one that answers: it serves.",
        source="[U]; [stop rules](junos.md#stop-rules)",
    ),
    FailureClass.LINK_LOST: Facts(
        symptom="A node is ineligible, disabled or lost to its peer, or has the monitor failure FL.",
        true_now="The control or fabric link is down. A disabled node comes back by reboot only.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Repair the link first (cable, SFP, port: 'show chassis cluster interfaces'), then start the "
        "recovery of this cluster again. Rebooting before that may give two primaries.",
        source="[R] ineligible after a control link failure, disabled 180 s later",
    ),
    FailureClass.BOTH_PRIMARY: Facts(
        symptom="Both nodes call themselves primary of the same group.",
        true_now="Split brain: both answer for the same addresses.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Page somebody now. Isolate one node from the network, then look for the failed control link.",
        source="[U]; [stop rules](junos.md#stop-rules)",
    ),
    FailureClass.UNKNOWN_CODE: Facts(
        symptom="An error code other than 4.1, 6.1 and 7.1.",
        true_now="The ISSU has stopped at a step that no public source describes.",
        service=TrafficImpact.UNKNOWN,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Read the transcript and what both nodes show, and open a case with JTAC with the code.",
        source="[U]; only 4.1, 6.1 and 7.1 have a source: [failure messages](junos.md#failure-messages)",
    ),
    FailureClass.UNKNOWN: Facts(
        symptom="Anything that fits no other row.",
        true_now="Not known.",
        service=TrafficImpact.UNKNOWN,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Nothing was done and nothing will be done. Read the evidence of both nodes.",
        source="unknown stays unknown",
    ),
}
