"""Who may do what in Airflow: the separation of duties, as data."""

from __future__ import annotations

from itertools import chain

from srx_issu.stack.production.access import ROLES, USERS, VIEW

START, RETRY, ANSWER = ("can_create", "DAG Runs"), ("can_edit", "Task Instances"), ("can_edit", "HITL Detail")


def test_a_viewer_changes_nothing_but_the_own_password() -> None:
    changes = [each for each in ROLES["viewer"] if each[0] not in ("can_read", "menu_access")]
    assert changes == [("can_edit", "My Password")]


def test_who_starts_does_not_approve_and_who_approves_does_not_start() -> None:
    assert {START, RETRY} <= set(ROLES["operator"])
    assert ANSWER not in ROLES["operator"]
    assert ANSWER in ROLES["approver"]
    assert not {START, RETRY} & set(ROLES["approver"])


def test_everybody_sees_the_reports() -> None:
    """The console asks for the right to read runs of issu_cluster."""
    for role in ROLES.values():
        assert {("can_read", "DAGs"), ("can_read", "DAG Runs"), ("can_read", "HITL Detail")} <= set(role)
        assert set(VIEW) <= set(role)


def test_connections_users_and_history_are_the_admins_alone() -> None:
    resources = {resource for _, resource in chain.from_iterable(ROLES.values())}
    assert not resources & {"Connections", "Users", "Roles", "Configurations", "Providers", "Audit Logs"}
    deletions = [each for each in chain.from_iterable(ROLES.values()) if each[0] == "can_delete"]
    assert deletions == [("can_delete", "Variables")]  # the stop, taken back


def test_each_role_has_a_user_with_a_secret_of_its_own() -> None:
    assert {role for role, _ in USERS.values()} == {"Admin", *ROLES}
    assert len({variable for _, variable in USERS.values()}) == len(USERS)
