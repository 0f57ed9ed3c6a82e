"""A PostgreSQL of the journal's own, which can crash and come back without Airflow's noticing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from srx_issu.adapters.journal import migrate
from srx_issu.stack.embedded.postgres import Postgres
from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.home import Home


@dataclass
class JournalServer:
    """Up until ``crash``; then away until ``start``."""

    postgres: Postgres
    component: Component

    @property
    def url(self) -> str:
        return self.postgres.uri("journal", "+psycopg")

    def crash(self) -> None:
        """As an immediate shutdown does: sessions are cut, the next start begins with a recovery."""
        os.kill(self.component.session.sid, signal.SIGQUIT)
        self.component.wait()

    def start(self) -> None:
        self.component = Component(self.postgres.program())
        self.postgres.wait(self.component.check)


@contextmanager
def journal_server(folder: Path) -> Iterator[JournalServer]:
    """With the journal's tables; ended at the end."""
    home = Home(root=folder)
    home.create()
    postgres = Postgres(home)
    server = JournalServer(postgres, Component(postgres.program()))
    try:
        postgres.wait(server.component.check)
        migrate(server.url)
        yield server
    finally:
        os.kill(server.component.session.sid, signal.SIGINT)
        server.component.wait()
        postgres.forget()
