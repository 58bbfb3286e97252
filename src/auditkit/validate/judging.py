"""Great Expectations judges the facts of one check, in memory and without a word on the console."""

import os
from collections.abc import Iterator
from typing import Any

import pandas as pd

from auditkit.definitions.checks import Check
from auditkit.errors import DefinitionError, Problem

Verdicts = tuple[list[bool] | None, bool]
"""Which facts failed (None: the judgement raised), and whether the check as a whole passed."""


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

    @staticmethod
    def _specs(check: Check) -> list[dict[str, Any]]:
        column = check.args.get("column", "value")
        return [
            {"type": check.expect, "kwargs": dict(check.args), "meta": {"check": check.id}},
            {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1, "max_value": 10_000}},
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": column}},
        ]

    def judge(self, check: Check, frame: pd.DataFrame) -> Verdicts:
        """Judge a check's facts.

        Every check is joined by a row count and, on its column, a not-null expectation: on an empty table or an
        all-null column the others pass.
        """
        batch = self._facts.get_batch(batch_parameters={"dataframe": frame})
        suite = self._suite(name=check.id, expectations=self._specs(check))
        validated: Any = batch.validate(suite, result_format={"result_format": "COMPLETE"})
        result = validated.to_json_dict()
        outcomes = result["results"]
        if any(raised(outcome["exception_info"]) for outcome in outcomes):
            return None, False
        failed = {
            index for outcome in outcomes for index in outcome["result"].get("unexpected_index_list") or ()
        }
        return [index in failed for index in range(len(frame))], bool(result["success"])


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
