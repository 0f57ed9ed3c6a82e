"""What somebody might write into a name, to make it say more than a name."""

from __future__ import annotations

CLI = (
    "fw; request system zeroize",
    "fw | save /tmp/x",
    "fw\nrequest system zeroize",
    "fw\r\nset system root-authentication",
    "fw`reboot`",
    "fw$(reboot)",
    "fw && reboot",
    "fw > /etc/passwd",
    'fw" reboot "',
    "fw' || true '",
    "fw ]]>]]> <rpc/>",
    "<request-system-zeroize/>",
)
PATHS = ("../../etc/passwd", "/etc/passwd", "..", "a/../../b", "%2e%2e/x", "C:\\x", "~root/x", "x\0.tgz")
CONTROL = ("fw\x1b[2J", "fw\x07", "fw\x00", "fw\u202egnp", "fw\u2028x", "\ud800", "fw\x7f")
LONG = ("f" * 1_000_000,)
ALL = (*CLI, *PATHS, *CONTROL, *LONG)
IDS = [f"{text[:24]!r}" for text in ALL]
