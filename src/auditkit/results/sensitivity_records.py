"""The part of `audit.json` that says what conclusions hang on."""

from pydantic import Field

from auditkit.results.findings import Verdict
from auditkit.results.measurements import TippingPoint
from auditkit.results.record import Record, Texts
from auditkit.results.sensitivity import Outcome, Row, Sensitivity


class CellRecord(Record):
    """One conclusion under one assumption."""

    assumption: str
    outcome: Outcome
    measurement: str | None


class TippingRecord(Record):
    """The fewest unrecorded outcomes in one group with which a comparison could be at a value."""

    measurement: str
    hidden_in: dict[str, str]
    reaches: float = Field(description="The value: equality, or a limit of the policy.")
    parity: bool
    hidden: int | None = Field(description="Null where no number of hidden outcomes could.")
    of: int
    share: float | None = Field(None, description="Of `of`; null where `hidden` is.")
    undecided: int | None = Field(
        description="From how many on the 95 % range, joint over the family, holds the value."
    )


class SensitivityRowRecord(Record):
    """One judged number under every assumption."""

    finding: str
    measurement: str | None = Field(
        description="Null for the feedback loop, whose verdict is no single number."
    )
    verdict: Verdict
    as_counted: Verdict = Field(
        description="The verdict on known people alone, which the cells are held against."
    )
    cells: tuple[CellRecord, ...]


class SensitivityRecord(Record):
    """Which conclusions are robust, and which hang on an assumption."""

    assumptions: Texts = ()
    rows: tuple[SensitivityRowRecord, ...] = ()
    tipping: tuple[TippingRecord, ...] = ()


def sensitivity_record(found: Sensitivity) -> SensitivityRecord:
    """Write down what conclusions hang on."""
    return SensitivityRecord(
        assumptions=found.assumptions, rows=tuple(_row(row) for row in found.rows),
        tipping=tuple(_tipping(one) for one in found.tipping),
    )  # fmt: skip


def _row(row: Row) -> SensitivityRowRecord:
    cells = tuple(
        CellRecord(assumption=one.assumption, outcome=one.outcome, measurement=one.measurement)
        for one in row.cells
    )
    return SensitivityRowRecord(
        finding=row.finding,
        measurement=row.measurement,
        verdict=row.verdict,
        as_counted=row.as_counted,
        cells=cells,
    )


def _tipping(one: TippingPoint) -> TippingRecord:
    return TippingRecord(
        measurement=one.measurement, hidden_in=dict(one.hidden_in), reaches=one.reaches, parity=one.parity, hidden=one.hidden, of=one.of,
        share=None if one.hidden is None or not one.of else one.hidden / one.of,
        undecided=one.undecided,
    )  # fmt: skip
