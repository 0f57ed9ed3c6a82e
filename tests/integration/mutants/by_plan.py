"""Guards of routes that go by a plan: in the gate, in the plan, and where it has stopped."""

from __future__ import annotations

from tests.integration.mutants.mutant import READERS, Mutant

_PLAN, _BACK = "domain/routes/dual_reboot.py", "domain/routes/way_back.py"
_PROGRESS = "domain/procedure/progress.py"
_APART = "domain/procedure/apart_rules.py"
_APART_TESTS = ("tests/unit/domain/procedure/test_apart_rules.py",)
_TESTS = ("tests/unit/domain/routes",)

BY_PLAN_GUARDS = (
    Mutant(
        name="plan: any kind is sent for any purpose",
        file=READERS,
        old="    objection = objection_to_kind(order.sending, order.purpose, reading.context.intent.route)",
        new="    objection = None",
        why="each kind of command has its purposes and routes",
    ),
    Mutant(
        name="plan: a command that it does not hold",
        file="steps/gate/approval_conditions.py",
        old="    if planned is None or (planned.content, planned.node, planned.purpose) != ordered:",
        new="    if planned is None:",
        why="a yes is bound to exactly this plan",
    ),
    Mutant(
        name="plan: a reboot before both nodes have the image",
        file=_PLAN,
        old="*(pending(each, way.target) for each in NodeName)),",
        new="),",
        why="two releases together by our own hand",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: a second reboot whenever",
        file=_PLAN,
        old="        needs=(not_back, may_boot(node, way.target)),",
        new="        needs=(may_boot(node, way.target),),",
        why="the first node is back: two releases together",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: a second reboot into whatever is booted next",
        file=_PLAN,
        old="        needs=(not_back, may_boot(node, way.target)),",
        new="        needs=(not_back,),",
        why="it comes back on another release than the first",
        tests=_TESTS,
    ),
    Mutant(
        name="second: silence before it was told is its going down",
        file=_PLAN,
        old="        is_always_sent=True,  # silence before it was asked is not its going down\n",
        new="",
        why="the primary runs on, and meets its peer on another release",
        tests=("tests/unit/steps/routes",),
    ),
    Mutant(
        name="second: nobody is called when the time is over",
        file="steps/routes/hurry.py",
        old="            hurry.call(str(stopped))\n",
        new="",
        why="hands at the cables help as long as one node is down",
        tests=("tests/unit/steps/routes",),
    ),
    Mutant(
        name="second: an answer about the next boot is believed over another",
        file="adapters/devices/next_boot.py",
        old="    if len({answer.is_other for answer in told}) != 1:",
        new="    if not told:",
        why="an image that one of them does not know is not known to be pending",
        tests=("tests/unit/adapters/devices",),
    ),
    Mutant(
        name="plan: a silent node is down, whatever its peer hears",
        file="domain/procedure/conditions.py",
        old='    return Judged(holds=is_lost, text=f"{node} does not answer, and {node.peer} {shown}")',
        new='    return Judged(holds=True, text=f"{node} does not answer, and {node.peer} {shown}")',
        why="its reboot was lost, or it is back: two releases together by our own hand",
        tests=_TESTS,
    ),
    Mutant(
        name="ICU: a secondary that is back on the old release is rolled back",
        file="domain/routes/icu_way_back.py",
        old="command_ended(keep), runs(keep.peer, target))",
        new="command_ended(keep))",
        why="the image that it did not boot would be its next one",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: a node back on another release is waited with",
        file=_PLAN,
        old="            *(_back_on_other(way, node) for node in NodeName),\n",
        new="",
        why="a person pulls the cables before its peer is back",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: a page that is not looked for",
        file=_PROGRESS,
        old="    if met := next((j for j in stops if j.holds), None):",
        new="    if met := None:",
        why="a person pulls the cables before its peer is back",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: an image is taken back where none is",
        file=_BACK,
        old="                StateCondition(claim=StateClaim.HAS_PENDING, node=node),\n",
        new="",
        why="the release before the running one would be booted next",
        tests=_TESTS,
    ),
    Mutant(
        name="plan: two releases are no danger",
        file="domain/routes/stopped.py",
        old="    if len(old) == len(new) == 1:",
        new="    if False:",
        why="nothing is sent, and a person is called",
        tests=_TESTS,
    ),
    Mutant(
        name="apart: ports are opened whatever the other node shows",
        file=_APART,
        old="    return _first(now, [closed], StopVerdict.STOP)",
        new="    return None",
        why="both nodes answer for the same addresses",
        tests=_APART_TESTS,
    ),
    Mutant(
        name="apart: a node changes its release with a link up",
        file=_APART,
        old="        *(StateCondition(claim=StateClaim.LINKS_APART, node=each) for each in NodeName),\n",
        new="",
        why="two releases hear each other",
        tests=_APART_TESTS,
    ),
    Mutant(
        name="apart: a link that comes up is no danger",
        file=_APART,
        old="    return _link_up(apart, now) or _both_active(apart, now)",
        new="    return _both_active(apart, now)",
        why="a person pulls the cable at once",
        tests=_APART_TESTS,
    ),
    Mutant(
        name="plan: a way back whose fault is gone",
        file="domain/routes/back_to_old.py",
        old="        needs=(*(runs(each, plan.target) for each in NodeName), need),",
        new="        needs=tuple(runs(each, plan.target) for each in NodeName),",
        why="the approval may be hours old, and the cluster healthy",
        tests=("tests/unit/domain/routes/test_back_to_old.py",),
    ),
    Mutant(
        name="plan: a downgrade by the yes to the start",
        file="steps/gate/approval_conditions.py",
        old="        if purpose is ApprovalPurpose.DOWNGRADE and downgrade_of(reading.known) is None:",
        new="        if purpose is ApprovalPurpose.DOWNGRADE:",
        why="the loss of traffic and the older release are approved for themselves",
        tests=("tests/unit/steps/approval/test_downgrade.py",),
    ),
    Mutant(
        name="plan: begun while a node has not shown the old image",
        file="steps/gate/conditions.py",
        old="    if not lacking:\n",
        new="    if True:\n",
        why="where no rollback leads back, it is the only way back",
        tests=("tests/unit/steps/gate/test_send_gate.py",),
    ),
)
