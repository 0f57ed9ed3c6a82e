"""The exceptions of srx-issu. Foreign ones become these at one border (``adapters/devices/errors.py``).

SrxIssuError
├── OperatorFileError        a file of the operator's has faults; carries all of them
├── RequestRefused           a parameter of a run is wrong; nothing was touched
│   ├── UpgradeClosed            the upgrade of that run is over; names its outcome
│   ├── ConnectionUnusable       the Airflow connection is missing or incomplete; waited out once claimed
│   └── NotPermitted             the send gate said no; names the condition
├── PermitExpired            the send gate's yes ran out before the bytes left; nothing was sent
├── UnparsableVersion        a release name that the grammar does not know
├── IncomparableReleases     two releases of which nobody can say which is later
├── DeviceError              something about one node; carries the node's name
│   ├── DeviceUnreachable        no TCP or SSH session
│   ├── AuthenticationFailed     the node refused our credentials
│   ├── HostKeyRejected          unknown or changed host key
│   ├── DeviceTimeout            connected, but no answer in time
│   ├── SessionLost              the session ended in mid-answer: unknown, go and look
│   ├── CommandRefused           the node answered with an error; ``message`` is its own words
│   ├── UnknownCommand           "syntax error": this release has no such RPC or command
│   ├── NotOnThisPlatform        the command exists, but not on this platform: nothing was done
│   ├── NotAChassisCluster       "Chassis cluster is not enabled"
│   ├── ReplyNotUnderstood       parsed, but not what the RPC promises; carries the fragment
│   └── TransferFailed           a file could not be copied or its checksum differs
│       └── CopyDiffers              copied twice, wrong in the same way: another copy would be, too
├── LeaseHeld                another upgrade owns the cluster
└── JournalError             the journal could not be read or written
    └── JournalAway              it does not answer at the moment; waited out, never an outcome
        └── StopFlagUnreadable       nobody can tell whether the fleet was stopped; waited out likewise
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.redaction.prose import redact


class SrxIssuError(Exception):
    """Anything this software raises on purpose."""


@dataclass(frozen=True, kw_only=True, order=True)
class FileFault:
    """One fault in one of the operator's files. ``line`` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    found: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.found}; {self.remedy}"


class OperatorFileError(SrxIssuError):
    """One or more files are not valid. Says all faults, one a line."""

    def __init__(self, faults: tuple[FileFault, ...]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RequestRefused(SrxIssuError):
    """What was asked for cannot be done; nothing was touched."""


class UpgradeClosed(RequestRefused):
    """The upgrade of that run id is closed with ``outcome`` and does nothing any more."""

    def __init__(self, outcome: str, reason: str) -> None:
        self.outcome = outcome
        super().__init__(reason)


class ConnectionUnusable(RequestRefused):
    """The Airflow connection that holds the account is missing, incomplete or unreadable.

    Before a cluster is claimed this refuses the request; afterwards somebody puts it right and work goes on.
    """


class NotPermitted(RequestRefused):
    """The send gate said no: ``condition`` of its table does not hold. Nothing was sent."""

    def __init__(self, condition: str, reason: str) -> None:
        self.condition = condition
        super().__init__(reason)


class PermitExpired(SrxIssuError):
    """The send gate's yes ran out before the bytes left. Nothing was sent; it may be asked again."""


class UnparsableVersion(SrxIssuError):
    """A release name outside Junos's grammar, or one that SRX never runs."""


class IncomparableReleases(SrxIssuError):
    """Two releases of different lines, or builds without an order: neither is earlier or later."""


class LeaseHeld(SrxIssuError):
    """Another upgrade owns the cluster until its lease expires or is released."""


class JournalError(SrxIssuError):
    """The journal could not be read or written."""


class JournalAway(JournalError):
    """The journal does not answer: no connection, shutting down, in recovery, or too slow.

    It will be back: waited out (``steps/outage.py``). Whether the statement took effect is unknown.
    """


class StopFlagUnreadable(JournalAway):
    """The fleet-wide stop cannot be read: nobody can tell whether the fleet was stopped.

    A JournalAway, so that whoever waits for the one waits for the other.
    """


class DeviceError(SrxIssuError):
    """Something went wrong with one node. ``node`` is ``node0``, ``node1`` or an address.

    A message may repeat a node's words, and goes to logs and terminals: secrets and escapes are taken out.
    """

    def __init__(self, node: str, message: str) -> None:
        self.node = node
        self.message = redact(message)
        super().__init__(f"{node}: {self.message}")

    @property
    def summary(self) -> str:
        """For a line that an operator reads."""
        return self.message


class DeviceUnreachable(DeviceError):
    """No TCP connection or no SSH session."""


class AuthenticationFailed(DeviceError):
    """The node refused user name, password or key."""


class HostKeyRejected(DeviceError):
    """The node's host key is not in known_hosts, or is another one."""


class DeviceTimeout(DeviceError):
    """Connected, but no complete answer before the deadline."""


class SessionLost(DeviceError):
    """The session ended before the answer was complete. What the node did is unknown."""


class CommandRefused(DeviceError):
    """The node answered with an error of its own; ``message`` carries its words."""


class UnknownCommand(CommandRefused):
    """The node does not know the RPC or command ("syntax error", "unknown command")."""


class NotOnThisPlatform(CommandRefused):
    """The node answered that its platform has no such command; nothing was done."""


class NotAChassisCluster(CommandRefused):
    """The node answered "Chassis cluster is not enabled"."""


class ReplyNotUnderstood(DeviceError):
    """The reply lacks what the RPC promises. ``fragment`` is the offending piece, shortened."""

    def __init__(self, node: str, message: str, fragment: str = "") -> None:
        self.fragment = redact(fragment)[:500]
        self._without_fragment = redact(message)
        super().__init__(node, f"{message}: {self.fragment}" if fragment else message)

    @property
    def summary(self) -> str:
        """Without a fragment of XML, which is for the log; a line of the node's own words stays."""
        return self._without_fragment if self.fragment.lstrip().startswith("<") else self.message


class TransferFailed(DeviceError):
    """A file could not be copied to the node, or is not the same there."""


class CopyDiffers(TransferFailed):
    """Two copies have the same wrong checksum: what changes the file does so each time."""
