"""What tasks keep and read again, made ready to be read: loaded before the fork, see decision 022."""

from __future__ import annotations

from srx_issu.domain.failure import Diagnosis
from srx_issu.domain.model import Snapshot
from srx_issu.domain.recover import Plan
from srx_issu.domain.state import ClusterState
from srx_issu.ports import codec

codec.prepare(Snapshot, ClusterState, Plan, Diagnosis)
