"""Simulated two-node SRX chassis clusters on the real wire.

The package knows Junos and nothing of the software that upgrades it: clients reach it over SSH,
NETCONF, SFTP and SCP only. `machine/` is pure and runs in virtual time; `replies/` turns its state into
Junos XML and text; `wire/` and `shell/` speak to clients; `lab.py` joins them.

Sources of behaviour are marked as in docs/fidelity.md: [S] the ISSU guide, [Y] the published YANG
models, [R] captured devices, [D] vendor documentation, [U] unverified.
"""
