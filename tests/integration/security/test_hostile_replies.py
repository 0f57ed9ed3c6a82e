"""A node that is not what it seems: its replies cost little, fetch nothing, and end in our errors."""

from __future__ import annotations

import time

import pytest

from srx_issu.adapters.devices.parse.reply import MAX_REPLY_BYTES, parse_reply
from srx_issu.adapters.journal.secrecy import redact
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.redaction.configuration import scrub

NODE = "node0"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><r>&l9;</r>'


@pytest.mark.parametrize(
    "reply",
    [
        BOMB,
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>',
        '<?xml version="1.0"?>\n<!doctype r [<!entity % p SYSTEM "file:///etc/passwd"> %p;]><r/>',
        "<r>&undeclared;</r>",
        "<r><a></r>",
        "<r/><r/>",
        "",
        "\x00\x01\x02",
    ],
    ids=["billion laughs", "file", "dtd", "parameter", "undeclared", "crossed", "two roots", "none", "nul"],
)
def test_is_refused_at_once(reply: str) -> None:
    began = time.process_time()
    with pytest.raises(ReplyNotUnderstood) as refused:
        parse_reply(NODE, reply)
    assert time.process_time() - began < 1.0
    assert "root:" not in str(refused.value)
    assert len(str(refused.value)) < 1_000


def test_a_reply_without_end_is_not_read() -> None:
    with pytest.raises(ReplyNotUnderstood, match="at most"):
        parse_reply(NODE, "<r>" + "x" * MAX_REPLY_BYTES + "</r>")


def test_depth_without_end_is_refused() -> None:
    with pytest.raises(ReplyNotUnderstood):
        parse_reply(NODE, "<a>" * 100_000 + "</a>" * 100_000)


def test_one_text_of_many_megabytes_is_refused_where_none_is_expected() -> None:
    with pytest.raises(ReplyNotUnderstood):
        parse_reply(NODE, "<r>" + "x" * 11_000_000 + "</r>")


def test_terminal_control_sequences_do_not_survive() -> None:
    assert parse_reply(NODE, "<r>a\x1b[2J\x07b\x1b]52;c;Zm9v\x07c\x9b1md</r>").text == "abcd"


@pytest.mark.parametrize("mark", ["&#x9b;31m", "&#155;31m", "&#x202e;", "\x85", "\u2066"])
def test_a_mark_that_steers_a_terminal_is_gone_however_it_is_written(mark: str) -> None:
    root = parse_reply(NODE, f'<r a="x{mark}y"><o>a{mark}b</o>c{mark}d</r>')
    shown = [root.get("a"), root[0].text, root[0].tail]
    assert not [word for word in shown if not word or not word.isprintable()]


def test_a_configuration_stays_as_it_is_for_it_is_put_back() -> None:
    text = "description \u202eab\u2066\x85;"
    assert parse_reply(NODE, f"<r><configuration-text>{text}</configuration-text></r>")[0].text == text


def test_processing_instructions_and_comments_say_nothing() -> None:
    assert [child.tag for child in parse_reply(NODE, "<r><?php x?><!-- y --><z/></r>")] == ["z"]


SECRETS = (
    "$9$seeded.cipher/AuhT",
    "$6$seeded$hash.of/root",
    "$8$seeded-master",
    "$1$seeded$md5",
    "$5$seeded$x",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_ciphers_and_hashes_of_junos_are_taken_out(secret: str) -> None:
    line = f'set system root-authentication encrypted-password "{secret}"; ## SECRET-DATA'
    assert "seeded" not in redact(line)
    assert "seeded" not in str(scrub(line))


def test_a_private_key_and_a_clear_password_are_taken_out_of_a_configuration() -> None:
    text = (
        "set security ike policy p pre-shared-key ascii-text seeded-clear-text\n"
        "set system radius-server 192.0.2.1 secret seeded-radius\n"
        'set security certificates local c "-----BEGIN PRIVATE KEY-----\\nseeded-key\\n'
        '-----END PRIVATE KEY-----"\n'
    )
    assert "seeded" not in str(scrub(text))
