"""The guards of the decision code: each is taken out, one at a time, and the tests must notice.

A source text that is not found any more fails the run, so that the table stays true.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.gate.table import CONDITIONS

GATE = ("tests/unit/domain/gate/test_gate.py", "tests/unit/steps/gate")
APPROVALS = ("tests/unit/domain/approvals/test_approvals.py", "tests/unit/steps/approval/test_approvals.py")
ASKED = (
    "tests/unit/steps/approval/test_approval_gate.py",
    "tests/unit/steps/approval/test_confirm_approval.py",
)
STEPS = ("tests/unit/steps",)
JOURNAL = ("tests/integration/adapters/journal/test_intend.py",)
WIRE = ("tests/integration/adapters/devices/test_permits.py",)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """``old`` is in ``file`` exactly once. ``why``: what the guard keeps from happening. ``tests`` notice."""

    name: str
    file: str  # within the package
    old: str
    new: str
    why: str
    tests: tuple[str, ...] = GATE


_TABLE = "CONDITIONS: Mapping[SendPurpose, tuple[SendCondition, ...]] = "


def _row(purpose: str, condition: str) -> Mutant:
    """The condition is taken out of the gate's table."""
    kept = f'tuple(c for c in row if (p.value, c.value) != ("{purpose}", "{condition}"))'
    return Mutant(
        name=f"table: {purpose} without {condition}",
        file="domain/gate/table.py",
        old=f"{_TABLE}MappingProxyType(",
        new=f"def _less(table):\n    return {{p: {kept} for p, row in table.items()}}\n\n\n{_TABLE}_less(",
        why="each condition of each purpose is needed",
        tests=("tests/unit/steps/gate/test_send_gate.py", "tests/unit/steps/gate/test_outages.py"),
    )


ROWS = tuple(_row(purpose.value, condition.value) for purpose, row in CONDITIONS.items() for condition in row)

JUDGE = "domain/approvals/judge.py"
READERS = "steps/gate/conditions.py"
ASK = "steps/gate/ask.py"
STATE = "domain/history/upgrade_state.py"
GUARDS = (
    # -- what counts as a yes
    Mutant(
        name="any answer is a yes",
        file=JUDGE,
        old="        if answer.choice != APPROVE:",
        new="        if answer.choice == REJECT:",
        why="only the very word approves",
        tests=APPROVALS,
    ),
    Mutant(
        name="a no is no answer",
        file=JUDGE,
        old="        if answer.choice != APPROVE:",
        new="        if False:",
        why="one no ends it",
        tests=APPROVALS,
    ),
    Mutant(
        name="a yes to the start is one to the recovery",
        file=JUDGE,
        old="and one.question.purpose == purpose",
        new="",
        why="an approval is for its purpose",
        tests=APPROVALS,
    ),
    Mutant(
        name="a yes to another plan counts",
        file=JUDGE,
        old=" and one.question.digest == digest\n",
        new="\n",
        why="the digest answered is the digest in force",
        tests=APPROVALS,
    ),
    Mutant(
        name="an answer to no question counts",
        file=JUDGE,
        old="one.question in put\n        and ",
        new="",
        why="only what a gate has put can be answered",
        tests=APPROVALS,
    ),
    Mutant(
        name="one person counts twice",
        file=JUDGE,
        old="newest[answer.person.id.strip().casefold()] = answer",
        new="newest[str(len(newest))] = answer",
        why="distinct ids are counted",
        tests=APPROVALS,
    ),
    Mutant(
        name="an older answer outweighs the newest",
        file=JUDGE,
        old="newest[answer.person.id.strip().casefold()] = answer",
        new="newest.setdefault(answer.person.id.strip().casefold(), answer)",
        why="the newest decision counts",
        tests=APPROVALS,
    ),
    Mutant(
        name="the requester approves himself",
        file=JUDGE,
        old="    if rule.excludes(person, requester):\n",
        new="    if False:\n",
        why="four eyes",
        tests=APPROVALS,
    ),
    Mutant(
        name="anybody approves",
        file=JUDGE,
        old="    if not rule.entitles(person):\n",
        new="    if False:\n",
        why="only the entitled approve",
        tests=APPROVALS,
    ),
    Mutant(
        name="a yes holds for ever",
        file=JUDGE,
        old="    if expires and now - answer.at",
        new="    if False and now - answer.at",
        why="approvals expire",
        tests=APPROVALS,
    ),
    Mutant(
        name="one yes is enough for two",
        file=JUDGE,
        old="    if len(counted) >= rule.needed:",
        new="    if len(counted) >= 1:",
        why="as many as the policy says",
        tests=APPROVALS,
    ),
    Mutant(
        name="nobody's yes counts",
        file=JUDGE,
        old='    if not person.id.strip():\n        return "an answer names no person"\n',
        new="",
        why="an answer names a person",
        tests=APPROVALS,
    ),
    Mutant(
        name="a campaign's yes is good for another image",
        file=JUDGE,
        old="    if given.cluster != cluster or given.image_sha256 != image_sha256:",
        new="    if given.cluster != cluster:",
        why="an image swapped under an approved campaign",
        tests=APPROVALS,
    ),
    Mutant(
        name="yes and no together are a yes",
        file="steps/approval/gate.py",
        old="response.chosen[0] if len(response.chosen) == 1 else",
        new="response.chosen[0] if response.chosen else",
        why="exactly one word",
        tests=ASKED,
    ),
    Mutant(
        name="a closed upgrade asks on",
        file="steps/approval/gate.py",
        old="    _require_open(context)\n",
        new="",
        why="nobody is asked in vain",
        tests=ASKED,
    ),
    Mutant(
        name="the guard behind the gates lets everything pass",
        file="steps/approval/confirm.py",
        old="    if isinstance(found, NotApproved):",
        new="    if False:",
        why="a gate marked green has no answer",
        tests=ASKED,
    ),
    Mutant(
        name="a yes is judged by the worker's clock",
        file="steps/approval/confirm.py",
        old="context.journal.now()",
        new="context.clock.now()",
        why="a clock days ahead takes a valid yes for an expired one",
        tests=("tests/unit/steps/recovery/test_worker_clock.py",),
    ),
    # -- the conditions, as they are read
    Mutant(
        name="a closed upgrade sends",
        file=READERS,
        old="    if record.closed_at is None:",
        new="    if True:",
        why="a closed upgrade never sends again",
    ),
    Mutant(
        name="a refused upgrade begins",
        file=READERS,
        old="    if ended is None:",
        new="    if True:",
        why="an ISSU after Reject",
    ),
    Mutant(
        name="the fleet's stop is not looked at",
        file=READERS,
        old='Holds(reason="no stop") if stopped is None else',
        new='Holds(reason="no stop") if True else',
        why="the first send during the fleet's stop",
    ),
    Mutant(
        name="any file is ours",
        file=READERS,
        old="any((one.command.file, one.command.node) == (path, node) for one in reading.known.intended)",
        new="True",
        why="only an own file is deleted",
    ),
    Mutant(
        name="a file of the other node is ours",
        file=READERS,
        old="(one.command.file, one.command.node) == (path, node)",
        new="one.command.file == path",
        why="only an own file is deleted",
    ),
    Mutant(
        name="anything is brought home",
        file=READERS,
        old='    return Fails(\n        reason="this upgrade has begun nothing',
        new='    return Holds(\n        reason="this upgrade has begun nothing',
        why="an abort without a beginning",
    ),
    Mutant(
        name="clocks are always right",
        file="domain/gate/clocks.py",
        old="    if abs(ahead_s) <= CLOCKS_AGREE_S:",
        new="    if True:",
        why="a worker six hours ahead begins nothing",
    ),
    Mutant(
        name="readiness never grows old",
        file=READERS,
        old="    if age_s <= most_s:",
        new="    if True:",
        why="a group's priority set to 0 after the checks",
    ),
    Mutant(
        name="old readiness is not made anew",
        file="steps/upgrade/judge_readiness.py",
        old="    if age_s <= context.intent.policy.limits.readiness_age_s / 2:",
        new="    if True:",
        why="a question takes hours",
        tests=("tests/unit/steps/gate/test_start_again.py",),
    ),
    Mutant(
        name="a command of the plan before",
        file=READERS,
        old="newest is None or newest.event.digest not in (None, digest_of(plan))",
        new="newest is None",
        why="the yes is to that very plan",
    ),
    Mutant(
        name="what is left to a person is carried out",
        file=READERS,
        old="    if plan.permission is Permission.NEVER:",
        new="    if False:",
        why="policy's never",
    ),
    Mutant(
        name="a plan needs no yes",
        file=READERS,
        old="    if plan.permission is Permission.AUTOMATIC:",
        new="    if True:",
        why="policy's ask",
    ),
    Mutant(
        name="the window has no beginning",
        file="steps/waits/window.py",
        old="    if (early_s := seconds_until_open(intent, now)) > CLOCKS_DIFFER_BY_S:",
        new="    if (early_s := seconds_until_open(intent, now)) > 1e12:",
        why="the first send outside the window",
    ),
    Mutant(
        name="the window has no end",
        file="steps/waits/window.py",
        old="    if left_s >= needed_s:",
        new="    if True:",
        why="the first send outside the window",
    ),
    Mutant(
        name="what went by RPC goes again",
        file=READERS,
        old="    if begun.by_rpc:",
        new="    if False:",
        why="the RPC leaves no marker: it is sent once",
        tests=GATE,
    ),
    Mutant(
        name="a start by RPC is decided anew",
        file="domain/upgrade/decide.py",
        old="    if reading.phase is Phase.NOT_STARTED and not sent.by_rpc:",
        new="    if reading.phase is Phase.NOT_STARTED:",
        why="the RPC leaves no marker: it is sent once",
        tests=("tests/unit/domain/upgrade/test_decide.py", "tests/unit/steps/upgrade/test_start_issu.py"),
    ),
    Mutant(
        name="what was meant for the shell goes by RPC",
        file=READERS,
        old='    return Fails(reason=f"the start was intended by shell',
        new='    return Holds(reason=f"the start was intended by shell',
        why="the ISSU went out twice",
    ),
    Mutant(
        name="a group without priority is fine",
        file="domain/gate/start_facts.py",
        old="member.priority <= 0",
        new="member.priority < 0",
        why="only the node refused",
    ),
    Mutant(
        name="a start on whatever the nodes show",
        file=READERS,
        old='    return Holds(reason="nothing blocks a start") if blocker is None else Fails(reason=blocker)',
        new='    return Holds(reason="nothing blocks a start")',
        why="readiness is repeated before the start",
    ),
    Mutant(
        name="what is not due any more is sent",
        file=READERS,
        old='    return Holds(reason="due") if objection is None else Fails(reason=objection)',
        new='    return Holds(reason="due")',
        why="the fresh look decides",
    ),
    # -- the gate itself
    Mutant(
        name="a doubt is a yes",
        file="domain/gate/answer.py",
        old="                doubt = doubt or NotNow(condition=condition, reason=reason)",
        new="                found[condition] = reason",
        why="not now is waited out",
    ),
    Mutant(
        name="a doubt hides a no",
        file="domain/gate/answer.py",
        old="                doubt = doubt or NotNow(condition=condition, reason=reason)",
        new="                return NotNow(condition=condition, reason=reason)",
        why="a refusal is final",
    ),
    Mutant(
        name="nothing is sent once only",
        file=ASK,
        old="            key=reading.known.once_key(order.key) if order.key else None,",
        new="            key=None,",
        why="the once-rule",
    ),
    Mutant(
        name="a recovery's command goes twice",
        file="steps/recovery/recover_cluster.py",
        old='key=f"{KEY_PREFIX}{command.key}" if command.is_once else f"{KEY_PREFIX}{command.key}'
        '.{tries + 1}",',
        new="key=None,",
        why="two workers at one step",
        tests=("tests/unit/steps/recovery/test_two_workers.py",),
    ),
    Mutant(
        name="the lease is not asked for",
        file=ASK,
        old="Hold(resources=needs_of(context.intent).alone,",
        new="Hold(resources=(),",
        why="only who holds the cluster sends",
    ),
    Mutant(
        name="no intent is needed",
        file=ASK,
        old="        if not intended.written:",
        new="        if False:",
        why="what is not in the journal is not sent",
    ),
    Mutant(
        name="a lost intent is not withdrawn",
        file=ASK,
        old='            self.withdraw(f"the journal went away while the intent was written ({away})")\n',
        new="",
        why="its key would be used up for ever",
    ),
    Mutant(
        name="a permit never runs out",
        file="ports/permits.py",
        old="        if late_s > 0:",
        new="        if False:",
        why="a process stopped after its permit sends nothing",
    ),
    Mutant(
        name="an expired permit is not withdrawn",
        file="steps/gate/send.py",
        old="            asking.withdraw(str(late))\n",
        new="",
        why="what is proven not to have been sent is free again",
    ),
    Mutant(
        name="withdrawn intents count as sent",
        file=STATE,
        old="(one for one in self._intended if one.command.permit_id not in self._withdrawn)",
        new="(self._intended)",
        why="what is proven not to have been sent is free again",
    ),
    Mutant(
        name="a withdrawal counts whose intent was never written",
        file=STATE,
        old="        lost = mine & self._withdrawn",
        new="        lost = self._withdrawn",
        why="the key of another worker's intent is not passed by",
        tests=("tests/unit/domain/history/test_upgrade_state_sending.py",),
    ),
    Mutant(
        name="the marker on the node is not looked at",
        file="steps/gate/send.py",
        old="                if (seen := found(line)) is not None:",
        new="                if (seen := found(line)) is not None and False:",
        why="a retry attaches",
        tests=("tests/unit/steps/gate/test_start_again.py",),
    ),
    Mutant(
        name="a start on its way is given up",
        file=ASK,
        old="        if age < timedelta(seconds=ON_ITS_WAY_S):",
        new="        if False:",
        why="it may still arrive",
        tests=("tests/unit/steps/gate/test_start_again.py",),
    ),
    Mutant(
        name="a job that came too late counts as started",
        file="steps/gate/send.py",
        old="        if report.started is Started.TOO_LATE:",
        new="        if False:",
        why="the node did nothing",
        tests=("tests/unit/steps/gate/test_start_again.py",),
    ),
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
MUTANTS = (*GUARDS, *ROWS)
