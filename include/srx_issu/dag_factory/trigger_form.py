"""The form an operator fills in to upgrade one cluster. Choices come from the operator's files."""

from __future__ import annotations

from airflow.sdk import Param

from srx_issu import catalog

_WHEN = {"type": ["null", "string"], "format": "date-time"}


def upgrade_params() -> dict[str, Param]:
    """Airflow refuses (HTTP 400) a cluster that is not in the inventory. Files with faults leave the
    choice open: the run's first task then says every fault."""
    clusters, images = _choices()
    choices = {"enum": list(clusters)} if clusters else {}
    return {
        "cluster": Param(
            type="string", title="Cluster", description="Chassis cluster of the inventory", **choices
        ),
        "image": Param(
            type="string",
            title="Image",
            description="Junos image of the catalogue: its file name, or its release",
            examples=list(images),
        ),
        "approval": Param(
            True, type="boolean", title="Approval", description="A person approves before anything starts"
        ),
        "fail_back": Param(
            True, type="boolean", title="Fail back", description="node0 primary of every group at the end"
        ),
        "plan_only": Param(
            False, type="boolean", title="Plan only", description="Look at everything, change nothing"
        ),
        "window_start": Param(None, **_WHEN, title="Window opens", description="Nothing starts before"),
        "window_end": Param(
            None, **_WHEN, title="Window closes", description="Nothing starts that could not end before"
        ),
    }


def _choices() -> tuple[tuple[str, ...], tuple[str, ...]]:
    folder = catalog.files_folder()
    return catalog.cluster_names(folder), catalog.image_names(folder)
