"""What the lab's account may do: a Junos login class, given as its own `set` commands.

The rules that are modelled: `view` allows every `show` but `show log`, which is a matter of `trace` [U];
`view-configuration` the configuration, `configure` changes of it, where given only below the hierarchies of
one `allow-configuration` [U: in which words they are matched], and everything else must match
`allow-commands`, one expression, or one of `allow-commands-regexps`, which 18.1R1 brought [Y]; an RPC is
judged as the command it stands for [U: how strictly releases do that]. `all` allows everything. File transfer
is the Unix account's.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from srx_lab.grammar import Syntax
from srx_lab.release import Release
from srx_lab.replies.scene import Query, Show

_LINE = re.compile(r"set system login class (\S+) (\S+)\s*(.*)")
_IGNORED = frozenset({"idle-timeout", "login-alarms"})
_LIST_SINCE = (18, 1)


class FaultyClass(ValueError):
    """A line that is no part of a login class."""


@dataclass(frozen=True, kw_only=True)
class LoginClass:
    """Permissions by name, and commands as regular expressions."""

    permissions: frozenset[str] = frozenset({"all"})
    allowed: tuple[re.Pattern[str], ...] = ()
    has_list: bool = False  # of expressions, instead of the one that every release knows
    configurable: tuple[re.Pattern[str], ...] = ()  # hierarchies; none: whatever `configure` lets in

    @classmethod
    def of(cls, lines: Iterable[str]) -> LoginClass:
        """From `set system login class ...` lines; raises FaultyClass."""
        permissions, of_list = set[str](), list[re.Pattern[str]]()
        of_one: re.Pattern[str] | None = None
        hierarchies = list[re.Pattern[str]]()
        for line in lines:
            found = _LINE.fullmatch(line.strip())
            if found is None:
                raise FaultyClass(f"{line!r} is no 'set system login class NAME ...'")
            match found[2]:
                case "permissions":
                    permissions.update(found[3].strip("[] ").split())
                case "allow-commands-regexps":
                    of_list += [re.compile(pattern) for pattern in shlex.split(found[3].strip("[]"))]
                case "allow-commands":
                    of_one = re.compile(" ".join(shlex.split(found[3])), re.IGNORECASE)  # the last one counts
                case "allow-configuration":
                    hierarchies = [re.compile(" ".join(shlex.split(found[3])))]  # the last one counts
                case other if other not in _IGNORED:
                    raise FaultyClass(
                        f"{other!r}: not permissions, allow-configuration or allow-commands[-regexps]"
                    )
        if of_one is not None and of_list:
            raise FaultyClass("allow-commands or allow-commands-regexps, not both")
        allowed = tuple(of_list) if of_one is None else (of_one,)
        return cls(
            permissions=frozenset(permissions),
            allowed=allowed,
            has_list=bool(of_list),
            configurable=tuple(hierarchies),
        )

    def require_known(self, release: Release) -> None:
        """Raises FaultyClass in the words of a release that has no such statement."""
        if self.has_list and not release.at_least(*_LIST_SINCE):
            raise FaultyClass(
                f"syntax error: allow-commands-regexps (from 18.1R1 on; this is {release.text})"
            )

    @property
    def may_configure(self) -> bool:
        return bool({"all", "configure"} & self.permissions)

    def may_change(self, line: str) -> bool:
        """A `set`, `delete`, `activate` or `deactivate` line."""
        if "all" in self.permissions or not self.configurable:
            return self.may_configure
        statement = line.partition(" ")[2]
        return any(each.search(statement) for each in self.configurable)

    def allows(self, command: str) -> bool:
        """A whole operational command, unabbreviated, without pipes."""
        if "all" in self.permissions:
            return True
        if command.split()[:2] == ["show", "configuration"]:
            return "view-configuration" in self.permissions
        if command.split()[:2] == ["show", "log"] and "trace" in self.permissions:
            return True
        if command.split()[:1] == ["show"] and command.split()[:2] != ["show", "log"]:
            return "view" in self.permissions
        return any(pattern.search(command) for pattern in self.allowed)


SUPER_USER = LoginClass()


class CommandNames:
    """The command that a query stands for, whichever way it came."""

    def __init__(self, shows: Iterable[Show], syntaxes: Iterable[Syntax]) -> None:
        self._shows: Mapping[str, str] = {show.rpc: show.cli for show in shows}
        self._syntaxes: Mapping[str, Syntax] = {syntax.rpc: syntax for syntax in syntaxes}

    def of(self, query: Query) -> str:
        if query.rpc == "get-configuration":
            return "show configuration"
        if query.rpc in self._shows:
            return self._shows[query.rpc]
        syntax = self._syntaxes.get(query.rpc)
        return " ".join(_words(syntax, query)) if syntax else query.rpc


def _words(syntax: Syntax, query: Query) -> list[str]:
    """Options are typed in the order they were given; positionals first."""
    words = [*syntax.words, *(value for name in syntax.positionals if (value := query.get(name)))]
    for name, value in query.arguments.items():
        if name not in syntax.positionals and name not in syntax.preset:
            words += [name, *([_plain(name, value)] if value else [])]
    return words


def _plain(name: str, value: str) -> str:
    """The CLI says `node 0` where an RPC may say `node0`."""
    return value.removeprefix("node") if name == "node" else value
