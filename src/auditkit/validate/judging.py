"""Great Expectations judges the facts of all checks, in memory and without a word on the console."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from auditkit.definitions.checks import Check
from auditkit.errors import DefinitionError, Problem

Verdicts = tuple[list[bool] | None, bool]
"""Which facts failed (None: the judgement raised), and whether the check as a whole passed."""

VALUE = "value"
"""The column of facts that checks judge."""
MOST = 10_000
"""Facts of one check."""
TOGETHER = ("expect_column_values_to_be_between", "expect_column_values_to_be_in_set")
"""Expectations that judge one value after the other and pass over empty cells: those of many checks are judged at once,
each check's values as a column of one table."""


class Judge:
    """An ephemeral Great Expectations context: no files, no telemetry, no progress bars."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )
        from great_expectations.expectations.registry import get_expectation_impl

        self._build: Any = get_expectation_impl
        self._suite = great_expectations.ExpectationSuite
        stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        config = DataContextConfig(store_backend_defaults=stores)
        self._context = great_expectations.get_context(mode="ephemeral", project_config=config)
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        asset = self._context.data_sources.add_pandas("facts").add_dataframe_asset("facts")
        self._facts = asset.add_batch_definition_whole_dataframe("all")

    def prepare(self, checks: tuple[Check, ...]) -> None:
        """Build every check's expectation before any data are read, or say which cannot be built."""
        problems = []
        for check in checks:
            try:
                self._build(check.expect)(**check.args)
            except Exception as error:  # noqa: BLE001  # Great Expectations raises many kinds, pydantic's among them
                reason = " ".join(str(error).split())[:200]
                found = f"the expectation '{check.expect}' with {check.args} cannot be built: {reason}."
                mend = "Expectations and their arguments are those of Great Expectations."
                problems.append(Problem(where=f"check '{check.id}'", found=found, mend=mend))
        if problems:
            raise DefinitionError(problems)

    def judge(self, gathered: Sequence[tuple[Check, pd.DataFrame]]) -> list[Verdicts]:
        """Judge the facts of each check, which lie in the frame beside it.

        On an empty table or an all-null column expectations pass. So facts must be some, at most 10,000, and each must
        have a value; that is looked at here, without a further expectation for each check.
        """
        alike = [at for at, (check, frame) in enumerate(gathered) if _together(check, frame)]
        verdicts = dict(zip(alike, self._at_once([gathered[at] for at in alike]), strict=True))
        return [
            verdicts[at]
            if at in verdicts
            else _verdict(check, frame, *self._validated(frame, [(check, check.args)]))
            for at, (check, frame) in enumerate(gathered)
        ]

    def _at_once(self, gathered: Sequence[tuple[Check, pd.DataFrame]]) -> list[Verdicts]:
        if not gathered:
            return []
        table = pd.concat([frame[VALUE].rename(check.id) for check, frame in gathered], axis=1)
        outcomes = self._validated(
            table, [(check, {**check.args, "column": check.id}) for check, _ in gathered]
        )
        return [_verdict(*one, outcome) for one, outcome in zip(gathered, outcomes, strict=True)]

    def _validated(
        self, frame: pd.DataFrame, checks: Sequence[tuple[Check, Mapping[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Return what Great Expectations says of each check, in their order."""
        batch = self._facts.get_batch(batch_parameters={"dataframe": frame})
        specs = [
            {"type": check.expect, "kwargs": dict(args), "meta": {"check": check.id}}
            for check, args in checks
        ]
        validated: Any = batch.validate(
            self._suite(name="checks", expectations=specs), result_format={"result_format": "COMPLETE"}
        )
        found = {
            one["expectation_config"]["meta"]["check"]: one for one in validated.to_json_dict()["results"]
        }
        return [found[check.id] for check, _ in checks]


def _together(check: Check, frame: pd.DataFrame) -> bool:
    return check.expect in TOGETHER and check.args.get("column") == VALUE and not frame.empty


def _verdict(check: Check, frame: pd.DataFrame, outcome: dict[str, Any]) -> Verdicts:
    if raised(outcome["exception_info"]):
        return None, False
    failed = set(outcome["result"].get("unexpected_index_list") or ())
    blank = frame[check.args.get("column", VALUE)].isna().to_numpy()
    failures = [index in failed or bool(blank[index]) for index in range(len(frame))]
    sound = bool(outcome["success"]) and 1 <= len(frame) <= MOST and not blank.any()
    return failures, sound


def raised(info: dict[str, Any]) -> bool:
    """Tell whether an expectation raised; its report of that has two shapes.

    >>> raised({"raised_exception": False}), raised({"metric": {"raised_exception": True}})
    (False, True)
    """

    def flags(part: dict[str, Any]) -> Iterator[bool]:
        yield bool(part.get("raised_exception", False))
        for inner in part.values():
            if isinstance(inner, dict):
                yield from flags(inner)

    return any(flags(info))
