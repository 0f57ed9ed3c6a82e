"""What a login class allows, by ``show cli authorization``: whether each command that may be sent is
permitted, without sending it.

Source: juniper.net, "show cli authorization" (12.3 and 13.1): permissions by name, then the regular
expressions that allow and deny single commands. How strictly a release applies them to RPCs is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERMISSION = re.compile(r"^\s+([a-z][a-z-]*?)\s*--\s", re.MULTILINE)
_EXPRESSIONS = re.compile(r"^\s*(Allow|Deny) regular expression:[ \t]*(.*)$", re.MULTILINE | re.IGNORECASE)
_NONE = "none"
# Permission that a command needs where no expression speaks of it
_NEEDS = (
    (re.compile(r"show configuration\b"), "view-configuration"),
    (re.compile(r"show\b"), "view"),
    (re.compile(r"start shell\b"), "shell"),
    (re.compile(r"(file|request)\b"), "maintenance"),
)


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Permissions by name, and the expressions; an expression that is none of Python's says nothing."""

    permissions: frozenset[str]
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()

    def permits(self, command: str) -> bool | None:
        """None: it cannot be told. A denial wins over permissions, an allowance over a denial."""
        allowed, denied = _matches(self.allowed, command), _matches(self.denied, command)
        if allowed:
            return True
        if denied or allowed is None or denied is None:
            return False if denied else None
        needed = next((name for pattern, name in _NEEDS if pattern.match(command)), None)
        return needed is not None and bool({"all", needed} & self.permissions)


def _matches(expressions: tuple[str, ...], command: str) -> bool | None:
    found: bool | None = False
    for each in expressions:
        try:
            if re.search(each, command, re.IGNORECASE):
                return True
        except re.error:
            found = None
    return found


def read_authorization(shown: str) -> Authorization | None:
    """None where the answer is not the one that Juniper documents."""
    permissions = frozenset(_PERMISSION.findall(shown))
    expressions: dict[str, list[str]] = {"allow": [], "deny": []}
    for kind, text in _EXPRESSIONS.findall(shown):
        expressions[kind.lower()] += _split(text.strip())
    if not permissions and "Permissions:" not in shown:
        return None
    return Authorization(
        permissions=permissions, allowed=tuple(expressions["allow"]), denied=tuple(expressions["deny"])
    )


def _split(text: str) -> list[str]:
    """``allow-commands-regexps`` is a list of quoted ones, ``allow-commands`` one alone."""
    if text.lower() in ("", _NONE):
        return []
    return re.findall(r'"([^"]*)"', text) or [text]
