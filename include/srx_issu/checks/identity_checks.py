"""Is this the cluster that the inventory means? A wrong address must not upgrade another one.

What the inventory does not say is not asked for. The model is one of ``guide_checks``: images hang on it.
"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.domain.checking import WhenUnknown

_WHAT = {"hostname": "host name", "serial": "serial number", "cluster_id": "cluster id"}
IDENTITY = frozenset({"model_as_in_inventory", *(f"{name}_as_in_inventory" for name in _WHAT)})


def identity_checks() -> tuple[Check, ...]:
    """Both values are in the words: what the node says, and what the inventory has."""
    return tuple(_check(name, words) for name, words in _WHAT.items())


def _check(name: str, words: str) -> Check:
    both = f"{words} is {{{name}_text}}, the inventory has {{{name}_wanted}}"
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
