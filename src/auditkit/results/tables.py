"""The document as flat tables, for CSV files and data frames."""

from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.loop_tables import Cell, Table, loop_tables
from auditkit.results.oversight_tables import oversight_tables

MEASUREMENT_COLUMNS = (
    "id", "metric", "dimension", "group", "stratum", "against", "status", "value", "low", "high", "low_90", "high_90",
    "low_family", "high_family", "low_bound", "high_bound",
    "low_bound_interval", "high_bound_interval", "method", "numerator", "denominator", "reason",
)  # fmt: skip


def tables(document: AuditDocument) -> tuple[Table, ...]:
    """Flatten measurements, checks and findings, and the feedback loop and oversight where there are any."""
    return (
        *loop_tables(document.feedback),
        *oversight_tables(document.oversight, {item.id: item.value for item in document.measurements}),
        Table(
            name="measurements", columns=MEASUREMENT_COLUMNS,
            rows=tuple(_measurement(item) for item in document.measurements),
        ),
        Table(
            name="checks",
            columns=("id", "table", "severity", "status", "observed", "expected", "why", "ask", "refuses"),
            rows=tuple(
                (c.id, c.table, c.severity, c.status, "; ".join(f"{o.item}: {_value(o.value, withheld=o.withheld)}" for o in c.observed),
                 c.expected, c.why, c.ask, " ".join(c.refuses))
                for c in document.checks
            ),
        ),
        Table(
            name="findings",
            columns=("id", "measure", "dimension", "compare", "at_least", "at_most", "required", "status", "evidence", "withheld"),
            rows=tuple(
                (f.id, f.limit.measure, f.limit.dimension, f.limit.compare, f.limit.at_least, f.limit.at_most,
                 str(f.limit.required).lower(), f.status, " ".join(f.evidence),
                 " ".join(one.measurement for one in f.comparisons if one.note == "withheld"))
                for f in document.findings
            ),
        ),
    )  # fmt: skip


def _value(value: Cell, *, withheld: bool) -> str:
    return "withheld" if withheld else f"{value:.6g}" if isinstance(value, float) else str(value)


def _named(group: dict[str, str] | None) -> str:
    return " + ".join(f"{name}={value}" for name, value in (group or {}).items())


def _measurement(item: MeasurementRecord) -> tuple[Cell, ...]:
    pairs = [
        pair or (None, None)
        for pair in (item.interval, item.interval_90, item.interval_family, item.bounds, item.bounds_interval)
    ]
    intervals = [limit for pair in pairs for limit in pair]
    return (
        item.id, item.metric, item.dimension, _named(item.group), item.stratum, _named(item.against), item.status,
        item.value,
        *intervals, item.method, item.numerator, item.denominator, item.reason,
    )  # fmt: skip
