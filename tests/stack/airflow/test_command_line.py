"""``srx-issu`` against a running Airflow, as an operator types it."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.stack.airflow.running_stack import RunningStack

pytestmark = pytest.mark.stack


def srx_issu(stack: RunningStack, *words: str, user: str = "operator") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["srx-issu", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "SRX_ISSU_HOME": stack.environment["SRX_ISSU_HOME"], "SRX_ISSU_USER": user},
    )


def test_a_wrong_cluster_is_refused_with_its_name(stack: RunningStack) -> None:
    done = srx_issu(stack, "upgrade", "no-such-cluster", "--image", stack.image, "--follow")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "REFUSED" in done.stdout
    assert "no-such-cluster" in done.stdout


def test_a_viewer_may_look_but_not_upgrade(stack: RunningStack, cluster: str) -> None:
    assert srx_issu(stack, "status", user="viewer").returncode == 0
    done = srx_issu(stack, "upgrade", cluster, "--image", stack.image, user="viewer")
    assert (done.returncode, "403" in done.stderr) == (2, True)


def test_validates_the_files_the_stack_works_on(stack: RunningStack) -> None:
    done = srx_issu(stack, "validate", str(stack.files))
    assert (done.returncode, done.stderr) == (0, "")


def test_not_ready_ends_with_status_1_and_the_reason(stack: RunningStack, cluster: str) -> None:
    stack.lab.inject("var_tmp_full", cluster, node="node1")
    done = srx_issu(stack, "upgrade", cluster, "--image", stack.image, "--no-approval", "--follow")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT_READY" in done.stdout
    assert "/var/tmp" in done.stdout
    assert stack.issu_starts(cluster) == 0


def test_refusing_sends_nothing_to_the_device(stack: RunningStack, cluster: str) -> None:
    """The way of a refusal from the command line to both nodes, with a gate of its own."""
    run_id = stack.trigger(cluster, approval=True)
    stack.wait_for_task(run_id, "approval.approve_start", ["awaiting_input"])
    done = srx_issu(stack, "approve", run_id, "--refuse", "--yes")
    assert done.returncode == 0, done.stderr
    end = stack.wait(run_id)
    assert str(end.outcome) == "REFUSED"
    assert stack.issu_starts(cluster) == 0
    assert cluster in srx_issu(stack, "status", cluster).stdout


def test_a_cluster_that_nobody_holds_cannot_be_released(stack: RunningStack, cluster: str) -> None:
    done = srx_issu(stack, "release", cluster, "--reason", "checked by hand")
    assert (done.returncode, "nobody holds" in done.stderr) == (2, True), done.stderr
