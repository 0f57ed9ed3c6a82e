"""Guards around the gate: steps, the wire and the node, the journal."""

from __future__ import annotations

from tests.integration.mutants.mutant import (
    JOURNAL,
    WIRE,
    Mutant,
)

OTHER_GUARDS = (
    # -- around it
    Mutant(
        name="what comes before a start is done once more after it",
        file="steps/waits/in_order.py",
        old="self.once_begun is not None and so_far.start is not None",
        new="self.once_begun is not None and False",
        why="nothing is prepared on a cluster in mid-ISSU",
        tests=("tests/unit/steps/waits/test_in_order.py",),
    ),
    Mutant(
        name="a task sends over again what came before its last step",
        file="steps/waits/in_order.py",
        old="part.sends is not None and self.place < furthest",
        new="False",
        why="a retry finds nothing to do where it has been",
        tests=("tests/unit/steps/waits/test_in_order.py",),
    ),
    Mutant(
        name="nobody is asked because somebody was asked before",
        file="steps/approval/ask_for_start.py",
        old="if any(question.purpose == ApprovalPurpose.START for question in asked(so_far)):",
        new="if False:",
        why="a gate that is cleared asks again",
        tests=("tests/unit/steps/approval/test_ask_for_start.py",),
    ),
    Mutant(
        name="gathered groups stay where they are",
        file="steps/upgrade/clean_up.py",
        old="    facts = return_groups(context)\n",
        new="    facts: Facts = {}\n",
        why="a start that was refused leaves nothing moved",
        tests=("tests/unit/steps/gate/test_start_again.py",),
    ),
    Mutant(
        name="a run at work is taken over",
        file="steps/upgrade/claim.py",
        old=" or take_over.is_at_work(held.owner):",
        new=":",
        why="two that drive one cluster",
        tests=("tests/unit/steps/upgrade/test_claim.py",),
    ),
    Mutant(
        name="a dead run stays open behind its successor",
        file="steps/upgrade/claim.py",
        old="    if record.closed_at is None:",
        new="    if False:",
        why="whom a cluster was taken from sends nothing more",
        tests=("tests/unit/steps/upgrade/test_claim.py",),
    ),
    Mutant(
        name="a run of the other DAG works on",
        file="airflow/composition/identity.py",
        old="    if intent.purpose is not purpose:",
        new="    if False:",
        why="issu_recover with the run id of a running upgrade",
        tests=("tests/unit/airflow/composition",),
    ),
    # -- the wire and the node
    Mutant(
        name="NETCONF sends without a look at the permit",
        file="adapters/devices/netconf.py",
        old="            just_before()\n",
        new="",
        why="checked immediately before the bytes leave",
        tests=WIRE,
    ),
    Mutant(
        name="a command has no permit",
        file="adapters/devices/writer.py",
        old="self.session.send(form, timeout_s=timeout_s, just_before=permit.check)",
        new="self.session.send(form, timeout_s=timeout_s)",
        why="checked immediately before the bytes leave",
        tests=WIRE,
    ),
    Mutant(
        name="a start by shell has no permit",
        file="adapters/devices/start.py",
        old="        permit.check()\n        try:\n            self.shell.launch(line)",
        new="        try:\n            self.shell.launch(line)",
        why="checked immediately before the bytes leave",
        tests=WIRE,
    ),
    Mutant(
        name="the job on the node does not look at the time",
        file="adapters/devices/start.py",
        old="""in_time = f'test "$(date +%s)" -le {until_s}'""",
        new="""in_time = "true\"""",
        why="a job that came late does nothing",
        tests=WIRE,
    ),
    # -- the journal
    Mutant(
        name="the journal writes intents of closed upgrades",
        file="adapters/journal/sql_journal.py",
        old='            if outcome is not None:\n                reason = f"upgrade {upgrade_id} is closed',
        new='            if False:\n                reason = f"upgrade {upgrade_id} is closed',
        why="closed between the gate's look and its intent",
        tests=JOURNAL,
    ),
    Mutant(
        name="anybody's lease will do",
        file="adapters/journal/sql_journal.py",
        old="        if lease.owner != upgrade_id:",
        new="        if False:",
        why="only one lost to another refuses",
        tests=JOURNAL,
    ),
    Mutant(
        name="groups go home in mid-ISSU",
        file="steps/gate/conditions.py",
        old="        if not same_release(release, wanted):",
        new="        if False:",
        why="a check that was marked green is no end of an ISSU",
        tests=("tests/unit/steps/upgrade/test_fail_back.py",),
    ),
    Mutant(
        name="a stop flag that cannot be read is no stop",
        file="airflow/composition/stop.py",
        old="    except Exception as error:  # whatever it is: it is no proof",
        new="    except ZeroDivisionError as error:",
        why="an outage of Airflow starts nothing",
        tests=("tests/unit/airflow/composition/test_stop.py",),
    ),
    Mutant(
        name="a lease is taken over while a permit lives",
        file="adapters/journal/sql_leases.py",
        old="_require_run_out(connection, held, now - timedelta(seconds=PERMIT_S))",
        new="_require_run_out(connection, held, now)",
        why="a permit outlives the lease that it was given under",
        tests=("tests/integration/adapters/journal/test_sql_leases.py",),
    ),
)
