"""Takes out of answers what belongs to somebody: names, addresses, serial numbers, secrets.

What is not plainly a word of Junos or English (``plain_words.txt``), a number, a time or a release is
replaced, so that whatever nobody thought of is replaced, too. The same text becomes the same pseudonym in all
answers of a bundle, so that they still fit together; which was which is written nowhere.
"""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from srx_issu.domain.redaction.configuration import scrub
from srx_issu.domain.redaction.prose import redact

WORDS_FILE = Path(__file__).with_name("plain_words.txt")
# Nothing else that begins like a tag is one: its words would stay
_TAG = re.compile(r"<(?:[/A-Za-z]|\?xml\b)(?:\"[^\"<]*+\"|'[^'<]*+'|[^<>\"'])*+>")
_ATTRIBUTE = re.compile(r"(?<=[\w:-]=)(\"[^\"]*\"|'[^']*')")
_NAMESPACE = re.compile(r"^(xmlns(:[\w-]+)?)=", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!-->|<!--).)*+-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[((?:(?!\]\]>|<!\[CDATA\[).)*+)\]\]>", re.DOTALL)
_CHARACTER = re.compile(r"&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});")
_MESSAGE_ID = re.compile(r"\smessage-id=(\"[^\"]*\"|'[^']*')")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")  # wherever it stands in a word
_MAC = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:\.\d+){0,3}(?![\w:])")
_AS_NUMBER = re.compile(r"((?:peer-as|autonomous-system|local-as)(?:>|\s)\s*)(\d+)")
_TOKEN = re.compile(r"[^\s<>\"'&;,()\[\]{}=|]+")
_BETWEEN_PARTS = re.compile(r"[-_./:+@#%*\\^?!~$]+")
_NUMBER = re.compile(
    r"\d{1,12}(?:[KMGT]?B?|s|ms|[dhw]|th|[ap]m|[kmg]?bps|pps|x\d+G?)?|\d*[RSDXBIFYH]\d{1,3}", re.IGNORECASE
)
_WORD_AND_NUMBER = re.compile(r"([A-Za-z]{2,})\d{0,4}")
_PUNCTUATION = ".:,!?*"
_PSEUDONYM = re.compile(r"name-\d+")
_SECRET_MARK = re.compile(r"\$\d+\$")
_RANGE = re.compile(r"A-Za-z0-9|a-zA-Z0-9|0-9A-Za-z")


@cache
def plain_words() -> frozenset[str]:
    return frozenset(WORDS_FILE.read_text(encoding="utf-8").split())


class Pseudonyms:
    """One for a whole bundle: what was replaced by what. Never written anywhere."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._made: set[str] = set()  # the pseudonyms of addresses and numbers

    def reply(self, text: str, *, is_configuration: bool = False) -> str:
        """A whole reply, well-formed or not: tags stay, comments go, CDATA and references become text."""
        text = _COMMENT.sub("", _CDATA.sub(lambda found: html.escape(found[1], quote=False), text))
        text = _CHARACTER.sub(lambda found: html.escape(html.unescape(found[0]), quote=False), text)
        text = scrub(text) if is_configuration else text
        text = _MESSAGE_ID.sub(' message-id="1"', text)
        done, at = list[str](), 0
        for tag in _TAG.finditer(text):
            done += [self.words(text[at : tag.start()], after=text[max(0, at - 60) : at]), self._tag(tag[0])]
            at = tag.end()
        return "".join((*done, self.words(text[at:], after=text[max(0, at - 60) : at])))

    def words(self, text: str, *, after: str = "") -> str:
        """Prose, or what stands between two tags. ``after``: what stands before it: an AS number's tag."""
        if not text.strip():
            return text
        if after.endswith(("-as>", "autonomous-system>")) and text.strip().isdigit():
            return text.replace(text.strip(), self._as_number(text.strip()))
        text = _AS_NUMBER.sub(lambda found: found[1] + self._as_number(found[2]), redact(text))
        text = _MAC.sub(lambda found: self._mac(found[0]), text)
        text = _IPV4.sub(lambda found: self._ipv4(found[0]), text)
        text = _IPV6.sub(lambda found: self._ipv6(found[0]), text)
        return _TOKEN.sub(lambda found: self._token(found[0]), text)

    def _tag(self, tag: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = tag[: found.start()].rsplit(None, 1)[-1]
            return found[0] if _NAMESPACE.match(name) else f'"{self.words(found[0][1:-1])}"'

        return _ATTRIBUTE.sub(value, tag)

    def _token(self, token: str) -> str:
        bare = token.strip(_PUNCTUATION)
        if not bare or _PSEUDONYM.fullmatch(bare) or self._is_plain(bare):
            return token
        if bare not in self._names:
            self._names[bare] = f"name-{len(self._names) + 1}"
        return token.replace(bare, self._names[bare])

    def _is_plain(self, token: str) -> bool:
        if token in self._made:
            return True
        if _SECRET_MARK.search(token) or any(self._ipv4(quad) != quad for quad in _QUAD.findall(token)):
            return False
        parts = _BETWEEN_PARTS.split(_RANGE.sub("", token))
        return all(not part or _is_plain_part(part) for part in parts)

    def _mac(self, shown: str) -> str:
        return self._numbered(self._addresses, shown.lower(), _mac_address)

    def _ipv4(self, shown: str) -> str:
        try:
            address = ipaddress.IPv4Address(shown)
        except ValueError:
            return shown
        if address.is_unspecified or address.is_loopback or shown.startswith("255."):
            return shown
        return self._numbered(self._addresses, shown, lambda n: f"198.18.{n >> 8 & 255}.{n & 255}")

    def _ipv6(self, shown: str) -> str:
        try:
            ipaddress.IPv6Address(shown)
        except ValueError:
            return shown
        if shown in ("::", "::1"):
            return shown
        return self._numbered(self._addresses, shown.lower(), lambda n: f"2001:db8::{n:x}")

    def _as_number(self, shown: str) -> str:
        return self._numbered(self._numbers, shown, lambda n: str(4_200_000_000 + n))

    def _numbered(self, kept: dict[str, str], shown: str, made: Callable[[int], str]) -> str:
        if shown in self._made:  # a pseudonym already
            return shown
        if shown not in kept:
            kept[shown] = made(len(kept) + 1)
            self._made.add(kept[shown])
        return kept[shown]


def _mac_address(number: int) -> str:
    """Locally administered."""
    return f"02:00:00:00:{number >> 8 & 255:02x}:{number & 255:02x}"


def _is_plain_part(part: str) -> bool:
    if _NUMBER.fullmatch(part) or (len(part) == 1 and part.isalpha()):
        return True
    match = _WORD_AND_NUMBER.fullmatch(part)
    return match is not None and match[1].lower() in plain_words()
