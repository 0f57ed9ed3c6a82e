"""What a device may write onto an operator's terminal: words."""

from __future__ import annotations

import pytest

from srx_issu.domain.redaction.printable import printable
from tests.unit.domain.failure.growth import HARD_UNITS, growth


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]52;c;cm0gLXJmIC8=\x07b", "ab"),  # the clipboard
        ("a\x1b]52;c;cm0gLXJmIC8=\x1b\\b", "ab"),
        ("a\x9d52;c;cm0gLXJmIC8=\x9cb", "ab"),  # the same with C1 controls
        ("a\x1b[2J\x1b[1;31mb\x1b[0m", "ab"),
        ("a\x9b2Jb", "ab"),
        ('a\x1bP$q"p\x1b\\b', "ab"),
        ("a\x1b]8;;http://x\x07link\x1b]8;;\x07", "alink"),
        ("a\x1bc\x1b7\x1b(Bb", "ab"),
        ("a\x07\x08\x7f\x85\x00b", "ab"),
        ("a\u202egnp\u2066.\u200fb", "agnp.b"),
        ("a\u2028b\U000e0041c", "abc"),
        ("a\x1b]52;c;never ended\nb", "a]52;c;never ended\nb"),  # without its start it does nothing
        ("\x1b", ""),
        ("1\r\n2\r\r\n3\r4\n\t5", "1\n2\n3\n4\n\t5"),
        ("übung, 日本 “ok” ＝ – 👍", "übung, 日本 “ok” ＝ – 👍"),
    ],
)
def test_words_stay_and_what_steers_a_terminal_goes(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_no_sequence_swallows_a_tag() -> None:
    assert printable("<a>x\x1b[</a><b>\x1b]52;c;</b>\x07<c/>") == "<a>x[</a><b>]52;c;</b><c/>"


@pytest.mark.parametrize("code", [*range(32), *range(0x7F, 0xA0)])
def test_only_tab_and_newline_of_all_controls_stay(code: int) -> None:
    kept = {"\t": "\t", "\n": "\n", "\r": "\n"}.get(chr(code), "")
    assert printable(f"a{chr(code)}") == f"a{kept}"


@pytest.mark.parametrize("unit", HARD_UNITS)
def test_time_grows_as_the_text_does(unit: str) -> None:
    assert growth(printable, f"{unit}\x1b") < 10
