"""A commit of the configuration as a value: checked lines, and nothing else is ever loaded.

The shapes are a closed list, so that no name out of a file, and no free text, can reach a configuration. What
a line does to traffic is for whoever adds a shape to know (docs/extending.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.errors import RequestRefused

# Each line is one of these, whole. Sources: docs/junos.md, "Commits".
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"set chassis cluster traceoptions file [a-z][a-z0-9-]{0,31} size [1-9]\d{0,2}m files [1-9]\d{0,2}",
        r"set chassis cluster traceoptions flag all",
        r"delete chassis cluster traceoptions",
        r"(?:set|delete) interfaces [a-z]{2}-\d{1,2}/\d{1,2}/\d{1,3} disable",
        r"(?:activate|deactivate) chassis cluster control-link-recovery",
        r"(?:activate|deactivate) chassis cluster redundancy-group \d{1,3} "
        r"(?:preempt|interface-monitor|ip-monitoring)",
        r"(?:set|delete) security flow tcp-session (?:no-syn-check|no-sequence-check)",
    )
)
_COMMENT = re.compile(r"[A-Za-z0-9 ._:+/,()-]{1,300}")
_COMMIT = "commit: "
_NOT_IN_COMMENTS = re.compile(r"[^A-Za-z0-9 ._:+/,()-]")


@dataclass(frozen=True, kw_only=True)
class CommitConfiguration:
    """Lines that are committed together, on the RG0 primary and by it on both nodes; for good, never with
    ``confirmed``: a commit that is taken back by itself would be in the middle of something else."""

    lines: tuple[str, ...]
    comment: str

    def __post_init__(self) -> None:
        if not self.lines:
            raise RequestRefused("a commit without a line")
        for line in self.lines:
            if not any(shape.fullmatch(line) for shape in _SHAPES):
                raise RequestRefused(f"configuration line {line!r} is none of those that may be committed")
        if not _COMMENT.fullmatch(self.comment):
            raise RequestRefused(f"comment {self.comment!r}: expected 1 to 300 letters, digits and ._:+/,()-")

    @property
    def cli(self) -> str:
        """As the journal and the log show it."""
        return f"{_COMMIT}{'; '.join(self.lines)}"


def lines_of(cli: str) -> tuple[str, ...]:
    """The lines of ``CommitConfiguration.cli``; none of them holds a semicolon."""
    lines = cli.removeprefix(_COMMIT)
    return tuple(lines.split("; ")) if lines != cli else ()


def comment_of(upgrade_id: str, what: str) -> str:
    """Whose commit it is, for whoever reads ``show system commit``."""
    return _NOT_IN_COMMENTS.sub("_", f"srx-issu {upgrade_id[:200]}: {what}")


def still_there(undo: Iterable[str], configuration: str) -> tuple[str, ...]:
    """What the ``delete`` lines of ``undo`` would take away: lines of a configuration in its ``set`` form,
    deactivated ones included."""
    gone = [words.removeprefix("delete ") for words in undo]
    return tuple(
        line
        for line in map(str.strip, configuration.splitlines())
        if any(_is_below(line, hierarchy) for hierarchy in gone)
    )


def _is_below(line: str, hierarchy: str) -> bool:
    _, _, statement = line.partition(" ")
    return statement == hierarchy or statement.startswith(f"{hierarchy} ")
