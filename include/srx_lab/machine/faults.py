"""Injected faults."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import FaultSpec
from srx_lab.machine.words import NodeId, Phase


@dataclass(kw_only=True, slots=True)
class Fault:
    """One injected fault. `at` is the phase that starts it; None means it is active from the start.

    `lasts_s` is for how many virtual seconds it acts; None means until somebody clears it.
    """

    spec: FaultSpec
    node: NodeId | None
    at: Phase | None
    parameters: dict[str, str]
    active: bool = False
    lasts_s: float | None = None

    def number(self, name: str) -> float:
        return float(self.parameters[name])

    def hits(self, node: NodeId | None) -> bool:
        """Whether the fault is active on `node`; None asks for the cluster as a whole."""
        return self.active and (self.node is None or node is None or self.node is node)


class UnknownFault(ValueError):
    """The catalogue has no such fault, or the fault has no such parameter."""


def fault_spec(name: str) -> FaultSpec:
    """Raises UnknownFault, with the names that may have been meant."""
    spec = FAULTS.get(name)
    if spec is None:
        raise UnknownFault(f"no fault named {name!r};{_meant(name)} 'python -m srx_lab faults' lists all")
    return spec


def _meant(name: str) -> str:
    """`` did you mean 'no_sftp'?`` for no_sftpp; empty where no name is like it."""
    names = sorted(FAULTS)
    parts = [each for each in names if name and (each.startswith(name) or each.endswith(name))]
    close = difflib.get_close_matches(name, names, n=3) or parts[:3]
    return f" did you mean {' or '.join(map(repr, close))}?" if close else ""


def make_fault(
    name: str,
    *,
    node: NodeId | None = None,
    at: str | None = None,
    lasts_s: float | None = None,
    parameters: dict[str, str] | None = None,
) -> Fault:
    """A fault ready to be injected. `at` is a phase's name, `now`, or None for the fault's own default."""
    spec = fault_spec(name)
    given = parameters or {}
    unknown = sorted(set(given) - set(spec.parameters))
    if unknown:
        raise UnknownFault(
            f"{name} has no parameter {', '.join(unknown)}; it takes {sorted(spec.parameters)}"
        )
    if at is not None and at != "now" and at not in set(Phase):
        raise UnknownFault(f"no phase named {at!r}; phases are {', '.join(Phase)}")
    start = spec.default_at if at is None else None if at == "now" else Phase(at)
    return Fault(spec=spec, node=node, at=start, parameters={**spec.parameters, **given}, lasts_s=lasts_s)
