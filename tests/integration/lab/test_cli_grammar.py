"""Words of the CLI: longest match, abbreviations, options, pipes."""

from __future__ import annotations

import pytest

from srx_lab.answering import GRAMMAR
from srx_lab.cli.line import parse_line
from srx_lab.cli.pipes import Display, UnknownPipe, apply, split_pipes
from srx_lab.grammar import SyntaxTrouble
from srx_lab.operations.registry import OPERATIONS
from srx_lab.shell.syntax import If, ShellSyntax, Simple, Subshell, parse


@pytest.mark.parametrize(
    ("line", "rpc", "arguments"),
    [
        ("show version", "get-software-information", {}),
        ("sh ver", "get-software-information", {}),
        (
            "show chassis cluster status redundancy-group 1",
            "get-chassis-cluster-status",
            {"redundancy-group": "1"},
        ),
        ("show chassis cluster information", "get-chassis-cluster-information", {}),
        ("show chassis cluster information issu", "get-chassis-cluster-issu-information", {}),
        ("show system storage node 1", "get-system-storage", {"node": "1"}),
        ("request system software in-service-upgrade status", "request-in-service-upgrade-status", {}),
        (
            "request system software in-service-upgrade /var/tmp/x.tgz no-copy reboot",
            "request-package-in-service-upgrade",
            {"package-name": "/var/tmp/x.tgz", "no-copy": "", "reboot": ""},
        ),
        (
            "request system software rollback node 1 reboot",
            "request-package-rollback",
            {"node": "1", "reboot": ""},
        ),
        (
            "request chassis cluster failover reset redundancy-group 0",
            "request-chassis-cluster-failover-reset",
            {"redundancy-group": "0"},
        ),
        (
            "file copy /var/tmp/a node1:/var/tmp/a",
            "file-copy",
            {"source": "/var/tmp/a", "destination": "node1:/var/tmp/a"},
        ),
        ("show security flow session summary", "get-flow-session-information", {"summary": ""}),
        (
            "show configuration chassis cluster | display set",
            "get-configuration",
            {"format": "set", "filter": "chassis cluster", "database": "committed"},
        ),
    ],
)
def test_lines(line: str, rpc: str, arguments: dict[str, str]) -> None:
    _, query = parse_line(line)
    assert (query.rpc, dict(query.arguments)) == (rpc, arguments)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("show nonsense", "nonsense"),
        ("request system reboot sideways", "sideways"),
        ("show version | frobnicate", "frobnicate"),
    ],
)
def test_trouble_names_the_word(line: str, word: str) -> None:
    with pytest.raises(SyntaxTrouble) as caught:
        parse_line(line)
    assert caught.value.word == word


def test_pipes_in_a_row() -> None:
    pipeline = split_pipes('show log messages | match "a|b" | except b2 | last 2 | no-more')
    assert pipeline.filters == (("match", "a|b"), ("except", "b2"), ("last", "2"))
    assert pipeline.no_more
    assert list(apply(pipeline.filters, ["a1", "b1", "b2", "c", "a2"])) == ["b1", "a2"]


def test_find_and_count() -> None:
    assert list(apply((("find", "b"),), ["a", "b", "c"])) == ["b", "c"]
    assert list(apply((("count", ""),), ["a", "b"])) == ["Count: 2 lines"]


def test_display_forms() -> None:
    assert split_pipes("show version | display xml").display is Display.XML
    assert split_pipes("show version | display xml rpc").display is Display.RPC
    with pytest.raises(UnknownPipe):
        split_pipes("show version | display braille")


def test_shell_text() -> None:
    sequence = parse("cd /x && nohup cli -c 'a; b' > log 2>&1 & echo $!; if true; then (a; b) > c; fi")
    first, second, third, fourth = sequence.steps
    assert not first.behind
    assert (second.joined_by, second.behind) == ("&&", True)
    command = second.pipeline[0]
    assert isinstance(command, Simple)
    assert command.words == ["nohup", "cli", "-c", "'a; b'"]
    assert (command.out, command.merged) == (("log", False), True)
    assert isinstance(third.pipeline[0], Simple)
    branch = fourth.pipeline[0]
    assert isinstance(branch, If)
    assert isinstance(branch.then.steps[0].pipeline[0], Subshell)


@pytest.mark.parametrize("text", ["echo 'open", "if true; then a", "( a", "a >"])
def test_shell_text_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ShellSyntax):
        parse(text)


@pytest.mark.parametrize(
    "line",
    [
        "request system software in-service-upgrade /var/tmp/x.tgz reboot",
        "request vmhost software rollback node 1 reboot",
        "request chassis cluster in-service-upgrade abort",
        "request chassis cluster failover redundancy-group 2 node 1",
        "request security policies resync",
    ],
)
def test_an_order_is_written_down_as_it_is_typed_whatever_the_wire(line: str) -> None:
    query = GRAMMAR.parse(line)
    (operation,) = [each for each in OPERATIONS if each.syntax.rpc == query.rpc]
    assert operation.syntax.line(query) == line
