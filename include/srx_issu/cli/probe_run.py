"""A probe from this machine: the operator's files, the account, the journal, what is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from srx_issu import catalog
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.hostkeys import TrustedKeys
from srx_issu.adapters.devices.login import private_key
from srx_issu.adapters.journal import SqlLeases
from srx_issu.catalog.requests.upgrade import find_cluster
from srx_issu.cli.device_account import AccountOptions, account_of
from srx_issu.cli.outcome import EXIT_NOT_DONE, EXIT_RED
from srx_issu.cli.probe_tables import answers_table, show_report
from srx_issu.cli.stack_here import JOURNAL_URL, journal_url, operator_files
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import DeviceError, JournalError, OperatorFileError, RequestRefused
from srx_issu.probe.probing import Probed, ProbeRequest, probe, refuse_while_held, request_for

# Their tracebacks of a session that failed would hide the sentence that says why; nothing else is lost.
for _name in ("paramiko", "ncclient", "asyncssh"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

console = Terminal()
errors = Terminal(stderr=True)


def show_probe(
    cluster: str, files: Path | None, options: AccountOptions, *, has_journal: bool, answers: bool
) -> None:
    """Exit status 1 where there is a list, 2 where nothing was asked."""
    with refusals():
        _, probed = probe_once(cluster, files, options, has_journal=has_journal)
    if answers:
        console.print(answers_table(probed.report.readings))
    show_report(console, probed.report)
    if not probed.report.is_ready:
        raise typer.Exit(EXIT_RED)


def probe_once(
    cluster: str, files: Path | None, options: AccountOptions, *, has_journal: bool
) -> tuple[ProbeRequest, Probed]:
    """Raises RequestRefused, OperatorFileError or JournalError; nothing was asked of a node then."""
    folder = operator_files(files)
    known = catalog.load(folder)
    if not known.clusters:
        raise RequestRefused(f"no cluster is in {folder}/inventory: give --files, or set SRX_ISSU_FILES")
    found = find_cluster(known, cluster)
    account = account_of(found, options)
    began_at = datetime.now(UTC)
    if has_journal:
        refuse_while_held(SqlLeases(_journal()), cluster, began_at)
    _refuse_unusable(found, account)
    request = request_for(known, found, account)
    with errors.status("probing", spinner="line") as shown:
        return request, probe(request, began_at, shown.update)


def _refuse_unusable(cluster: Cluster, account: Credentials) -> None:
    """What would come back from both nodes as a hundred answers that are missing is said at once."""
    faults = dict[str, None]()
    for node in NodeName:
        try:
            TrustedKeys.of(node, cluster.address(node), account)
            private_key(node, account)
        except DeviceError as error:
            faults[error.message] = None
    if faults:
        raise RequestRefused(f"nothing was asked of {cluster.name}: {'; '.join(faults)}")


def _journal() -> str:
    url = journal_url()
    if not url:
        raise JournalError(
            f"which journal? Set {JOURNAL_URL}, or start the stack here with 'make up'; give --no-journal "
            "where nothing was ever upgraded from here"
        )
    return url


@contextmanager
def refusals() -> Iterator[None]:
    """What was refused becomes one sentence and exit status 2: nothing is said about the cluster then."""
    try:
        yield
    except (RequestRefused, OperatorFileError, JournalError) as refused:
        errors.print(str(refused), highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_NOT_DONE) from None
