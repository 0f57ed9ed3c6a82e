"""Lines of an ISSU transcript.

The failure blocks follow the guide's Table 2 [S]. No transcript of a healthy cluster ISSU is public, so
the lines of a healthy run are [U]: an imitation nobody may depend on.
"""

from __future__ import annotations

_STEPS = (
    "Please do the following:",
    "1. Rollback the node with the newer image using rollback command",
    "   Note: use the 'node' option in the rollback command",
    "   otherwise, images on both nodes will be rolled back",
    "2. Make sure that both nodes (will) have the same image",
    "3. Ensure the node with older image is primary for all RGs",
    "4. Abort ISSU on both nodes",
    "5. Reboot the rolled back node",
)

CLEAN_END = "ISSU aborted and exiting ISSU window"
"""The window was closed by the device itself [J]."""


def dirty_end(stamp: str) -> tuple[str, ...]:
    """The end of an ISSU that left both nodes in the window [S]."""
    return (f"{stamp}: ISSU aborted. But, both nodes are in ISSU window.", *_STEPS)


def reboot_failure(stamp: str) -> tuple[str, ...]:
    """Error 4.1 [S]."""
    return (
        f"error: {stamp}: Reboot secondary node failed (error-code: 4.1)",
        "",
        f"       error: {stamp}: ISSU Aborted! Backup node maybe in inconsistent state, "
        "Please restore backup node",
    )


def cold_sync_timeout(stamp: str, node: str, pid: int) -> tuple[str, ...]:
    """Error 6.1; no space before the code [S]."""
    return (
        f"{stamp}: timeout waiting for secondary node {node} to sync(error-code: 6.1)",
        f"        Chassis control process started, pid {pid} ",
        "",
        f"       error: {stamp}: ISSU Aborted! Backup node has been upgraded, Please restore backup node ",
    )


def failover_failure(stamp: str, node: str, group: str) -> tuple[str, ...]:
    """Error 7.1 [S]."""
    return (
        f"error: remote rg{group} priority zero, abort failover.",
        f"{stamp}: failover all RGs to node {node} failed (error-code: 7.1)",
        f"error: {stamp}: ISSU Aborted!",
    )


REBOOT_WORD_MISSING = "'reboot' keyword must be specified. Aborting ISSU"
"""Seen on an SRX5400 [R]."""

IN_PROGRESS = "warning: ISSU in progress"
"""An earlier ISSU was not cleared [S]."""
