"""A journal that was changed by hand says so, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from srx_issu.adapters.journal import (
    Head,
    Signer,
    SqlChain,
    SqlJournal,
    SqlLeases,
    Verification,
    export_lines,
    make_key,
    read_export,
    read_signer,
    read_verifier,
    verify_links,
    verify_stored,
)
from srx_issu.adapters.journal.links import link_hash
from srx_issu.domain.errors import JournalError
from tests.integration.adapters.journal.samples import NOON, make_entry, make_intent
from tests.integration.adapters.journal.tampering import FW, UPGRADE, tamper, write_upgrade

LAST_CHANGE = "(SELECT max(change_id) FROM srx_issu.lease_changes)"
END = "(SELECT max(position) FROM srx_issu.chain)"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    make_key(tmp_path / "journal.key")
    return read_signer(tmp_path / "journal.key")


@pytest.fixture
def written(journal_url: str, tmp_path: Path, signer: Signer) -> str:
    write_upgrade(journal_url, tmp_path / "evidence", signer)
    return journal_url


def verify(url: str, signer: Signer | None, *heads: Head) -> Verification:
    return verify_stored(SqlChain(url).stored(UPGRADE), signer.verifier if signer else None, heads)


def faults(url: str, signer: Signer | None, *heads: Head) -> str:
    return "\n".join(str(fault) for fault in verify(url, signer, *heads).faults)


def test_what_the_software_writes_is_whole_and_signed(written: str, signer: Signer) -> None:
    found = verify(written, signer)
    assert found.faults == ()
    assert found.notes == ()
    assert found.head == SqlChain(written).head(UPGRADE)
    sources = [link.source for link in SqlChain(written).stored(UPGRADE).links]
    assert sources[:3] == ["upgrades", "lease_changes", "events"]
    assert sources[-2:] == ["upgrades", "lease_changes"]
    assert "evidence" in sources


def test_an_altered_row_is_named(written: str, signer: Signer) -> None:
    tamper(written, "UPDATE srx_issu.events SET text = 'by mallory' WHERE kind = 'approval'")
    assert "(approval of approval): text was 'by ada' when written, is 'by mallory' now" in faults(
        written, signer
    )
    assert faults(written, signer).startswith("row 3: ")


def test_an_altered_intent_and_an_altered_outcome_are_named(written: str, signer: Signer) -> None:
    tamper(
        written,
        "UPDATE srx_issu.upgrades SET reason = 'fine', "
        "intent = jsonb_set(intent, '{requested_by}', '\"eve\"')",
    )
    found = faults(written, signer)
    assert "row 1: the opening: intent was" in found
    assert "the closing: reason was 'both nodes run it' when written, is 'fine' now" in found


def test_a_row_that_was_altered_together_with_its_link_is_named(written: str, signer: Signer) -> None:
    """Its hash does not fit; and where the whole chain is made anew, its signatures do not."""
    tamper(
        written,
        "UPDATE srx_issu.events SET text = 'by mallory' WHERE kind = 'approval'",
        "UPDATE srx_issu.chain SET payload = replace(payload, 'by ada', 'by mallory') WHERE position = 3",
    )
    assert "row 3: its hash does not follow" in faults(written, signer)
    links = SqlChain(written).stored(UPGRADE).links
    previous = links[1].hash
    for link in links[2:]:
        made = link_hash(previous, link.payload)
        tamper(
            written,
            f"UPDATE srx_issu.chain SET previous = '{previous}', hash = '{made}' "
            f"WHERE position = {link.position}",
        )
        previous = made
    assert verify(written, None).faults == ()  # nobody could tell without the key
    assert "row 3: its signature is not of this row" in faults(written, signer)


def test_a_row_inserted_beside_the_chain_is_named(written: str, signer: Signer) -> None:
    tamper(
        written,
        "INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text) "
        f"VALUES ('{UPGRADE}', now(), 'approval', 'approval', 'start approved by ceo')",
    )
    assert "('start approved by ceo') was put into the table beside the chain" in faults(written, signer)


def test_a_row_inserted_with_its_link_by_somebody_without_the_key_is_named(
    written: str, signer: Signer
) -> None:
    with psycopg.connect(written) as connection:
        connection.execute(
            "INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text) "
            "VALUES (%s, now(), 'approval', 'approval', 'start approved by ceo')",
            (UPGRADE,),
        )
    SqlJournal(written, signer).record(UPGRADE, make_entry())  # ours go on after it
    end = len(SqlChain(written).stored(UPGRADE).links)
    assert faults(written, signer) == f"row {end - 1}: written without the journal's key"


def test_a_signature_forged_ahead_of_its_row_holds_nothing_up_and_is_named(
    written: str, signer: Signer
) -> None:
    end = len(SqlChain(written).stored(UPGRADE).links)
    with psycopg.connect(written) as connection:
        connection.execute(
            "INSERT INTO srx_issu.signatures (upgrade_id, position, hash, key_id, signature) "
            "VALUES (%s, %s, '', %s, 'ab')",
            (UPGRADE, end + 1, signer.verifier.key_id),
        )
    SqlJournal(written, signer).record(UPGRADE, make_entry())
    assert f"row {end + 1}: its signature is not of this row" in faults(written, signer)


def test_the_last_row_deleted_is_named(written: str, signer: Signer) -> None:
    end = len(SqlChain(written).stored(UPGRADE).links)
    tamper(written, f"DELETE FROM srx_issu.lease_changes WHERE change_id = {LAST_CHANGE}")
    assert f"row {end}: lease change" in faults(written, signer)
    assert "(released) is gone from table lease_changes" in faults(written, signer)


def test_the_last_row_deleted_with_its_link_and_signature_is_named(written: str, signer: Signer) -> None:
    head = SqlChain(written).head(UPGRADE)
    assert head is not None
    tamper(
        written,
        f"DELETE FROM srx_issu.lease_changes WHERE change_id = {LAST_CHANGE}",
        f"DELETE FROM srx_issu.signatures WHERE position = {END}",
        f"DELETE FROM srx_issu.chain WHERE position = {END}",
    )
    assert "nothing tells of its release: the end of the chain was cut" in faults(written, signer)
    assert f"row {head.position}: is missing: the chain had {head.position} rows" in faults(
        written, signer, head
    )
    tamper(
        written,
        f"DELETE FROM srx_issu.signatures WHERE position = {END}",
        f"DELETE FROM srx_issu.chain WHERE position = {END}",
    )
    assert "closed as UPGRADED, but the chain does not tell of it" in faults(written, signer)


def test_a_link_taken_out_of_the_middle_is_named(written: str, signer: Signer) -> None:
    tamper(written, "DELETE FROM srx_issu.chain WHERE position = 4")
    assert "row 4: is missing; the chain goes on at 5" in faults(written, signer)


def test_a_head_that_was_printed_earlier_stays_in_the_chain(written: str, signer: Signer) -> None:
    head = SqlChain(written).head(UPGRADE)
    assert head is not None
    SqlJournal(written, signer).record(UPGRADE, make_entry())
    assert verify(written, signer, Head.parse(str(head))).is_whole
    other = Head(position=head.position, hash="ab" * 32)
    assert "the chain was written anew" in faults(written, signer, other)


def test_without_a_key_the_chain_is_made_and_the_missing_signature_is_said(
    journal_url: str, tmp_path: Path
) -> None:
    write_upgrade(journal_url, tmp_path / "evidence", None)
    found = verify(journal_url, None)
    assert found.is_whole
    assert "the head is not signed" in found.notes[0]


def test_a_key_that_came_later_signs_from_then_on(journal_url: str, tmp_path: Path, signer: Signer) -> None:
    write_upgrade(journal_url, tmp_path / "evidence", None)
    SqlJournal(journal_url, signer).record(UPGRADE, make_entry())
    found = verify(journal_url, signer)
    assert found.is_whole
    assert "rows were written before there was a key" in found.notes[0]


def test_a_lease_change_is_in_the_chains_of_both_its_upgrades(journal_url: str, signer: Signer) -> None:
    journal, leases = SqlJournal(journal_url, signer), SqlLeases(journal_url, signer)
    journal.open_upgrade(make_intent(), NOON)
    journal.open_upgrade(make_intent("wave2__fw-a"), NOON)
    leases.take(FW, UPGRADE, 1)
    with psycopg.connect(journal_url) as connection:
        connection.execute(
            "UPDATE srx_issu.leases SET taken_at = taken_at - interval '1 h', "
            "expires_at = expires_at - interval '1 h'"
        )
    leases.take(FW, "wave2__fw-a", 60)
    for upgrade_id in (UPGRADE, "wave2__fw-a"):
        stored = SqlChain(journal_url).stored(upgrade_id)
        assert any("taken_over" in link.payload for link in stored.links)
        assert verify_stored(stored, signer.verifier).faults == ()


def test_an_export_is_verified_without_a_database(written: str, signer: Signer, tmp_path: Path) -> None:
    lines = tuple(export_lines(SqlChain(written).stored(UPGRADE), signer))
    kept = read_export(lines)
    assert kept.verifier is not None
    assert kept.verifier.key_id == read_verifier(tmp_path / "journal.key.pub").key_id

    def check(links: tuple[object, ...] = kept.links) -> str:
        made = tuple(link for link in kept.links if link in links)
        found = verify_links(kept.upgrade_id, made, kept.verifier, (kept.head,), kept.signature)
        return "\n".join(map(str, found.faults))

    assert check() == ""
    assert "the end was cut off" in check(kept.links[:-1])
    forged = tuple(line.replace("by ada", "by eve") for line in lines)
    anew = read_export(forged)
    found = verify_links(anew.upgrade_id, anew.links, anew.verifier, (anew.head,), anew.signature)
    assert "row 3: its hash does not follow" in str(found.faults[0])
    with pytest.raises(JournalError, match="cut short"):
        read_export(lines[:-1])


def test_a_link_of_a_format_of_a_later_version_is_said_to_be_one(written: str) -> None:
    links = SqlChain(written).stored(UPGRADE).links
    later = replace(links[0], payload=links[0].payload.replace('"format": 1', '"format": 7'))
    found = verify_links(UPGRADE, (later, *links[1:]), None)
    assert "verify with a newer srx-issu" in str(found.faults[0])


def test_of_events_written_at_once_none_is_lost_and_the_chain_is_one(
    journal_url: str, signer: Signer
) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    SqlJournal(journal_url, signer).open_upgrade(make_intent(), NOON)

    def write(number: int) -> None:
        SqlJournal(journal_url, signer).record(UPGRADE, make_entry(text=str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert verify(journal_url, signer).faults == ()
    assert len(SqlChain(journal_url).stored(UPGRADE).links) == 41
    texts = [entry.text for entry in SqlJournal(journal_url).entries(UPGRADE)]
    assert sorted(texts, key=int) == [str(number) for number in range(40)]


def test_a_key_is_never_overwritten_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "k"
    make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match="an existing one is kept"):
        make_key(file)
    with pytest.raises(JournalError, match="cannot be read"):
        read_signer(tmp_path / "none")
    (tmp_path / "bad").write_text("no key")
    with pytest.raises(JournalError, match="not a private key"):
        read_signer(tmp_path / "bad")
