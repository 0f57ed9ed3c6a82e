"""The account's login class: what it does not name is refused, by every way in, and nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml
from jnpr.junos.exception import RpcError

from srx_lab.grammar import Grammar
from srx_lab.login_class import CommandNames, FaultyClass, LoginClass
from srx_lab.operations.registry import OPERATIONS
from srx_lab.release import parse_release
from srx_lab.replies.registry import SHOWS
from srx_lab.topology import BadTopology, load_topology
from tests.integration.lab.conftest import ServedLab, serve
from tests.integration.lab.test_wire import pyez, run, said

pytestmark = pytest.mark.filterwarnings("default")
CLASS = [
    "set system login class ops permissions [ view view-configuration ]",
    'set system login class ops allow-commands-regexps "^request system reboot node [01]$"',
    'set system login class ops allow-commands-regexps "^file show /[-A-Za-z0-9._/+]+$"',
    "set system login class ops idle-timeout 60",
]
NAMES = CommandNames(SHOWS, (operation.syntax for operation in OPERATIONS))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    lab = serve(tmp_path_factory.mktemp("class"), login_class=CLASS)
    yield lab
    lab.stop()


def test_what_the_class_names_is_allowed(lab: ServedLab) -> None:
    assert "Redundancy group: 0" in said(lab, "show chassis cluster status")
    assert "host-name" in said(lab, "show configuration")
    with pyez(lab) as device:
        assert device.rpc.get_software_information() is not None


@pytest.mark.parametrize(
    "command",
    [
        "request system zeroize", "request system reboot", "request system reboot node 0 at now",
        "request chassis cluster failover redundancy-group 1 node 1", "file delete /var/tmp/x",
        "start shell command id", "request system software rollback node 0",
    ],
)  # fmt: skip
def test_what_it_does_not_name_is_refused_on_the_command_line(lab: ServedLab, command: str) -> None:
    done = run(lab, command)
    assert done.exit_status == 1
    assert "error" in str(done.stdout)
    assert lab.status()["issu_starts"] == 0
    assert lab.status()["nodes"]["node0"]["power"] == "up"


def test_an_rpc_is_judged_as_its_command(lab: ServedLab) -> None:
    with pyez(lab) as device:
        for ask in (
            device.rpc.request_reboot,
            lambda: device.rpc.request_chassis_cluster_failover(redundancy_group="1", node="1"),
            device.rpc.lock_configuration,
            lambda: device.rpc.cli("request system storage cleanup"),
        ):
            with pytest.raises(RpcError, match="permission denied"):
                ask()


def test_configuration_mode_is_refused(lab: ServedLab) -> None:
    assert "permission denied: configure" in said(lab, "", given="configure\nexit\n")


def test_a_command_has_one_name_whichever_way_it_came() -> None:
    grammar = Grammar([operation.syntax for operation in OPERATIONS])
    for line in (
        "request system reboot node 0",
        "request chassis cluster failover redundancy-group 1 node 1",
        "request system software in-service-upgrade /var/tmp/x.tgz reboot",
        "file show /var/tmp/x",
    ):
        assert NAMES.of(grammar.parse(line)) == line


def test_super_user_is_the_default() -> None:
    assert LoginClass().allows("request system zeroize")
    assert LoginClass().may_configure


@pytest.mark.parametrize("line", ["delete system", "set system login class x deny-commands .*", "x"])
def test_a_line_that_the_lab_does_not_model_is_refused(line: str) -> None:
    with pytest.raises(FaultyClass):
        LoginClass.of([line])


LIST = ['set system login class ops allow-commands-regexps "^request system reboot node [01]$"']
ONE = ['set system login class ops allow-commands "(^request system reboot node [01]$)|(^start shell$)"']


@pytest.mark.parametrize(
    ("release", "known"), [("17.4R3", False), ("15.1X49-D170.4", False), ("18.1R1", True)]
)
def test_a_list_of_expressions_is_unknown_before_18_1(release: str, known: bool) -> None:
    LoginClass.of(ONE).require_known(parse_release(release))
    with nullcontext() if known else pytest.raises(FaultyClass, match="syntax error: allow-commands-regexps"):
        LoginClass.of(LIST).require_known(parse_release(release))


def test_one_expression_allows_what_one_of_its_terms_does() -> None:
    made = LoginClass.of(ONE)
    assert made.allows("request system reboot node 1")
    assert made.allows("start shell")
    assert not made.allows("request system reboot")
    assert not made.allows("start shell command id")


def test_a_class_has_the_one_or_the_list() -> None:
    with pytest.raises(FaultyClass, match="not both"):
        LoginClass.of([*ONE, *LIST])


def test_a_topology_with_a_class_that_a_node_could_not_load_says_so(tmp_path: Path) -> None:
    path = tmp_path / "topology.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "old", "model": "SRX4600", "release": "17.4R3.16"}],
                "credentials": {"login_class": LIST},
            }
        )
    )
    with pytest.raises(BadTopology, match=r"syntax error: allow-commands-regexps .* this is 17.4R3.16"):
        load_topology(path)
