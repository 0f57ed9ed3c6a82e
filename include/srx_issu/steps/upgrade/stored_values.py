"""What tasks store and read again, made ready to be read: loaded before the fork, see decision 022."""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.recovery.planner import RecoveryPlan
from srx_issu.ports import codec

codec.prepare(Snapshot, ClusterState, RecoveryPlan, Diagnosis)
