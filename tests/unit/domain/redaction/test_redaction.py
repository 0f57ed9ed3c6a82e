"""Secrets in a node's words go; sentences stay."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import srx_issu
from srx_issu.domain.errors import CommandRefused, ReplyNotUnderstood
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.redaction.prose import REDACTED, redact
from tests.unit.domain.failure.growth import HARD_UNITS, growth

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nSEEDED\nSEEDED==\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    "words",
    [
        "set system login user ops authentication encrypted-password $y$j9T$SEEDED",
        'root-authentication { encrypted-password "$2b$10$SEEDED"; }',
        "error: syntax error: password SEEDED",
        "Password: SEEDED",
        "password=SEEDED, expecting a statement",
        "user ops password 'SEE DED'",
        'plain-text-password-value "SEE DED"',
        "set security ike policy p pre-shared-key ascii-text SEEDED",
        "pre-shared-key hexadecimal 5EEDED00SEEDED",
        "set snmp community SEEDED authorization read-only",
        "[edit snmp]\n  'community SEEDED'\n    syntax error",
        "snmp: community string SEEDED is refused",
        "SNMP community=SEEDED",
        "could not fetch ftp://backup:SEEDED@192.0.2.1/x.tgz",
        "could not fetch scp://backup:SEE@DED@192.0.2.1/x.tgz",
        "<radius-server><secret>SEEDED</secret>",
        "<snmp><community><name>SEEDED</name>",
        "<pre-shared-key><ascii-text>SEEDED",
        "ospf authentication md5 5 key SEEDED",
        "authentication-key 1 type md5 value SEEDED",
        '{"password": "SEEDED", "user": "ops"}',
        "Authorization: Basic U0VFREVESEEDED==",
        f"a certificate {KEY} and more",
        KEY[:60] + "SEEDED",
        "pass\x1b[0mword SEEDED",
    ],
)
def test_no_secret_is_left(words: str) -> None:
    redacted = redact(words)
    assert "SEE" not in redacted
    assert "DED" not in redacted
    assert REDACTED in redacted
    assert redact(redacted) == redacted


@pytest.mark.parametrize(
    "words",
    [
        "refuses the login of 'ops' by key and password (Authentication failed.); correct the connection",
        "no password was sent. If the node was replaced, check the key on its console",
        "the class lacks permission secret, view, view-configuration",
        "secrets_scrubbed 12 of 12",
        "policy-options community keep-this members 65000:1",
        "Password:",
        "password authentication is refused",
        "the pre-shared-key is missing",
        "http://192.0.2.1:8080/path costs $9",
        "fabric link 1 (md5 checked) is up; node0: secondary",
        "see https://www.juniper.net/documentation/us/en/software/junos/x.html, section 3@4",
    ],
)
def test_sentences_stay(words: str) -> None:
    assert redact(words) == words


def test_no_sentence_of_our_own_is_touched() -> None:
    """Every text of the program that is about passwords or the like, as far as it is written in one piece."""
    about = re.compile(r"passw|secret|passphrase|-key\b|community", re.IGNORECASE)
    touched = {
        text
        for file in Path(srx_issu.__file__).parent.rglob("*.py")
        for text in _texts(ast.parse(file.read_text("utf-8")))
        if " " in text.strip()
        and about.search(text)
        and redact(text) != text
        and "user:password@host" not in text  # the form of a URL, which no journal is told
    }
    assert touched == set()


def _texts(tree: ast.Module) -> list[str]:
    """Every string but docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def test_an_error_repeats_no_secret_and_no_escape_of_a_node() -> None:
    said = "error: \x1b]52;c;x\x07'community SEEDED' of snmp is not valid"
    for error in (CommandRefused("node0", said), ReplyNotUnderstood("node0", "no release", said)):
        assert "SEEDED" not in str(error) + error.message + repr(error)
        assert "\x1b" not in str(error)
        assert "of snmp is not valid" in error.message


def test_the_line_that_a_transcript_stopped_with_repeats_none() -> None:
    stopped = transcript_verdict("error: File does not exist: ftp://ops:SEEDED@192.0.2.1/x.tgz\n")
    assert stopped is not None
    assert "SEEDED" not in stopped.line
    assert "ftp://ops:" in stopped.line


@pytest.mark.parametrize("unit", HARD_UNITS)
def test_time_grows_as_the_text_does(unit: str) -> None:
    assert growth(redact, unit) < 10
