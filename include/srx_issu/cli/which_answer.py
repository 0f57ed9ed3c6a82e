"""Which of the answers that a question offers is meant by approve, by reject, and by another route."""

from __future__ import annotations

from srx_issu.cli.airflow_replies import ApiFailed, PendingApproval
from srx_issu.domain.approvals.judge import APPROVE
from srx_issu.domain.procedure.by_hand import Word
from srx_issu.domain.upgrade.another_route import reject_for, wanted_instead
from srx_issu.domain.upgrade.route import Route

_YES = (APPROVE, Word.DONE.value)  # to a gate's question, and to one about work by hand


def option_of(question: PendingApproval, *, refuse: bool, take: Route | None = None) -> str:
    """In Airflow's words. ``take``: the route that is asked for by a no. Raises ApiFailed."""
    if take is not None:
        meant = (option for option in question.options if option == reject_for(take))
    else:
        plain = (option for option in question.options if wanted_instead(option) is None)
        meant = (option for option in plain if (option in _YES) is not refuse)
    found = next(meant, None)
    if found is None:
        not_it = f"does not offer {take.label}" if take else "cannot be answered so"
        raise ApiFailed(f"{question.task_id} {not_it}; it offers: {'; '.join(question.options)}")
    return found
