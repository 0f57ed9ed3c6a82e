"""The names: of failures, of what may be done about them, and of what they mean for the traffic."""

from __future__ import annotations

from enum import StrEnum


class FailureClass(StrEnum):
    """Every way in which an upgrade can stand or have stopped. What each means is in ``table.py``."""

    # nothing is wrong
    UNDER_WAY = "under_way"  # nothing speaks against it yet: go on watching
    FINISHED = "finished"  # both nodes on the target and settled, though some phase was never seen

    # refused or aborted before either node changed
    STALE_IN_PROGRESS = "stale_in_progress"  # an earlier ISSU was never cleared
    REBOOT_KEYWORD_MISSING = "reboot_keyword_missing"  # asked for without ``reboot``
    UNSUPPORTED_FEATURE = "unsupported_feature"  # "ISSU currently do not support ..."
    IMAGE_MISSING = "image_missing"  # no such file on the node
    IMAGE_CORRUPT = "image_corrupt"  # the package cannot be read
    WRONG_PLATFORM = "wrong_platform"  # the package is for another model
    VALIDATION_FAILED = "validation_failed"  # configuration or release does not fit
    REMOTE_SITE = "remote_site"  # the image's site does not answer
    GROUP_FAILOVER_FAILED = "group_failover_failed"  # RG1+ could not be gathered on the starter
    KSYNCD = "ksyncd"  # kernel state synchronization reports errors
    CHASSISD = "chassisd"  # the chassis process objects
    DISK_FULL = "disk_full"  # /var too small
    CPU_BUSY = "cpu_busy"  # routing engine too busy

    # stopped half way
    SECONDARY_REBOOT_FAILED = "secondary_reboot_failed"  # code 4.1
    COLD_SYNC_FAILED = "cold_sync_failed"  # code 6.1
    SWITCHOVER_FAILED = "switchover_failed"  # code 7.1
    PRIMARY_UPGRADE_FAILED = "primary_upgrade_failed"  # the new node serves, the old one did not install
    PRIMARY_REBOOT_FAILED = "primary_reboot_failed"  # the new node serves, the old one did not come back
    VERSIONS_DIFFER = "versions_differ"  # mixed releases, and no ISSU in progress
    COMMAND_ENDED = "command_ended"  # the command has returned, in words that nobody has seen yet
    PROMPT_UNANSWERED = "prompt_unanswered"  # the command asks a question and waits
    STUCK = "stuck"  # the deadline has passed without a word of failure
    TRANSCRIPT_LOST = "transcript_lost"  # the deadline has passed and there are no words at all

    # routes that install each node by itself
    IMAGE_REFUSED = "image_refused"  # a node does not take the image, nothing has rebooted
    PENDING_ON_ONE_NODE = "pending_on_one_node"  # installed on one node only, nothing has rebooted
    NOT_REBOOTED = "not_rebooted"  # installed on both nodes, nothing has rebooted
    NEXT_BOOT_UNKNOWN = "next_boot_unknown"  # a node does not tell what it boots next
    SECOND_REBOOT_LOST = "second_reboot_lost"  # one node is down, the other does not go down
    NODE_NOT_BACK = "node_not_back"  # a node has not come back from its reboot
    NODE_BACK_ON_OLD = "node_back_on_old"  # back on the old release, before its peer is back
    RELEASES_TOGETHER = "releases_together"  # both nodes answer, on two releases
    BOTH_BACK_ON_OLD = "both_back_on_old"  # both have rebooted into the old release
    NOT_IN_SYNC = "not_in_sync"  # both on the target, and not in sync in time

    # the route that takes the two nodes apart
    LEFT_RELAXED = "left_relaxed"  # joined on the old release, with temporary lines in force
    APART_ON_OLD = "apart_on_old"  # links down, both nodes on the old release
    APART_BEFORE_MOVE = "apart_before_move"  # links down, one node upgraded, the other carries the traffic
    APART_NO_TRAFFIC = "apart_no_traffic"  # links down, the ports of both nodes closed
    APART_AFTER_MOVE = "apart_after_move"  # links down, the upgraded node carries the traffic
    NOT_PUT_BACK = "not_put_back"  # joined on the target, with temporary lines in force
    BOTH_ACTIVE = "both_active"  # both nodes answer for the same addresses

    # an in-band cluster upgrade (ICU)
    ICU_INSTALL_FAILED = "icu_install_failed"  # not copied to, or not installed on, a node; nothing rebooted
    ICU_SECONDARY_NOT_BACK = "icu_secondary_not_back"  # the secondary was not back within the ICU's own time
    ICU_ENDED_HALF_WAY = "icu_ended_half_way"  # ended behind the secondary's reboot, before the primary's
    ICU_NOT_ENDED = "icu_not_ended"  # overdue behind the secondary's reboot, and nothing shows that it ended

    # the cluster itself
    POLICIES_OUT_OF_SYNC = "policies_out_of_sync"  # routing and packet forwarding engine disagree
    NODE_MISSING = "node_missing"  # a node does not answer and no code says why
    LINK_LOST = "link_lost"  # control or fabric link
    BOTH_PRIMARY = "both_primary"  # split brain

    # not understood
    UNKNOWN_CODE = "unknown_code"  # an error code that no public source explains
    UNKNOWN = "unknown"  # anything else; never guessed at

    @property
    def label(self) -> str:
        """``cold sync failed``."""
        return self.value.replace("_", " ")


class Permission(StrEnum):
    """What the software may do by itself."""

    AUTOMATIC = "automatic"  # carry the plan out
    ASK = "ask"  # show the plan, carry it out when a person approves
    NEVER = "never"  # a person acts; the software holds the lease and watches


class TrafficImpact(StrEnum):
    """What the failure means for the traffic."""

    UNAFFECTED = "unaffected"  # both nodes stand by each other as before
    NOT_REDUNDANT = "not redundant"  # one node carries everything, nobody could take over
    AFFECTED = "affected"  # traffic is, or may be, lost
    UNKNOWN = "unknown"


_STRICTNESS = (Permission.AUTOMATIC, Permission.ASK, Permission.NEVER)


def strictest(*permissions: Permission) -> Permission:
    """The least permissive of them; AUTOMATIC when there are none."""
    return max(permissions, key=_STRICTNESS.index, default=Permission.AUTOMATIC)
