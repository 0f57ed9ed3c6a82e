"""A colleague at the command line of the nodes, over SSH, who knows nothing of this software."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from tests.stack.scenarios.referee import Seen


@contextmanager
def logged_in(stack: Seen, cluster: str, node: str) -> Iterator[paramiko.SSHClient]:
    """With the account and the host keys that the simulator published."""
    world = stack.lab.wait(stack.scenery.check)
    (found,) = [each for each in world.clusters if each.name == cluster]
    address = found.node0 if node == "node0" else found.node1
    with paramiko.SSHClient() as client:
        client.load_host_keys(str(world.known_hosts))
        client.connect(
            address.host, address.port, world.username, world.password, allow_agent=False, look_for_keys=False
        )
        yield client


def start_issu(stack: Seen, cluster: str, node: str = "node0") -> None:
    """Copies the image, types the guide's command, sees it begin, and goes home."""
    image: Path = stack.scenery.image.path
    with logged_in(stack, cluster, node) as client:
        with client.open_sftp() as files:
            files.put(str(image), f"/var/tmp/{image.name}")
        _, out, _ = client.exec_command(
            f"request system software in-service-upgrade /var/tmp/{image.name} reboot"
        )
        first = out.readline()
        assert "ISSU" in first, first
