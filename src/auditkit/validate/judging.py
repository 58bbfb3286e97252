"""Great Expectations judges the facts of one check, in memory and without a word on the console."""

import os
from collections.abc import Iterator
from typing import Any

import pandas as pd

from auditkit.definitions.checks import Check
from auditkit.errors import DefinitionError, Problem

Verdicts = tuple[list[bool] | None, bool]
"""Which facts failed (None: the judgement raised), and whether the check as a whole passed."""

MOST = 10_000
"""Facts of one check."""


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

    def judge(self, check: Check, frame: pd.DataFrame) -> Verdicts:
        """Judge a check's facts.

        On an empty table or an all-null column expectations pass. So facts must be some, at most 10,000, and each must
        have a value; that is looked at here, because every further expectation doubles the time of a check.
        """
        batch = self._facts.get_batch(batch_parameters={"dataframe": frame})
        spec = {"type": check.expect, "kwargs": dict(check.args), "meta": {"check": check.id}}
        suite = self._suite(name=check.id, expectations=[spec])
        validated: Any = batch.validate(suite, result_format={"result_format": "COMPLETE"})
        (outcome,) = validated.to_json_dict()["results"]
        if raised(outcome["exception_info"]):
            return None, False
        failed = set(outcome["result"].get("unexpected_index_list") or ())
        blank = frame[check.args.get("column", "value")].isna().to_numpy()
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
