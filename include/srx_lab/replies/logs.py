"""What stands in `/var/log` of a node that nobody has written to: thousands of lines, up to now.

Message names and their words follow Juniper's list of system log messages (JSRPD_, CHASSISD_, UI_); the rest
is plausible [U]. `messages` holds a secret as it was typed, so that scrubbing can be tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from srx_lab.replies.scene import Scene
from srx_lab.replies.when import clock_of, record_date

TYPED_SECRET = "lab-radius-Tr0ub4dor"  # noqa: S105 - nobody's
_APART_S, _DAY_S = 37.0, 86_400.0
_MESSAGES = (
    "jsrpd[1512]: JSRPD_RG_STATE_CHANGE: Redundancy-group 1 transitioned from 'secondary-hold' to 'secondary'"
    " state due to Ready to become secondary",
    "mgd[{pid}]: UI_CMDLINE_READ_LINE: User '{user}', command 'show chassis cluster status '",
    "sshd[{pid}]: Accepted publickey for {user} from 192.0.2.100 port 5{pid} ssh2",
    "chassisd[1404]: CHASSISD_SNMP_TRAP10: SNMP trap generated: redundancy switchover "
    "(jnxRedundancyContentsIndex 9)",
    "mgd[{pid}]: UI_CMDLINE_READ_LINE: User '{user}', command 'set system radius-server 192.0.2.9 secret "
    f"{TYPED_SECRET}'",
    "kernel: fxp0: link state changed to UP",
    "mgd[{pid}]: UI_COMMIT_PROGRESS: Commit operation in progress: commit complete",
)
_JSRPD = (
    "successfully set heartbeat threshold to 3 and interval to 1000",
    "Received ctrl-link heartbeat, seq {pid}, from node {peer}",
    "RG 1: node {peer} is alive, no failover needed",
    "updated cold sync status, PFE mask 0x7, expected 0x7",
)
_CHASSISD = (
    "CHASSISD_FRU_EVENT: fru_set_state: FPC 0 state online",
    "fpc_ipc_poll: FPC 0 alive, sequence {pid}",
    "CHASSISD_PEM_INPUT_OK: Power supply PEM 0 input voltage is in range",
)
_LOGS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "messages": (4000, _MESSAGES),
    "jsrpd": (2500, _JSRPD),
    "chassisd": (1500, _CHASSISD),
}


def log_lines(scene: Scene, path: str, *, is_older: bool = False) -> Iterator[str] | None:
    """The lines of a log of the node, oldest first; None when it has none of that name. ``is_older``: than
    what the node has written into it since."""
    known = _LOGS.get(path.removeprefix("/var/log/"))
    return None if known is None else _lines(scene, *known, _DAY_S if is_older else 0.0)


def _lines(scene: Scene, count: int, forms: tuple[str, ...], ago_s: float) -> Iterator[str]:
    newest, peer = clock_of(scene.world, scene.node) - ago_s, scene.node.peer.value[-1]
    host = "" if forms is _JSRPD else f"{scene.spec.host_name(scene.node)} "
    for number in range(count):
        at = record_date(newest - (count - 1 - number) * _APART_S)
        said = forms[number % len(forms)].format(pid=2000 + number, user=scene.user, peer=peer)
        yield f"{at} {host}{said}"
