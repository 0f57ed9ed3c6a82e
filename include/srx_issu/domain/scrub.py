"""Takes the secrets out of a configuration, for the copy that people read. The full one is kept apart.

Works line by line on both forms, hierarchy and ``set``. Values are replaced, statements stay, so the copy
still shows that a secret is configured and where.
"""

from __future__ import annotations

import re

REMOVED = "SECRET-REMOVED"

_STRING = r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s;{}\[\]]+)"

# Statements whose next word is a secret, however it is written. SRX hierarchies: system login and root
# authentication, RADIUS and TACACS+, IKE, routing protocols, NTP, SNMP v3, PPP, WLAN, UTM feeds, archives.
_STATEMENTS = (
    "encrypted-password",
    "plain-text-password",
    "plain-text-password-value",
    "simple-password",
    "authentication-password",
    "privacy-password",
    "authentication-key",
    "privacy-key",
    "pre-shared-key",
    "pre-shared-secret",
    "ascii-text",
    "hexadecimal",
    "hexadecimal-key",
    "key-encryption-key",
    "secret",
    "shared-secret",
    "radius-secret",
    "tacplus-secret",
    "client-secret",
    "password",
    "passphrase",
    "pass-phrase",
    "pin",
    "chap-secret",
    "pap-password",
    "local-password",
    "default-chap-secret",
    "default-password",
    "wpa-passphrase",
    "auth-token",
    "access-token",
    "api-key",
    "license-key",
    "private-key",
    "key-string",
    "md5-key",
    "trap-group-secret",
)
_NAMES = "|".join(sorted(_STATEMENTS, key=len, reverse=True))
_KINDS = "ascii-text|hexadecimal"
_AFTER_STATEMENT = re.compile(
    rf"(?<![\w-])((?:{_NAMES})(?:\s+(?:{_KINDS}))?\s+)(?!(?:{_KINDS})\b)({_STRING})",
)
# Junos itself marks secrets in the hierarchy form
_MARKED = re.compile(rf"({_STRING})(\s*;\s*## SECRET-DATA)")
# "md5 5 key $9$..." of OSPF and "authentication-key 1 type md5 value $9$..." of NTP
_NUMBERED_KEY = re.compile(
    rf"(?<![\w-])((?:md5|authentication-key)\s+\d+\s+(?:[\w-]+\s+)*?(?:key|value)\s+)({_STRING})"
)
_NESTED_VALUE = re.compile(rf"^(\s*(?:key|value)\s+)({_STRING})(\s*;)")
_COMMUNITY = re.compile(
    rf"(?<![\w-])(community\s+)({_STRING})(?=\s*[{{;]|\s+(?:authorization|clients|view|client-list)|\s*$)"
)
_IN_SNMP = re.compile(r"\bsnmp\b")
# Encodings of secrets, wherever they stand: $9$ and $8$ (Junos), crypt hashes, and $6$rounds=...
_ENCODED = re.compile(r"\$(?:1|2[aby]?|5|6|8|9|argon2\w*|sha\d*|y|AES\w*)\$[^\s\";]+")
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_OPEN_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*\Z", re.DOTALL)
_SSH_SECRET_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@\"]+:)[^\s@\"]+(@)")


def scrub(text: str) -> str:
    """The configuration without passwords, hashes, keys, SNMP communities and private keys."""
    text = _OPEN_PEM.sub(REMOVED, _PEM.sub(REMOVED, text))
    lines = list[str]()
    blocks = list[str]()
    for line in text.splitlines():
        lines.append(_scrub_line(line, blocks))
        _follow(line, blocks)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def _scrub_line(line: str, blocks: list[str]) -> str:
    line = _MARKED.sub(rf"{REMOVED}\g<2>", line)
    line = _NUMBERED_KEY.sub(rf"\g<1>{REMOVED}", line)
    line = _AFTER_STATEMENT.sub(rf"\g<1>{REMOVED}", line)
    if any("authentication-key" in block or "md5" in block for block in blocks):
        line = _NESTED_VALUE.sub(rf"\g<1>{REMOVED}\g<3>", line)
    if _IN_SNMP.search(line) or "snmp" in blocks:
        line = _COMMUNITY.sub(rf"\g<1>{REMOVED}", line)
    line = _SSH_SECRET_URL.sub(rf"\g<1>{REMOVED}\g<2>", line)
    return _ENCODED.sub(REMOVED, line)


def _follow(line: str, blocks: list[str]) -> None:
    """Keeps the names of the blocks that the next line lies in, for the hierarchy form."""
    bare = line.split("/*", 1)[0].split("## ", 1)[0].strip()
    if bare.endswith("{"):
        blocks.append(bare.removesuffix("{").strip().removeprefix("inactive: "))
    elif bare.startswith("}") and blocks:
        blocks.pop()
