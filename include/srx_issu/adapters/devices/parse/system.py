"""Release, host name and model (``get-software-information``), clock and boot (``get-system-uptime-...``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from srx_issu.adapters.devices.parse.reply import Element, fragment, value
from srx_issu.domain.errors import ReplyNotUnderstood

# Before 15.1 there is no <junos-version>: "JUNOS Software Release [12.1X46-D55.3]" in package "junos".
_IN_BRACKETS = re.compile(r"\[([^\]]+)\]")
_WHEN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(UTC|GMT|[+-]\d{4})")
_MAX_SECONDS = 253402300799  # 9999-12-31: what datetime can hold


@dataclass(frozen=True, kw_only=True)
class SoftwareFacts:
    release: str
    hostname: str | None
    model: str | None  # upper case


@dataclass(frozen=True, kw_only=True)
class ClockFacts:
    device_time: datetime | None  # aware, UTC
    booted_at: datetime | None  # aware, UTC, by the node's own clock
    configured_at: datetime | None  # the last commit; None where it is not told
    configured_by: str | None
    users: int | None


def software_facts(node: str, body: Element) -> SoftwareFacts:
    """Raises ReplyNotUnderstood when no running release is shown; it is never taken from elsewhere."""
    release = value(body, "junos-version") or _release_of_package(body)
    if release is None:
        raise ReplyNotUnderstood(node, "no running release in software-information", fragment(body))
    model = value(body, "product-model")
    return SoftwareFacts(
        release=release, hostname=value(body, "host-name"), model=model.upper() if model else None
    )


def _release_of_package(body: Element) -> str | None:
    comment = value(body, "package-information[name='junos']/comment")
    match = _IN_BRACKETS.search(comment) if comment else None
    return match.group(1) if match else None


def clock_facts(node: str, body: Element) -> ClockFacts:
    """Both times from the ``junos:seconds`` attributes (UTC), else from the text when its zone is clear.

    A node just booting shows no boot time on some releases; then it is the clock minus the uptime.
    """
    now = _moment(node, body.find("current-time/date-time"))
    booted = _moment(node, body.find("system-booted-time/date-time"))
    length = body.find("system-booted-time/time-length")
    seconds = length.get("seconds") if length is not None else None
    if booted is None and now is not None and seconds is not None and seconds.isdecimal():
        booted = now - timedelta(seconds=min(int(seconds), int(now.timestamp())))
    users = value(body, "uptime-information/active-user-count")
    return ClockFacts(
        device_time=now,
        booted_at=booted,
        configured_at=_moment(node, body.find("last-configured-time/date-time")),
        configured_by=value(body, "last-configured-time/user"),
        users=int(users) if users is not None and users.isdecimal() else None,
    )


def _moment(node: str, element: Element | None) -> datetime | None:
    if element is None:
        return None
    seconds = element.get("seconds")
    if seconds is not None:
        if not seconds.isdecimal() or int(seconds) > _MAX_SECONDS:
            raise ReplyNotUnderstood(node, "time not understood", fragment(element))
        return datetime.fromtimestamp(int(seconds), UTC)
    match = _WHEN.search(element.text or "")
    if match is None:  # a zone's abbreviation does not tell its offset
        return None
    zone = match.group(2) if match.group(2)[0] in "+-" else "+0000"
    return datetime.strptime(f"{match.group(1)} {zone}", "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
