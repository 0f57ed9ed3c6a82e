"""The list of a probe: what only follows from a failed login is one line, and nothing else is left out."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.probe.exchange import Wire
from srx_issu.probe.reading import ReadAs, Reading
from srx_issu.probe.report import ProbeReport
from srx_issu.probe.trial import Trial, bad, good, unknown
from tests.integration.probe.probed import listed

NODE0, NODE1 = NodeName.NODE0, NodeName.NODE1
NO_LOGIN = bad("login by NETCONF", NODE0, "refuses the login")
ROUND_TRIP = unknown("round trip", NODE0, "no answer to measure by")
BACKUP = bad("configuration for the backup", NODE0, "node0 refuses the login")


def row(node: NodeName = NODE0, wire: Wire = Wire.NETCONF, read_as: ReadAs = ReadAs.UNKNOWN) -> Reading:
    return Reading(
        fills="release", question="show version", wire=wire, node=node, read_as=read_as, said="nothing"
    )


def report(*trials: Trial, rows: tuple[Reading, ...] = ()) -> ProbeReport:
    return ProbeReport(cluster="c1", readings=(row(read_as=ReadAs.READ), *rows), trials=trials)


def test_what_follows_from_a_failed_login_is_counted() -> None:
    found = report(NO_LOGIN, ROUND_TRIP, BACKUP, rows=(row(), row()))
    assert listed(found) == [
        "node0: login by NETCONF: refuses the login",
        "node0: 4 more answers and trials are unknown without that login: put it right, and probe again",
    ]
    assert not found.is_ready


def test_what_has_another_reason_has_a_line_of_its_own() -> None:
    others = (row(NODE1), row(wire=Wire.CLI), row(read_as=ReadAs.ODD))
    trials = (NO_LOGIN, bad("clock", NODE0, "node0 is 500 s ahead"), unknown("shell", NODE1, "none"))
    assert len(report(*trials, rows=others).findings) == 6


def test_without_a_failed_login_every_line_is_there() -> None:
    nameless = bad("login by NETCONF", None, "")
    assert len(report(good("login by SSH", NODE0, "1 s"), ROUND_TRIP, BACKUP, rows=(row(),)).findings) == 3
    assert len(report(nameless, ROUND_TRIP, BACKUP, rows=(row(),)).findings) == 4
