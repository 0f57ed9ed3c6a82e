"""Is this the cluster that the inventory means? A wrong address must not upgrade another one.

What the inventory does not say is not asked for. The model is in ``presence``: images hang on it.
"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

_WHAT = {"hostname": "host name", "serial": "serial number", "cluster_id": "cluster id"}
IDENTITY = frozenset({"model_as_in_inventory", *(f"{name}_as_in_inventory" for name in _WHAT)})

COLUMNS = tuple(f"{name}_{part}" for name in _WHAT for part in ("matches", "text"))


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """What the inventory does not say cannot be wrong."""
    view, cluster = subject.view(node), subject.intent.cluster
    wanted = cluster.identity(node)
    chassis = subject.state.chassis.one_of(node)
    told = {
        "hostname": (wanted.hostname, view.hostname, _same_host),
        "serial": (wanted.serial, chassis.serial if chassis else None, _same),
        "cluster_id": (
            None if cluster.cluster_id is None else str(cluster.cluster_id),
            None if view.cluster_id is None else str(view.cluster_id),
            _same,
        ),
    }
    for name, (expected, shown, is_same) in told.items():
        wanted_text = f", the inventory has {expected}" if expected else "; the inventory does not name it"
        cells[f"{name}_text"] = f"{_WHAT[name]} is {shown or 'not shown'}{wanted_text}"
        reasons[f"{name}_matches"] = subject.silence(node) or f"the node does not show its {_WHAT[name]}"
        if expected is None:
            cells[f"{name}_matches"] = True
        elif shown is not None:
            cells[f"{name}_matches"] = is_same(shown, expected)


def _same_host(one: str, other: str) -> bool:
    """Case does not matter, nor the domain where only one of the two has it."""
    first, second = (name.strip().rstrip(".").lower() for name in (one, other))
    if "." in first and "." in second:
        return first == second
    return first.partition(".")[0] == second.partition(".")[0]


def _same(one: str, other: str) -> bool:
    return one.strip().upper() == other.strip().upper()


def checks(_: Policy) -> tuple[Check, ...]:
    """Both values are in the words: what the node says, and what the inventory has."""
    return tuple(_check(name, words) for name, words in _WHAT.items())


def _check(name: str, words: str) -> Check:
    both = f"{{{name}_text}}"
    return Check(
        name=f"{name}_as_in_inventory",
        what=f"the {words}",
        table="nodes",
        column=f"{name}_matches",
        expect=YES,
        when_unknown=WhenUnknown.BLOCK,
        good=both,
        bad=both,
        limit="that of the inventory, where it has one",
        remedy="is this the right device? correct the inventory, or the addresses in it",
    )
