"""Runs suites over frames and says, row by row, what each check found. The only place that calls GX.

An ephemeral context a call; a whole-DataFrame batch a table, all of one asset: the context writes itself down
anew for each thing that is added to it. Nothing is kept in a store. Progress bars,
analytics and the library's own log are off: 220 lines of them say nothing about a cluster.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from srx_issu.checks.check import Check
from srx_issu.checks.frames import Frame
from srx_issu.checks.suites import KNOWN, LEAN, VALUE, suite
from srx_issu.domain.verdict import Status

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext


@dataclass(frozen=True, kw_only=True)
class CheckOutcome:
    """What one check found in one row; ``row`` None = the table had no row at all, or the check broke."""

    check: Check
    status: Status  # PASS, FAIL, ERROR
    row: int | None
    trouble: str | None = None  # the library's words when the check itself broke


@dataclass(frozen=True, kw_only=True)
class CheckRun:
    """All outcomes of one phase, and the library's own results, table by table, as JSON evidence."""

    outcomes: tuple[CheckOutcome, ...]
    validations: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Validation:
    """The library's results of one table, and the same as JSON."""

    results: Sequence[Any]
    raw: dict[str, Any]


_NAMING_ROWS = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
Validate = Callable[[Sequence[Frame], Iterable[Check], str], CheckRun]


def run(frames: Sequence[Frame], checks: Iterable[Check], name: str) -> CheckRun:
    """Validates every frame with the checks of its table. A check without its table is an ERROR.

    ``name``: of the route's suite (``route_suites``); that of a table is "<name>.<table>".
    """
    tables = _tables(context())
    everything = tuple(checks)
    by_name = {frame.name: frame for frame in frames}
    outcomes: list[CheckOutcome] = []
    validations: dict[str, dict[str, Any]] = {}
    for table in dict.fromkeys(check.table for check in everything):
        mine = tuple(check for check in everything if check.table == table)
        frame = by_name.get(table)
        if frame is None:
            reason = f"no table {table!r} was made"
            outcomes += [CheckOutcome(check=c, status=Status.ERROR, row=None, trouble=reason) for c in mine]
            continue
        validation = _validate(tables, frame, mine, f"{name}.{table}")
        validations[table] = validation.raw
        outcomes += _outcomes(frame, mine, validation.results)
    order = {check.name: index for index, check in enumerate(everything)}
    outcomes.sort(key=lambda outcome: order[outcome.check.name])
    return CheckRun(outcomes=tuple(outcomes), validations=validations)


def context() -> AbstractDataContext:
    """A new ephemeral context without a documentation site, kept quiet before and after its import."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports deprecated modules of the standard library
        import great_expectations as gx  # noqa: PLC0415 - 5 to 9 s, paid once a process
        from great_expectations.data_context.types import base  # noqa: PLC0415

        logging.getLogger(base.__name__).setLevel(logging.WARNING)  # it sets itself to INFO
        config = base.DataContextConfig(
            store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=base.ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        return gx.get_context(mode="ephemeral", project_config=config)


def _tables(gx_context: AbstractDataContext) -> BatchDefinition[Any]:
    """What makes a batch of any table."""
    asset = gx_context.data_sources.add_pandas("cluster").add_dataframe_asset("tables")
    return asset.add_batch_definition_whole_dataframe("whole")


def _validate(
    tables: BatchDefinition[Any], frame: Frame, checks: tuple[Check, ...], name: str
) -> _Validation:
    """Asks first only what fails, then which rows: naming rows takes twice the time, and few checks fail."""
    batch = _batch(tables, frame)
    first = _ask(batch, name, checks, {"result_format": "BOOLEAN_ONLY"})
    wrong = {_name(one) for one in first.results if not one.success}
    failed = tuple(check for check in checks if check.name in wrong)
    raw = _as_json(first)
    if not failed:
        return _Validation(results=first.results, raw=raw)
    second = _ask(batch, name, failed, _NAMING_ROWS)
    fine = [index for index, one in enumerate(first.results) if not _name(one) or _name(one) not in wrong]
    raw["results"] = [*(raw["results"][index] for index in fine), *_as_json(second)["results"]]
    return _Validation(results=[*(first.results[index] for index in fine), *second.results], raw=raw)


def _as_json(found: Any) -> dict[str, Any]:
    """With the library's own names of expectations."""
    raw: dict[str, Any] = found.to_json_dict()
    for result in raw["results"]:
        configuration = result["expectation_config"]
        configuration["type"] = configuration["type"].removeprefix(LEAN.lower() + "_")
    return raw


def _batch(tables: BatchDefinition[Any], frame: Frame) -> Any:
    import pandas as pd  # noqa: PLC0415

    data = pd.DataFrame.from_records(frame.rows, columns=["row", *frame.columns])
    return tables.get_batch({"dataframe": data})


def _ask(batch: Any, name: str, checks: Iterable[Check], result_format: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas and the library disagree about empty columns
        return batch.validate(suite(name, checks), result_format=result_format)


def _name(one: Any) -> str:
    """Of the check that an expectation belongs to; '' for the one about the whole table."""
    return str((one.expectation_config.meta or {}).get("check", ""))


def _outcomes(frame: Frame, checks: tuple[Check, ...], results: Iterable[Any]) -> Iterable[CheckOutcome]:
    found: dict[tuple[str, str], list[Any]] = {}
    for one in results:
        found.setdefault((_name(one), one.expectation_config.meta["role"]), []).append(one)
    for check in checks:
        known, value = found.get((check.name, KNOWN), []), found.get((check.name, VALUE), [])
        trouble = next((t for one in (*known, *value) if (t := _trouble(one))), None)
        if not known or not value or trouble:
            reason = trouble or "the check did not run"
            yield CheckOutcome(check=check, status=Status.ERROR, row=None, trouble=reason)
            continue
        if not frame.rows:
            yield CheckOutcome(
                check=check, status=Status.FAIL, row=None, trouble=f"table {frame.name!r} is empty"
            )
            continue
        empty = set[int]().union(*(_rows(one) for one in known))
        wrong = _rows(value[0])
        if not value[0].success and not wrong - empty and not empty:
            yield CheckOutcome(
                check=check, status=Status.FAIL, row=None, trouble="failed without naming a row"
            )
            continue
        for row in range(len(frame.rows)):
            status = Status.ERROR if row in empty else Status.FAIL if row in wrong else Status.PASS
            yield CheckOutcome(check=check, status=status, row=row)


def _rows(one: Any) -> set[int]:
    return {int(where["row"]) for where in one.result.get("unexpected_index_list") or ()}


def _trouble(one: Any) -> str | None:
    """The first words of an exception inside an expectation, such as a word where a number should be."""
    info = one.exception_info or {}
    several = [info] if "raised_exception" in info else list(info.values())
    raised = (
        str(i.get("exception_message")) for i in several if isinstance(i, dict) and i.get("raised_exception")
    )
    return next(raised, None)
