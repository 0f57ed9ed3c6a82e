"""The demonstration's person at the cables: does by hand what a run asks for, with the lab's own commands.

What is typed is shown, so that anybody can type it in another terminal instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.console import Console

from srx_demo.lab import Lab
from srx_issu.cli.airflow_replies import PendingApproval
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import BY_HAND, Word

CABLES = ("control", "fabric")
_BOOTED = re.compile(r"\bboot (node[01])\b")


@dataclass(frozen=True, kw_only=True)
class AtTheCables:
    """One cluster's."""

    lab: Lab
    cluster: str
    console: Console

    def is_asked(self, question: PendingApproval) -> bool:
        return Word.DONE in question.options

    def work(self, question: PendingApproval) -> str:
        """Returns what is said then. Raises LabFailed where it cannot be done yet."""
        if BY_HAND[ActionName.TAKE_LINKS_APART].title in question.subject:
            self._type("unplug", self.cluster, *CABLES)
            return Word.DONE
        self._type("plug", self.cluster, *CABLES)
        for node in dict.fromkeys(_BOOTED.findall(question.body)):
            self._type("power-on", self.cluster, "--node", node)
        return Word.DONE

    def _type(self, verb: str, *words: str) -> None:
        self.lab.by_hand(verb, *words)
        typed = f"python -m srx_lab {verb} --state {self.lab.state} {' '.join(words)}"
        self.console.print(f"At the cables: {typed}", markup=False, highlight=False, soft_wrap=True)
