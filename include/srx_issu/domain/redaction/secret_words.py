"""What a secret looks like in a node's words, whatever they are: shared by ``scrub`` and ``redaction``.

Every function costs time in proportion to its text: a device chooses the text. So nothing is searched for
from each place again: repetitions are possessive, bounded, or end where the next one may begin.
"""

from __future__ import annotations

import re

# A quoted string, or a word as Junos ends one
STRING = r"(?:\"(?:[^\"\\]|\\.)*+\"|[^\s;{}\[\]]++)"

# Statements whose next word is a secret, however it is written. SRX hierarchies: system login and root
# authentication, RADIUS and TACACS+, IKE, routing protocols, NTP, SNMP v3, PPP, WLAN, UTM feeds, archives.
STATEMENTS = (
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
NAMES = "|".join(sorted(STATEMENTS, key=len, reverse=True))
KINDS = "ascii-text|hexadecimal"

# "md5 5 key $9$..." of OSPF and "authentication-key 1 type md5 value $9$..." of NTP
_NUMBERED_KEY = re.compile(
    rf"(?<![\w-])((?:md5|authentication-key)\s++\d++\s++(?:(?!(?:key|value)\s)[\w-]++\s++){{0,6}}"
    rf"(?:key|value)\s++)({STRING})"
)
# Encodings of secrets, wherever they stand: $9$ and $8$ (Junos), and crypt(5)'s hashes
_ENCODED = re.compile(
    r"\$(?:1|2[abxy]?|3|5|6|7|8|9|argon2\w{0,8}|sha\d{0,4}|md5|g?y|AES\w{0,8})\$[^\s\";'<>]*+"
)
_KEY_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----")
_URL_WORD = re.compile(r"[^\s\"']++")
_USER = re.compile(r"[^:/@]*+:")
_SCHEME_END = re.compile(r"[A-Za-z0-9]\Z")


def without_private_keys(text: str, removed: str) -> str:
    """PEM private keys, also one that is cut off at its end."""
    parts, kept_to, open_kind = list[str](), 0, ""
    for mark in _KEY_MARK.finditer(text):
        what, kind = mark.groups()
        if not open_kind and what == "BEGIN":
            parts += (text[kept_to : mark.start()], removed)
            open_kind = kind
        elif open_kind == kind and what == "END":
            kept_to, open_kind = mark.end(), ""
    return "".join(parts) if open_kind else "".join((*parts, text[kept_to:]))


def without_numbered_keys(line: str, removed: str) -> str:
    return _NUMBERED_KEY.sub(rf"\g<1>{removed}", line)


def without_encoded(text: str, removed: str) -> str:
    """Junos's own encodings of secrets, and password hashes."""
    return _ENCODED.sub(removed, text)


def without_url_passwords(text: str, removed: str) -> str:
    """``ftp://user:secret@host`` keeps user and host; a password may hold ``@`` and ``/``."""
    if "://" not in text:
        return text
    return _URL_WORD.sub(lambda word: _url_word(word.group(), removed), text)


def _url_word(word: str, removed: str) -> str:
    first, *others = word.split("://")
    parts, before = [first], first
    for part in others:
        user = _USER.match(part) if _SCHEME_END.search(before) else None
        end = part.rfind("@")
        parts.append(f"{user.group()}{removed}{part[end:]}" if user and end >= user.end() else part)
        before = part
    return "://".join(parts)
