"""The same DAG with every name another one: its tasks, its task groups, and the steps that tasks take.

Each part of a name is written backwards, so that no beginning, end or middle of one is what it was:
``recover.roll_back`` becomes ``revocer.kcab_llor``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.models.serialized_dag import SerializedDagModel
from airflow.sdk import DAG, BaseOperator, TaskGroup
from airflow.serialization.serialized_objects import LazyDeserializedDAG

from tests.integration.oneprocess.place import Place


def renamed(name: str) -> str:
    """Given a new name, the old one."""
    return ".".join(part[::-1] for part in name.split("."))


def with_other_names(dag: DAG) -> DAG:
    """A copy; who comes behind whom, and which way each answer leads, is as it was."""
    copy = deepcopy(dag)
    for task in copy.tasks:
        _rename_task(task)
    copy.task_dict = {task.task_id: task for task in copy.task_dict.values()}
    _rename_group(copy.task_group)
    vars(copy).pop("task_group_dict", None)  # kept by Airflow from the first look at it on
    return copy


def names_of(dag: DAG) -> set[str]:
    """Of its tasks, its task groups, and the steps that its tasks are given."""
    steps = {part.name for task in dag.tasks for part in getattr(task, "parts", ())}
    return {*dag.task_dict, *dag.task_group_dict, *steps}


def _rename_task(task: BaseOperator) -> None:
    task.task_id = renamed(task.task_id)
    task.upstream_task_ids = {renamed(each) for each in task.upstream_task_ids}
    task.downstream_task_ids = {renamed(each) for each in task.downstream_task_ids}
    known: Any = task
    if hasattr(task, "parts"):
        known.parts = tuple(replace(part, name=renamed(part.name)) for part in known.parts)
    if hasattr(task, "branches"):
        known.branches = {answer: _renamed_ways(ways) for answer, ways in known.branches.items()}
    if hasattr(task, "spares"):
        known.spares = tuple(renamed(gate) for gate in known.spares)
    if task.start_trigger_args is not None:
        told = {**(task.start_trigger_args.trigger_kwargs or {}), "step": task.task_id}
        task.start_trigger_args = replace(task.start_trigger_args, trigger_kwargs=told)


def _renamed_ways(ways: Any) -> Any:
    return tuple(map(renamed, ways)) if isinstance(ways, tuple) else ways and renamed(ways)


def _rename_group(group: TaskGroup) -> None:
    """With all that is in it; the root has no name."""
    if group._group_id:
        group._group_id = renamed(group._group_id)
    for child in group.children.values():
        if isinstance(child, TaskGroup):
            _rename_group(child)
    group.children = {str(child.node_id): child for child in group.children.values()}


@contextmanager
def played_instead(place: Place, dag: DAG) -> Iterator[None]:
    """Runs that begin meanwhile are of this version of the DAG."""
    usual = place.scheduler
    _write_down(dag)
    place.scheduler = replace(usual, dags={**usual.dags, dag.dag_id: dag})
    try:
        yield
    finally:
        place.scheduler = usual
        _write_down(usual.dags[dag.dag_id])


def _write_down(dag: DAG) -> None:
    """As the DAG processor does."""
    (bundle,) = DagBundlesManager().get_all_dag_bundles()
    SerializedDagModel.write_dag(LazyDeserializedDAG.from_dag(dag), bundle.name, bundle.version)
