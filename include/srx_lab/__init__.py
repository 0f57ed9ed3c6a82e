"""Simulated two-node SRX chassis clusters on the real wire.

The package knows Junos and nothing of the software that upgrades it: clients reach it over SSH,
NETCONF, SFTP and SCP only. `machine/` is pure and runs in virtual time, `running.py` drives it; `replies/`
turns its state into Junos XML and text, `operations/` change it, `answering.py` knows all of both; `cli/`,
`shell/` and `wire/` speak to clients; `lab.py` puts devices together, `server.py` serves them.

Sources of behaviour are marked as in docs/fidelity.md: [S] the ISSU guide, [Y] the published YANG
models, [R] captured devices, [D] vendor documentation, [U] unverified.
"""
