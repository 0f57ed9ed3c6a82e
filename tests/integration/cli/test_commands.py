"""Every command is there, says what it does, and has its place in the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
import typer

from srx_issu import cli
from srx_issu.cli import main
from tests.places import ROOT

PAGES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
)
MODULES = sorted(path.stem for path in Path(cli.__path__[0]).glob("*.py") if path.stem != "__init__")


def commands(group: click.Group, before: str = "srx-issu") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


COMMANDS = dict(commands(typer.main.get_group(main.app)))


@pytest.mark.parametrize("module", MODULES)
def test_every_module_with_commands_is_registered(module: str) -> None:
    if not hasattr(import_module(f"srx_issu.cli.{module}"), "register"):
        return
    source = Path(main.__file__).read_text(encoding="utf-8")
    told = (f"\n{module}.register(app", f"from srx_issu.cli.{module} import register as ")
    assert any(words in source for words in told), (
        f"include/srx_issu/cli/main.py does not call {module}.register(app): its commands are not there"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    assert (COMMANDS[name].help or "").strip().endswith("."), (
        f"{name} has no docstring, a sentence for --help"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_documentation(name: str) -> None:
    words = f"{name.rpartition(' ')[0]} " if name.count(" ") > 1 else name
    assert words in PAGES, f"no page under docs/, nor README.md, says when to call '{name}'"
