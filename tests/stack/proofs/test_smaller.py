"""Proofs of the lesser harms (15): words of a device, addresses of the console, files of the project.

The login of the triggerer and the journal's roles: ``test_the_journal_away``.
"""

from __future__ import annotations

import re
import time

import httpx
import pytest
import yaml

from srx_issu.domain.redaction.configuration import scrub
from srx_issu.stack.processes.home import repository
from tests.stack.proofs.people import People, RunOf
from tests.stack.proofs.proof_stack import ALARM, COMMUNITY, HASH, ProofStack

LONG_LINE = 16 * 1024
AT_MOST_S = 1.0  # 0.01 s is usual
NEED_NO_TOKENS = ("worker", "triggerer", "flower")


@pytest.mark.stack
@pytest.mark.begins("hostile")
def test_15_words_of_a_device_carry_no_control_and_no_secret(people: People, runs: dict[str, RunOf]) -> None:
    """15. C1 escapes and secrets in a device's alarm reached the journal, and from there the terminal."""
    run = runs["hostile"]
    people.outcome(run)
    rows = people.journal("SELECT text, detail::text FROM srx_issu.events WHERE upgrade_id = %s", run.run_id)
    told = "\n".join(word for row in rows for word in row)
    assert ALARM in told, "the alarm was not told at all"
    assert HASH not in told
    assert COMMUNITY not in told
    assert not re.search(r"[\x1b\x80-\x9f]|\\u00[89]", told)


@pytest.mark.stack
def test_15_a_nul_in_an_address_of_the_console_is_the_callers_fault(proofs: ProofStack) -> None:
    """15. ``%00`` in a path of the console gave 503, as if the journal were away."""
    headers = {"Authorization": f"Bearer {proofs.running.api().session.log_in()}"}
    for path in ("upgrades/%00", "upgrades/a%00b/report", "runs/issu_cluster/%00"):
        answer = httpx.get(f"{proofs.running.stack.url}/srx-issu/{path}", headers=headers, timeout=30)
        assert answer.status_code < 500, f"{path}: {answer.status_code}"


@pytest.mark.parametrize("unit", ["a", "-", '"', "\\", "://", "md5 1 ", "key ", "x:"])
def test_15_a_long_line_is_scrubbed_in_no_time(unit: str) -> None:
    """15. One line of 16 kB took six seconds."""
    began = time.perf_counter()
    scrub(unit * (LONG_LINE // len(unit)))
    assert time.perf_counter() - began < AT_MOST_S


def test_15_what_is_installed_is_pinned_by_hash() -> None:
    """15. Nothing was: whoever could alter a package on its way was installed."""
    text = (repository() / "requirements.txt").read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " "))
    pinned = [entry for entry in entries if re.match(r"[A-Za-z0-9][\w.\[\]-]*==", entry)]
    assert pinned
    assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("service", NEED_NO_TOKENS)
def test_15_who_mints_no_tokens_has_no_key_for_them(service: str) -> None:
    """15. docker-compose gave every service every secret, the key of Airflow's tokens with them."""
    composed = yaml.safe_load((repository() / "docker-compose.yaml").read_text())["services"][service]
    given = f"{composed.get('environment')} {composed.get('secrets')}".lower()
    assert "jwt_secret" not in given
