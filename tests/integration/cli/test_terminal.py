"""No word of a device or of another person steers the operator's terminal."""

from __future__ import annotations

import importlib
import io
import pkgutil

import pytest
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

import srx_issu.cli
from srx_issu.cli.terminal import Terminal

HOSTILE = (
    "node0: \x1b]52;c;cm0gLXJmIC8=\x07done \x9b2J\u202eelif\u202c [link=x]y[/] \x1b[8mhidden\r\nnext\tend"
)
SHOWN = "node0: done elif [link=x]y[/] hidden"


def drawn(*what: object, tty: bool = True) -> str:
    out = io.StringIO()
    terminal = Terminal(width=200)
    terminal.file, terminal._force_terminal = out, tty
    for each in what:
        terminal.print(each)
    return out.getvalue()


def table() -> Table:
    made = Table(title=HOSTILE, box=None)
    made.add_column(HOSTILE)
    made.add_row(HOSTILE)
    made.add_row(Text(HOSTILE, style="bold red"))
    return made


@pytest.mark.parametrize("what", [HOSTILE, Text(HOSTILE), table()], ids=["text", "styled", "table"])
def test_nothing_printed_holds_an_escape(what: object) -> None:
    shown = drawn(what, tty=False)
    assert "node0:" in shown
    assert not [letter for letter in shown if not letter.isprintable() and letter not in "\n\t"]


def test_a_line_is_read_as_it_was_written() -> None:
    assert drawn(HOSTILE, tty=False).splitlines()[0] == SHOWN


def test_a_live_table_keeps_its_own_cursor_and_nobody_elses() -> None:
    out = io.StringIO()
    terminal = Terminal(width=200)
    terminal.file, terminal._force_terminal = out, True
    with Live(console=terminal, auto_refresh=False) as live:
        live.update(table(), refresh=True)
        live.update(table(), refresh=True)
    shown = out.getvalue()
    assert "\x1b[?25l" in shown
    assert "\x1b]52" not in shown
    assert "\x1b[8m" not in shown
    assert not set("\x9b\u202e\u202c\x07") & set(shown)


def test_every_command_prints_by_it() -> None:
    for found in pkgutil.iter_modules(srx_issu.cli.__path__):
        module = importlib.import_module(f"srx_issu.cli.{found.name}")
        consoles = [value for value in vars(module).values() if isinstance(value, Console)]
        assert all(isinstance(console, Terminal) for console in consoles), found.name
