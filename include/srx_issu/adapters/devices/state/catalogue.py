"""Every question whose answer fills a table, by the files that hold them beside their parsers.

Sources: docs/junos.md, "Questions and their RPCs" (names, arguments, who answers), "Replies" (wrapping).
"""

from __future__ import annotations

from srx_issu.adapters.devices.state import cluster, hardware, nat, routing, security, system, vpn
from srx_issu.adapters.devices.state.table_question import TableQuestion

TABLE_QUESTIONS: tuple[TableQuestion, ...] = (
    *system.QUESTIONS,
    *hardware.QUESTIONS,
    *cluster.QUESTIONS,
    *security.QUESTIONS,
    *nat.QUESTIONS,
    *vpn.QUESTIONS,
    *routing.QUESTIONS,
)
