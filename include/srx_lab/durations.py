"""How long things take, in virtual seconds.

No per-phase timing of a real cluster ISSU is public, so every figure here is [U] and a topology may set
any of them. The default adds up to about 50 minutes for an SRX4600.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Durations:
    """Lengths of phases and timers, seconds. The hold-down and ineligible timers alone are sourced."""

    consolidate_groups: float = 20
    validate: float = 180
    sync_kernel: float = 30
    push_image: float = 120
    install: float = 480  # `request system software add` on one node, beside its validation
    install_secondary: float = 480
    reboot: float = 420  # from the shutdown to sshd and jsrpd being up again
    cluster_hold: float = 60  # hold -> secondary
    cold_sync_prerequisite: float = 30
    cold_sync: float = 240
    prepare_daemons: float = 30
    prepare_pfes: float = 90
    ready_for_switchover: float = 15
    switchover: float = 5
    install_primary: float = 480
    shutdown: float = 10  # from "going down" to the sessions being cut
    cold_sync_timeout: float = 1800  # how long the primary waits for the secondary's cold sync
    failover: float = 2  # manual failover of one group
    hold_down_rg0: float = 301  # secondary-hold of RG0 [R], default 300 s [D]
    hold_down_rg1: float = 2  # secondary-hold of RG1+ [R], default 1 s [D]
    ineligible: float = 180  # ineligible -> disabled [R]
    heartbeat_loss: float = 3  # three missed heartbeats [D]
    reboot_delay: float = 5  # between the command and the shutdown
    rollback: float = 60
    policy_resync: float = 8
    icu_outage: float = 30  # from the primary's going down to traffic through the other node [D]
    interface_up: float = 3  # from the commit that enables a port to its link
    sessions_return: float = 600  # until as many sessions as before have begun anew


def durations_from(values: dict[str, float]) -> Durations:
    """The default with some figures replaced; raises ValueError naming unknown or negative ones."""
    known = {field.name for field in fields(Durations)}
    wrong = [name for name, value in values.items() if name not in known or value < 0]
    if wrong:
        raise ValueError(f"durations: unknown or negative: {', '.join(sorted(wrong))}")
    return Durations(**values)
