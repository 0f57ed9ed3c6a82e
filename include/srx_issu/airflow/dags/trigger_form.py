"""The form an operator fills in to upgrade or recover one cluster.

It holds no names out of the operator's files: Airflow checks the parameters of a run again at every task's
start, and makes a new version of a DAG that changed, so a form made from files would let an edit of the
inventory end or move what is running. ``claim`` refuses a wrong name with the nearest ones; the command line
offers names (``srx-issu names``, and completion).
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow.sdk import DAG, Param

from srx_issu.domain.upgrade.route import Route

# Every parameter has a default, if only None: Airflow 3.3.2 validates a DAG's defaults again when it starts a
# task from its trigger, and a parameter without one ends the whole triggerer.


def give_form(dag: DAG, params: Mapping[str, Param]) -> None:
    """For when the tasks are there. A task made later would keep a copy of the form, and parsing checks and
    serialises each copy (a second for sixty tasks); Airflow hands every task the DAG's parameters anyway."""
    dag.params.update(params)


def upgrade_params(route: Route = Route.ISSU) -> dict[str, Param]:
    """What a run on that route can be asked for, ``catalog.upgrade_keys``. Cluster and image must be named;
    everything else has a safe default."""
    params = {
        "cluster": cluster_param(),
        "image": Param(
            None,
            type=["null", "string"],
            title="Image",
            description="Junos image of the catalogue: its file name, or its release",
        ),
        "approval": Param(
            None,
            type=["null", "boolean"],
            title="Approval",
            description="Empty: as policy/approvals.yaml says. True: ask a person although policy does not",
        ),
        "fail_back": Param(
            True,
            type="boolean",
            title="Fail back",
            description="Each group back on node0, or where its configured priority prefers",
        ),
        "fail_back_rg0": Param(
            None,
            type=["null", "boolean"],
            title="Fail back RG0",
            description="Empty: as policy/limits.yaml says. False: RG0 stays where the ISSU has left it",
        ),
        "no_validate": Param(
            False,
            type="boolean",
            title="Without validation",
            description="The node does not check its configuration against the image (no-validate). Only "
            "where Juniper says so: a person must approve it",
        ),
        "on_site": Param(
            None,
            type=["null", "string"],
            title="On site",
            description="Who is at the cables of the cluster, for as long as the run takes: must be named",
        ),
        "plan_only": plan_only_param(),
        "window_start": _moment("Window opens", "Nothing starts before"),
        "window_end": _moment("Window closes", "Nothing starts that could not end before"),
    }
    if route not in (Route.ISSU, Route.ICU):  # the image is validated in any case
        del params["no_validate"]
    if route is not Route.MINIMAL_DOWNTIME:
        del params["on_site"]
    return params


def recovery_params() -> dict[str, Param]:
    """Only the cluster and the reason must be told."""
    return {
        "cluster": cluster_param(),
        "reason": Param("", type="string", title="Reason", description="What happened, as far as you know"),
        "image": Param(
            None,
            type=["null", "string"],
            title="Image",
            description="Image or release that the ISSU was to install. Empty: journal or nodes tell",
        ),
        "take_over": Param(
            False,
            type="boolean",
            title="Take over",
            description="Take it from a run that needs an operator or ended half way; your name is recorded",
        ),
        "fail_back": upgrade_params()["fail_back"],
    }


def plan_only_param() -> Param:
    """Of one upgrade, and of a campaign."""
    return Param(False, type="boolean", title="Plan only", description="Look at everything, change nothing")


def cluster_param() -> Param:
    return Param(
        None,
        type=["null", "string"],
        title="Cluster",
        description="Chassis cluster of the inventory, by name",
    )


def _moment(title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], format="date-time", title=title, description=description)
