"""What is not there any more behind a switchover, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping

Faults = Mapping[str, Mapping[str, str]]  # fault -> its parameters

SERVICE = "Session close"
# Of 40 policies and 4 VPN peers: two and one.
POLICIES_LOST: Faults = {"policies_lost": {"fraction": "0.05"}}
LOST: Faults = {
    **POLICIES_LOST,
    "tunnels_lost": {"fraction": "0.25"},
    "rtos_stop": {"service": SERVICE},
}
POLICIES = ("policy trust > vpn / allow-000038 is lost", "policy untrust > trust / allow-000039 is lost")
PEER = ("IKE peer 198.51.100.4 is lost", "VPN peer 198.51.100.4 is lost")
