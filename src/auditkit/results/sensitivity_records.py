"""The part of `audit.json` that says what conclusions hang on."""

from auditkit.results.findings import Verdict
from auditkit.results.measurements import TippingPoint
from auditkit.results.place_records import Record, Texts
from auditkit.results.sensitivity import Outcome, Row, Sensitivity


class CellRecord(Record):
    """One conclusion under one assumption."""

    assumption: str
    outcome: Outcome
    measurement: str | None


class TippingRecord(Record):
    """The fewest unrecorded outcomes in one group with which a comparison could be at a value."""

    hidden_in: dict[str, str]
    reaches: float
    parity: bool
    hidden: int | None
    of: int
    undecided: int | None


class SensitivityRowRecord(Record):
    """One judged number under every assumption."""

    finding: str
    measurement: str
    verdict: Verdict
    as_counted: Verdict
    cells: tuple[CellRecord, ...]
    tipping: tuple[TippingRecord, ...]


class SensitivityRecord(Record):
    """Which conclusions are robust, and which hang on an assumption."""

    assumptions: Texts = ()
    rows: tuple[SensitivityRowRecord, ...] = ()


def sensitivity_record(found: Sensitivity) -> SensitivityRecord:
    """Write down what conclusions hang on."""
    return SensitivityRecord(assumptions=found.assumptions, rows=tuple(_row(row) for row in found.rows))


def _row(row: Row) -> SensitivityRowRecord:
    cells = tuple(
        CellRecord(assumption=one.assumption, outcome=one.outcome, measurement=one.measurement)
        for one in row.cells
    )
    return SensitivityRowRecord(
        finding=row.finding, measurement=row.measurement, verdict=row.verdict, as_counted=row.as_counted,
        cells=cells, tipping=tuple(_tipping(one) for one in row.tipping),
    )  # fmt: skip


def _tipping(one: TippingPoint) -> TippingRecord:
    return TippingRecord(
        hidden_in=dict(one.hidden_in), reaches=one.reaches, parity=one.parity, hidden=one.hidden, of=one.of,
        undecided=one.undecided,
    )  # fmt: skip
