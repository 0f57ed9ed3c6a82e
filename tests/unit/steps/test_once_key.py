"""Under which key an order that is sent once is intended next."""

from __future__ import annotations

from srx_issu.ports.journal import Entry, EntryKind, Json
from srx_issu.steps.recall import once_key
from tests.fakes.snapshots import T0


def event(kind: EntryKind, permit_id: str) -> Entry:
    detail: dict[str, Json] = {"once": "reboot", "permit_id": permit_id}
    return Entry(at=T0, kind=kind, step="recover.reboot_node", text="reboot", key="reboot", detail=detail)


def intent(permit_id: str) -> Entry:
    return event(EntryKind.ACTION_INTENDED, permit_id)


def withdrawal(permit_id: str) -> Entry:
    return event(EntryKind.ACTION_WITHDRAWN, permit_id)


def test_a_withdrawn_intent_has_used_up_its_own_key() -> None:
    assert once_key((intent("a"), withdrawal("a")), "reboot") == "reboot#2"


def test_however_often_that_was_written() -> None:
    assert once_key((intent("a"), withdrawal("a"), withdrawal("a")), "reboot") == "reboot#2"


def test_one_that_never_was_in_the_journal_opens_no_key_beside_another_workers() -> None:
    assert once_key((intent("b"), withdrawal("a")), "reboot") == "reboot"
