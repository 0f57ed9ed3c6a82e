"""Words of shell text: where their quotes are, and where a substitution ends."""

from __future__ import annotations

import pytest

from srx_lab.shell.expansion import closing_parenthesis, pieces


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("plain$x", [("plain$x", False, False)]),
        ("'$x \"y\"'", [('$x "y"', True, True)]),
        ('"$x \\"y\\" \\$z"', [('$x "y" $z', False, True)]),
        ("a\\ b", [("a", False, False), (" ", True, False), ("b", False, False)]),
        ("a'b'\"c\"", [("a", False, False), ("b", True, True), ("c", False, True)]),
        ("''", [("", True, True)]),
        ("end\\", [("end", False, False), ("\\", False, False)]),
    ],
)
def test_a_word_comes_apart_at_its_quotes(word: str, expected: list[tuple[str, bool, bool]]) -> None:
    assert [(each.text, each.literal, each.quoted) for each in pieces(word)] == expected


@pytest.mark.parametrize(("text", "end"), [("(a)b", 2), ("(a $(b) c) d", 9), ("(open", 5)])
def test_where_a_substitution_ends(text: str, end: int) -> None:
    assert closing_parenthesis(text, 0) == end
