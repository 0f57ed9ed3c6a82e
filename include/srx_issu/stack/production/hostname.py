"""The name of the place a process runs in, as Airflow's jobs and Celery's workers are told it.

In a container HOSTNAME is the container's id, so a health check can ask after its own process. Without
Docker every service gets a HOSTNAME of its own, though all of them are on one machine.
"""

from __future__ import annotations

import os
import socket


def hostname() -> str:
    """HOSTNAME, or the machine's name where nobody set it."""
    return os.environ.get("HOSTNAME") or socket.gethostname()
