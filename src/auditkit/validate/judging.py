"""Great Expectations judges the facts of one check, in memory and without a word on the console."""

import os
from collections.abc import Iterator
from typing import Any

import pandas as pd

from auditkit.definitions.checks import Check

Verdicts = tuple[list[bool] | None, bool]
"""Which facts failed (None: the judgement raised), and whether the check as a whole passed."""


class Judge:
    """An ephemeral Great Expectations context: no files, no telemetry, no progress bars."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._suite = great_expectations.ExpectationSuite
        self._context = great_expectations.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        self._source = self._context.data_sources.add_pandas("facts")

    def judge(self, check: Check, frame: pd.DataFrame) -> Verdicts:
        """Judge a check's facts.

        Every check is joined by a row count and, on its column, a not-null expectation: on an empty table or an
        all-null column the others pass.
        """
        column = check.args.get("column", "value")
        specs = [
            {"type": check.expect, "kwargs": dict(check.args), "meta": {"check": check.id}},
            {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1, "max_value": 10_000}},
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": column}},
        ]
        asset = self._source.add_dataframe_asset(check.id)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
            batch_parameters={"dataframe": frame}
        )
        suite = self._suite(name=check.id, expectations=specs)
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
