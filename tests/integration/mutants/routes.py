"""Guards of the choice between routes."""

from __future__ import annotations

from tests.integration.mutants.mutant import Mutant

_CHOICE, _CHOOSE = "domain/routes/choice.py", "domain/routes/choose.py"
_CONDITIONS = "domain/routes/conditions.py"
_TESTS = ("tests/unit/domain/routes",)

ROUTE_GUARDS = (
    Mutant(
        name="route: the mildest reason decides",
        file=_CHOICE,
        old="allowance = max(",
        new="allowance = min(",
        why="one reason against a route is enough",
        tests=_TESTS,
    ),
    Mutant(
        name="route: a refused one is taken by name",
        file=_CHOICE,
        old="if chosen is None or chosen.allowance is Allowance.REFUSED:",
        new="if chosen is None:",
        why="a person chooses among what is allowed",
        tests=_TESTS,
    ),
    Mutant(
        name="route: what asks is taken without a reason",
        file=_CHOICE,
        old="if chosen.allowance is Allowance.ASK and not reason.strip():",
        new="if False:",
        why="a person decides, and says why",
        tests=_TESTS,
    ),
    Mutant(
        name="route: a rule that may hold is passed by",
        file=_CHOOSE,
        old="        if holds is None:\n",
        new="        if False:\n",
        why="what cannot be told asks",
        tests=_TESTS,
    ),
    Mutant(
        name="route: an unknown model counts as known",
        file=_CHOOSE,
        old="if pair.model not in rules.platforms:",
        new="if False:",
        why="what is not listed is left to a person",
        tests=_TESTS,
    ),
    Mutant(
        name="route: any step is short enough",
        file=_CHOOSE,
        old="if pair.too_far and not (",
        new="if False and not (",
        why="how far one step may go is not ISSU's policy alone",
        tests=_TESTS,
    ),
    Mutant(
        name="route: an unknown path beside the cluster will do",
        file=_CONDITIONS,
        old="    if has_path is None:\n",
        new="    if False:\n",
        why="both nodes must be reached when their links or their peer are down",
        tests=_TESTS,
    ),
    Mutant(
        name="route: the cluster itself is path enough",
        file=_CONDITIONS,
        old="    elif not has_path:\n",
        new="    elif False:\n",
        why="both nodes must be reached when their links or their peer are down",
        tests=_TESTS,
    ),
    Mutant(
        name="route: no old image, and yet a start",
        file=_CONDITIONS,
        old="    elif not conditions.is_old_image_staged:\n",
        new="    elif False:\n",
        why="where no rollback leads back the old image is the only way",
        tests=_TESTS,
    ),
    Mutant(
        name="route: a downgrade with an encrypted HA link",
        file=_CONDITIONS,
        old="    elif is_on:\n",
        new="    elif False:\n",
        why="the two nodes would not understand each other",
        tests=_TESTS,
    ),
)
