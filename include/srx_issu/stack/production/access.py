"""Roles in Airflow's FAB auth manager, as data, and their first users.

    viewer      sees runs, logs, reports; changes nothing
    operator    starts, clears and retries runs, stops the fleet; answers no question
    approver    answers questions; starts nothing
    admin       everything: connections, users, roles

Airflow asks for "edit" on DAGs beside each of these rights, so operators and approvers can also pause a DAG.
Nobody but an admin may delete a run or see a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Permission = tuple[str, str]  # FAB's action and resource


def _each(action: str, resources: Iterable[str]) -> tuple[Permission, ...]:
    return tuple((action, resource) for resource in resources)


_SEEN = (
    "DAGs", "DAG Code", "DAG Dependencies", "DAG Runs", "DAG Versions", "DAG Warnings", "Task Instances",
    "Task Logs", "XComs", "HITL Detail", "ImportError", "Jobs", "Pools", "Plugins", "Cluster Activity",
    "Website", "My Profile", "My Password",
)  # fmt: skip
_MENUS = ("Browse", "DAGs", "DAG Runs", "Task Instances", "HITL Detail", "Jobs", "Docs", "Documentation")

VIEW = (*_each("can_read", _SEEN), *_each("menu_access", _MENUS), ("can_edit", "My Password"))
ROLES: Mapping[str, tuple[Permission, ...]] = {
    "viewer": VIEW,
    "operator": (
        *VIEW,
        ("can_edit", "DAGs"),
        *_each("can_create", ("DAG Runs", "Task Instances")),
        *_each("can_edit", ("DAG Runs", "Task Instances")),
        # The Variable srx_issu_stop stops the fleet: whoever may start must be able to stop.
        *((action, "Variables") for action in ("can_read", "can_create", "can_edit", "can_delete")),
    ),
    "approver": (*VIEW, ("can_edit", "DAGs"), ("can_edit", "HITL Detail")),
}
# User -> role and the variable with the first password. A user who is there keeps the password set since.
USERS = {
    "admin": ("Admin", "ADMIN_PASSWORD"),
    "approver": ("approver", "APPROVER_PASSWORD"),
    "operator": ("operator", "OPERATOR_PASSWORD"),
    "viewer": ("viewer", "VIEWER_PASSWORD"),
}


def apply(environment: Mapping[str, str]) -> None:
    """Makes roles and users; gives each role exactly its permissions. Safe to repeat."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import (  # noqa: PLC0415 - Airflow, Flask
        get_application_builder,
    )

    with get_application_builder() as builder:
        manager = builder.sm
        for name, permissions in ROLES.items():
            role = manager.add_role(name)
            wanted = {manager.create_permission(*each) for each in permissions}
            for surplus in set(role.permissions) - wanted:
                manager.remove_permission_from_role(role, surplus)
            for permission in wanted:
                manager.add_permission_to_role(role, permission)
        for user, (role_name, variable) in USERS.items():
            if manager.find_user(username=user) is None:
                made = manager.add_user(
                    user, user, "srx-issu", f"{user}@localhost", manager.find_role(role_name),
                    password=environment[variable],
                )  # fmt: skip
                if not made:
                    raise RuntimeError(f"user {user} could not be made; see the log above")
