"""The failure budget: how many failures a campaign bears before nothing new starts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from srx_issu.campaign.model import Budget, Result


def counted(results: Mapping[str, Result], budget: Budget, accepted: Collection[str] = ()) -> tuple[str, ...]:
    """The clusters whose result counts. ``accepted``: by a person who let the campaign go on."""
    kinds = budget.counts | {Result.UNKNOWN}
    return tuple(sorted(n for n, result in results.items() if result in kinds and n not in accepted))


def exceeded(
    results: Mapping[str, Result],
    budget: Budget,
    *,
    wave: Collection[str],
    planned: int,
    accepted: Collection[str] = (),
) -> str | None:
    """Why nothing new may start; None = the budget holds. ``wave`` names the clusters of the present wave,
    ``planned`` is the number of clusters in the whole plan."""
    failed = counted(results, budget, accepted)
    if budget.total is not None and len(failed) > (allowed := budget.total.of(planned)):
        return _message("campaign", failed, allowed)
    names = frozenset(wave) if failed else frozenset()
    in_wave = [name for name in failed if name in names]
    if budget.per_wave is not None and len(in_wave) > (allowed := budget.per_wave.of(len(wave))):
        return _message("wave", in_wave, allowed)
    return None


def _message(what: str, failed: Collection[str], allowed: int) -> str:
    names = ", ".join(list(failed)[:5]) + (" and others" if len(failed) > 5 else "")
    return f"{len(failed)} failed ({names}); allowed failures of the {what}: {allowed}"
