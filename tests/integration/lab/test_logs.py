"""What a node of the lab has in its logs, and `request support information`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.integration.lab.conftest import ServedLab, serve
from tests.integration.lab.test_wire import said

pytestmark = pytest.mark.filterwarnings("default")
TRACE = "set system login class ops permissions [ view trace ]"
LOG = 'set system login class ops allow-commands-regexps "^show log [a-z]+$"'


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    lab = serve(tmp_path_factory.mktemp("logs"), speed=600)
    yield lab
    lab.stop()


@pytest.mark.parametrize("name", ["messages", "jsrpd", "chassisd"])
def test_a_node_has_logs_and_their_end_can_be_asked_for(lab: ServedLab, name: str) -> None:
    whole = said(lab, f"show log {name}").splitlines()
    assert len(whole) >= 1500
    newest = said(lab, f"show log {name} | last 20").splitlines()
    assert len(newest) == 20
    assert newest[-1].split(maxsplit=3)[3] == whole[-1].split(maxsplit=3)[3]  # the clock has gone on
    assert "could not resolve file" in said(lab, "show log no-such-log")


def test_support_information_takes_minutes_of_the_nodes_time(lab: ServedLab) -> None:
    began = time.monotonic()
    told = said(lab, "request support information")
    assert (time.monotonic() - began) * 600 >= 420
    assert "show chassis cluster status" in told
    assert "JSRPD_RG_STATE_CHANGE" in told


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [("set system login class ops permissions view", False), (TRACE, True), (LOG, True)],
)
def test_a_log_needs_more_than_the_permission_view(
    serve_lab: Callable[..., ServedLab], line: str, is_allowed: bool
) -> None:
    lab = serve_lab(login_class=[line])
    assert ("permission denied" not in said(lab, "show log jsrpd | last 5")) is is_allowed
