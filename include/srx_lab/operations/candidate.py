"""The candidate configuration, shared or a session's own: locked, loaded, compared, committed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from srx_lab.device import Device
from srx_lab.editing.changes import Changes, exists
from srx_lab.editing.differences import differences
from srx_lab.editing.schema import UnknownStatement
from srx_lab.machine.commits import CommitOptions, commit
from srx_lab.machine.configured import ConfigurationDatabase
from srx_lab.machine.result import CommandResult
from srx_lab.machine.words import NodeId
from srx_lab.replies.configuration import with_lines
from srx_lab.replies.when import clock_of, long_date
from srx_lab.session import Session

NOT_FOUND = "statement not found"
_LOCKED_BY = "configuration database locked by:"


class Locked(Exception):
    """Somebody else holds the configuration: `session`, said in Junos's words."""

    def __init__(self, message: str, session: int) -> None:
        super().__init__(message)
        self.message = message
        self.session = session


class Modified(Exception):
    """The shared candidate has changes, which a lock would take over."""


@dataclass(kw_only=True)
class Candidate:
    """One session's view of the candidate configuration."""

    device: Device
    session: Session
    warnings: list[str] = field(default_factory=list)

    @property
    def database(self) -> ConfigurationDatabase:
        """The node's own; a commit reaches the other node's, too."""
        return self.device.here.configuration

    @property
    def reached(self) -> list[NodeId]:
        """The nodes that a commit here concerns."""
        return self.device.world.seen_by(self.device.node)

    @property
    def lines(self) -> list[str]:
        own = self.session.candidate
        return self.database.candidate if own is None else own

    @property
    def is_changed(self) -> bool:
        return tuple(self.lines) != self.database.committed and bool(self.compare())

    def open_private(self) -> None:
        self.session.candidate = list(self.database.committed)

    def close_private(self) -> None:
        self.session.candidate = None

    def lock(self) -> None:
        """Raises Locked or Modified; one's own lock is as good as a new one."""
        self.refuse_if_locked()
        held = self.database
        if held.locked_by is None and Candidate(device=self.device, session=self._nobody()).is_changed:
            raise Modified
        held.locked_by = self.session.number
        self.session.edits_since = self.device.world.now

    def _nobody(self) -> Session:
        """A session without a candidate of its own."""
        own = self.session
        return Session(number=0, user=own.user, client=own.client, kind=own.kind, since=own.since)

    def unlock(self) -> bool:
        """False where this session has no lock; uncommitted changes go with the lock."""
        held = self.database
        if held.locked_by != self.session.number:
            return False
        held.locked_by = None
        held.candidate[:] = held.committed
        return True

    def refuse_if_locked(self) -> None:
        """Raises Locked where another session has the shared candidate for itself."""
        holder = self.database.locked_by
        if holder in {None, self.session.number} or holder is None or self.session.candidate is not None:
            return
        found = next((each for each in self.device.sessions if each.number == holder), None)
        raise Locked(f"{_LOCKED_BY}\n{self.editor(found, holder)}\n      exclusive [edit]", holder)

    def editor(self, session: Session | None, number: int) -> str:
        """`lab terminal pts/0 (pid 10007) on since 2026-05-27 00:52:31 UTC` [R]."""
        if session is None:
            return f"  {self.session.user} (pid {number}) on the other node"
        at = clock_of(self.device.world, self.device.node, session.edits_since or session.since)
        terminal = "terminal pts/0" if session.say else "terminal "
        return f"  {session.user} {terminal} (pid {number}) on since {long_date(at)}"

    def others(self) -> list[Session]:
        """Who else edits on this node."""
        return [each for each in self.device.sessions if each.edits_since and each is not self.session]

    def load(self, new: Iterable[str], *, replacing: bool = False) -> None:
        """Take lines, all or none; raises UnknownStatement or Locked. Not there to delete: a warning."""
        self.refuse_if_locked()
        lines = ["delete"] if replacing else list(self.lines)
        self.warnings = []
        new_lines = list(new)
        for line in new_lines:
            if not self.device.may_change(line):
                raise UnknownStatement(line, "permission denied.")
            if line.startswith("delete ") and not self._exists(lines, line):
                self.warnings.append(NOT_FOUND)
                continue
            lines.append(line)
        Changes(lines)
        self._refuse_unsupported(new_lines)
        self.lines[:] = lines

    def _refuse_unsupported(self, new: list[str]) -> None:
        """Statements that other platforms and releases do not have."""
        device = self.device
        if device.world.spec.platform.switches_control(device.here.release):
            return
        if any("control-interface" in line.split() for line in new):
            raise UnknownStatement("control-interface")

    def _exists(self, lines: list[str], line: str) -> bool:
        return exists(with_lines(self.device.scene(), lines), line)

    def roll_back(self, number: int) -> bool:
        """To revision `number`, 0 being the committed one; False where there is none. Raises Locked."""
        self.refuse_if_locked()
        lines = self.revision(number)
        if lines is None:
            return False
        self.lines[:] = lines
        return True

    def revision(self, number: int) -> tuple[str, ...] | None:
        commits = self.database.commits
        if number == 0:
            return self.database.committed
        return commits[number].lines if number < len(commits) else None

    def compare(self, number: int = 0, *, committed: bool = False) -> list[str]:
        """The patch from a revision to the candidate, or to what is committed; raises UnknownStatement."""
        before = self.revision(number)
        if before is None:
            raise UnknownStatement(str(number), "rollback file not found")
        after = self.database.committed if committed else tuple(self.lines)
        if before == after:
            return []
        scene = self.device.scene()
        return differences(with_lines(scene, before), with_lines(scene, after))

    def commit(self, options: CommitOptions, *, client: str) -> CommandResult:
        """Raises Locked. A private candidate's own changes reach the shared one, too."""
        self.refuse_if_locked()
        world, lines = self.device.world, tuple(self.lines)
        before = self.database.committed
        result = commit(
            world, self.device.node, lines, user=self.session.user, client=client, options=options
        )
        refused = {
            "check": options.check,
            "refused": result.failed,
            "confirm_min": options.confirm_min,
            "nodes": ",".join(self.reached),
        }
        self.device.record("commit", session=self.session.number, **refused)
        if not result.failed and not options.check and self.session.candidate is not None:
            shared = self.database.candidate
            shared[:] = lines if tuple(shared) == before else [*shared, *lines[len(before) :]]
        return result
