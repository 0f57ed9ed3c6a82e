"""Takes secrets out of prose that a device may have written into: answers, errors, lines of a log.

Unlike ``scrub``, which reads configurations, it must leave sentences as they are: after "password" stands a
secret in a node's echo, and in a sentence a word such as "of". Words of that kind are listed; every other
word goes, for one word too many costs little.
"""

from __future__ import annotations

import re

from srx_issu.domain.redaction.printable import printable
from srx_issu.domain.redaction.secret_words import (
    KINDS,
    NAMES,
    without_encoded,
    without_numbered_keys,
    without_private_keys,
    without_url_passwords,
)

REDACTED = "[secret removed]"

_GOES_ON = (
    "a after again all also an and another any are as at authentication be because been before being "
    "but by can cannot change changed changes check class commit configured could data database did "
    "digits do does during empty entered entry error exceeds expected expired expires failed failure "
    "field file files for format from generated given had has have here history id if in incorrect "
    "invalid is it its kept key keys leaves left length less login longer made makes managed match "
    "matches may mechanism minimum mismatch missing must names need needed needs never no nor not now "
    "number of off on only option or out past permission permissions policy prompt protected protection "
    "read refused rejected removed required requires reset rules scrubbed sent set shorter should shown "
    "so statement stays store stored string than that the their then there they this through to token "
    "too tried twice type under until used user value was were what when where which while who will "
    "with without word words would wrong yes yet you your"
)
_SENTENCE = frozenset(_GOES_ON.split())
_WORD = r"(?:\"(?:[^\"\\]|\\.)*+\"|'[^'\n]*+'|[^\s;{}\[\]<>]++)"
_STATEMENT = re.compile(
    rf"(?<![\w-])((?:{NAMES}|passwd)(?:[ \t]++(?:{KINDS}))?(?:[\"']?[ \t]*+[:=][ \t]*+|[ \t]++))"
    rf"(?!(?:{KINDS})\b)({_WORD})",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rf"(<(?:{NAMES}|community>\s{{0,40}}<name)>)[^<]++", re.IGNORECASE)
_COMMUNITY = re.compile(
    rf"(?<![\w-])(community(?:-name|[ \t]++string)?(?:[ \t]*+[:=][ \t]*+|[ \t]++))({_WORD})", re.IGNORECASE
)
_BEARER = re.compile(r"(\bauthorization:\s{0,40}(?:basic|bearer|digest)\s{1,40})[^\s\"'\[]++", re.IGNORECASE)
_SNMP = re.compile(r"\bsnmp|community[ -](?:string|name)", re.IGNORECASE)
_PUNCTUATION = "()…–—-.,:;!?/&|*"


def redact(text: str) -> str:
    """``text`` without secrets, printable and whole Unicode; a second time changes nothing."""
    text = printable(text).encode("utf-8", "replace").decode("utf-8")
    text = without_private_keys(text, REDACTED)
    text = without_url_passwords(without_encoded(text, REDACTED), REDACTED)
    text = _BEARER.sub(rf"\g<1>{REDACTED}", _ELEMENT.sub(rf"\g<1>{REDACTED}", text))
    text = _STATEMENT.sub(_value, without_numbered_keys(text, REDACTED))
    return _COMMUNITY.sub(_value, text) if _SNMP.search(text) else text


def _value(found: re.Match[str]) -> str:
    before, value = found.groups()
    if value[0] in "\"'":
        return f"{before}{value[0]}{REDACTED}{value[0]}" if len(value) > 1 else found.group()
    if value[0] in "([" or value.strip(_PUNCTUATION).casefold() in _SENTENCE or not value.strip(_PUNCTUATION):
        return found.group()
    return f"{before}{REDACTED}"
