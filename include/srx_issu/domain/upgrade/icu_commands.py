"""The command that only an in-band cluster upgrade (ICU) has; its start is ``commands.StartIssu``."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.upgrade.rpc import Rpc


@dataclass(frozen=True, kw_only=True)
class AbortIcu:
    """Asks the node that it is sent to to end an ICU. It takes effect when the operation under way has ended,
    so its reply tells nothing (docs/junos.md, "ICU")."""

    @property
    def cli(self) -> str:
        return "request system software abort in-service-upgrade"

    @property
    def rpc(self) -> Rpc:
        return Rpc("abort-in-service-upgrade")
