"""A spreadsheet shows what a device or a person wrote; it never runs it."""

from __future__ import annotations

import csv
import io

import pytest

from srx_issu.report.spreadsheet import harmless, table

CALL = "cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−"]
)
@pytest.mark.parametrize(
    "before",
    [
        "",
        " ",
        "  ",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "\xa0",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\u2060",
        "\x1b[0m",
        "\x00",
        "\u202e",
    ],
)
def test_nothing_that_begins_like_a_formula_stays_one(before: str, sign: str) -> None:
    assert str(harmless(f"{before}{sign}{CALL}")).startswith("'")


@pytest.mark.parametrize("first", ["\t", "\r", "\n"])
def test_a_cell_does_not_begin_with_a_control(first: str) -> None:
    assert str(harmless(f"{first}words")).startswith("'")


@pytest.mark.parametrize("words", ["", " ", "fw-a", "node1: 1 + 1 = 2", "a=b", "22.4R3-S2.11", "ü＝"])
def test_other_words_stay(words: str) -> None:
    assert harmless(words) == words


def test_figures_stay_figures_and_none_is_empty() -> None:
    rows = list(csv.reader(io.StringIO(table([["a", "b", "c"], [-1, 2.5, None]]))))
    assert rows == [["a", "b", "c"], ["-1", "2.5", ""]]


def test_every_column_is_guarded_and_read_back_whole() -> None:
    rows = list(csv.reader(io.StringIO(table([['=1"', "a\nb", "\t@x"]]))))
    assert rows == [["'=1\"", "a\nb", "'\t@x"]]
