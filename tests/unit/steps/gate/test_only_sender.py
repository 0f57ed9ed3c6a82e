"""The gate is the only sender: no other module of the program calls what sends."""

from __future__ import annotations

import ast
from pathlib import Path

import srx_issu

PROGRAM = Path(srx_issu.__file__).parent
GATE, DEVICES = PROGRAM / "steps/gate", PROGRAM / "adapters/devices"
SENDS = {"start_line", "upload", "delete"}
TRIAL = PROGRAM / "probe/tried.py"  # copies one file of its own there and takes it away, days ahead
LINES_OF_FILES = "catalog"  # a document tells the line of a word by the same name


def its_own_file(call: ast.Call) -> bool:
    """Whether it names the trial's one file, or its part, and nothing else."""
    remote = call.args[0] if ast.unparse(call.func).endswith(".delete") else call.args[1]
    return ast.unparse(remote) in {"FILE", "f'{FILE}{PART}'"}


def senders(file: Path) -> list[str]:
    """Calls of ``.line(``, ``.start_line(``, ``.upload(`` and ``.delete(``, and every use of a writer."""
    where, found = file.relative_to(PROGRAM), []
    for each in ast.walk(ast.parse(file.read_text())):
        if isinstance(each, ast.Attribute) and ast.unparse(each) == "context.writer":
            found.append(f"{where}:{each.lineno} uses a writer")
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute):
            continue
        name = each.func.attr
        if file == TRIAL and name in {"upload", "delete"} and its_own_file(each):
            continue
        if name in SENDS or (name == "line" and where.parts[0] != LINES_OF_FILES):
            found.append(f"{where}:{each.lineno} calls .{name}(")
    return found


def test_nothing_but_the_gate_sends() -> None:
    files = [f for f in PROGRAM.rglob("*.py") if GATE not in f.parents and DEVICES not in f.parents]
    assert len(files) > 150
    assert [words for file in files for words in senders(file)] == []


def test_the_gate_would_be_found() -> None:
    assert len(senders(GATE / "send.py")) >= 4
