"""Is there a shell on the node? Yes, no, and "it did not say" are three answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import cast

import paramiko
import pytest

from srx_issu.adapters.devices import shell as module
from srx_issu.adapters.devices.shell import NodeShell, NoShell
from srx_issu.domain.errors import DeviceTimeout, ReplyNotUnderstood, SessionLost

JUNOS = "Hostname: fw\nJunos: 21.4R3-S5.4"
ECHO = re.compile(r'echo "@(\w+)"-begin@; (.*); echo "@\w+-\$\?@"')
Answer = Callable[[str], str | None]


class Terminal:
    """Takes the place of a channel: ``answers`` gives what comes back for a line; None is silence."""

    def __init__(self, greeting: str, answers: Answer, *, at_once: int = 4096) -> None:
        self._waiting = greeting.encode()
        self.answers = answers
        self._at_once = at_once
        self.lines = list[str]()
        self.closed = False

    def sendall(self, data: bytes) -> None:
        line = data.decode().removesuffix("\n")
        self.lines.append(line)
        self._waiting += (self.answers(line) or "").encode()

    def recv(self, size: int) -> bytes:
        if self.closed:
            return b""
        if not self._waiting:
            time.sleep(0.005)
            raise TimeoutError
        data, self._waiting = self._waiting[: self._at_once], self._waiting[self._at_once :]
        return data


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_QUIET_S", 0.1)


def shell_on(terminal: Terminal, timeout_s: float = 0.4) -> NodeShell:
    return NodeShell("node0", cast(paramiko.Channel, terminal), timeout_s)


def bourne(**changes: tuple[int, str] | None) -> Answer:
    """A shell that echoes and answers; ``changes`` name a command's first word. None: it hangs there."""
    known: dict[str, tuple[int, str] | None] = {
        "nohup": (127, "nohup: not found"),
        "date": (0, "1795896000"),
        "cli": (0, JUNOS),
        **changes,
    }

    def answer(line: str) -> str | None:
        found = ECHO.fullmatch(line)
        if found is None:
            return f"{line}\r\n% "
        token, command = found.groups()
        said = known.get(command.split()[0], (int("no-such" in command), ""))
        if said is None:
            return f"{line}\r\n@{token}-begin@\r\n"
        return f"{line}\r\n@{token}-begin@\r\n{said[1]}\r\n@{token}-{said[0]}@\r\n% "

    return answer


def after_cli(answer: Answer, started: str = "start shell\r\n% ") -> Answer:
    return lambda line: started if line == "start shell" else answer(line)


@pytest.mark.parametrize("at_once", [4096, 1, 7])
def test_a_shell_behind_the_cli_is_proven_and_tells_its_time(at_once: int) -> None:
    terminal = Terminal("\x1b[?2004h{primary:node0}\r\nops@fw> ", after_cli(bourne()), at_once=at_once)
    shell = shell_on(terminal)
    shell.enter()
    assert shell.node_time_s() == 1795896000
    assert terminal.lines[:2] == ["start shell", "exec /bin/sh"]


def test_an_account_whose_login_is_a_shell_needs_no_cli() -> None:
    terminal = Terminal("% ", bourne())
    shell_on(terminal).enter()
    assert "start shell" not in terminal.lines


@pytest.mark.parametrize(
    "answers",
    [
        lambda line: None,
        after_cli(lambda line: None),
        after_cli(bourne(test=None)),
        after_cli(bourne(date=None)),
        after_cli(bourne(cli=None)),
        after_cli(bourne(), started="start shell\r\n"),
    ],
    ids=["start shell", "exec", "test", "date", "cli", "prompt"],
)
def test_silence_is_no_proof_that_there_is_no_shell(answers: Answer) -> None:
    with pytest.raises(DeviceTimeout):
        shell_on(Terminal("ops@fw> ", answers)).enter()


def test_a_node_that_does_not_even_greet_has_shown_nothing() -> None:
    with pytest.raises(DeviceTimeout):
        shell_on(Terminal("", bourne())).enter()


def test_a_session_that_ends_has_shown_nothing() -> None:
    terminal = Terminal("", bourne())
    terminal.closed = True
    with pytest.raises(SessionLost):
        shell_on(terminal).enter()


@pytest.mark.parametrize(
    "started",
    [
        "start shell\r\n            ^\r\nunknown command.\r\nops@fw> ",
        "start shell\r\nerror: permission denied\r\nops@fw> ",
        "start shell\r\nops@fw> ",
        "ops@fw> ",
    ],
    ids=["unknown", "denied", "wordless", "without an echo"],
)
def test_a_cli_that_stays_a_cli_has_no_shell(started: str) -> None:
    terminal = Terminal("ops@fw> ", after_cli(bourne(), started))
    with pytest.raises(NoShell):
        shell_on(terminal).enter()
    assert terminal.lines == ["start shell"]


@pytest.mark.parametrize(
    "changes",
    [
        {"cli": (127, "cli: not found")},
        {"date": (0, "a quarter to nine")},
        {"date": (1, "")},
        {"test": (0, "")},
        {"test": (1, "")},
    ],
)
def test_a_shell_that_answers_wrongly_is_none(changes: dict[str, tuple[int, str]]) -> None:
    with pytest.raises(NoShell):
        shell_on(Terminal("% ", bourne(**changes))).enter()


def test_a_program_that_refuses_every_line_is_no_shell() -> None:
    with pytest.raises(NoShell, match="Illegal variable name"):
        shell_on(Terminal("% ", lambda line: f"{line}\r\nIllegal variable name.\r\n% ")).enter()


def test_a_banner_that_looks_like_a_prompt_does_not_hide_a_slow_shell() -> None:
    """The real prompt comes after "start shell" was typed, and the shell after that."""

    class Slow(Terminal):
        late: str | None = None

        def recv(self, size: int) -> bytes:
            if not self._waiting and self.late:
                if self.quiet:
                    self.quiet -= 1
                else:
                    self._waiting, self.late = self.late.encode(), None
            return super().recv(size)

        quiet = 5

    slow = Slow("<<< welcome >>>\r\n", after_cli(bourne(), "start shell\r\nops@fw> "))
    slow.late = None
    answers = slow.answers

    def and_late(line: str) -> str | None:
        if line == "start shell":
            slow.late = "start shell\r\n% "
        return answers(line)

    slow.answers = and_late
    shell_on(slow).enter()


def test_what_a_shell_prints_is_printable() -> None:
    shell = shell_on(
        Terminal("% ", bourne(head=(0, "ISSU\x1b]52;c;Zm9v\x07: \x1b[1mbegun\x9b0m\u202e")), at_once=5)
    )
    shell.enter()
    assert shell.run("head x") == (0, "ISSU: begun")


def test_a_clock_that_tells_no_time_later_on_is_not_understood() -> None:
    terminal = Terminal("% ", bourne())
    shell = shell_on(terminal)
    shell.enter()
    terminal.answers = bourne(date=(1, "date: out of time"))
    with pytest.raises(ReplyNotUnderstood, match="out of time"):
        shell.node_time_s()
