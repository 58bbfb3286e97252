"""The tables besides the main one that a query may look at; a check that needs one runs only where it is declared."""

from auditkit.results.rows import AlertRows, PlaceRows, Rows
from auditkit.results.stops import LoadedBenchmark


def history_of(rows: PlaceRows) -> Rows:
    """Return what the tool learns from."""
    return _given(rows.history)


def deployment_of(rows: PlaceRows | AlertRows) -> Rows:
    """Return the logs of a tool in use."""
    return _given(rows.deployment)


def reports_of(rows: PlaceRows | AlertRows) -> Rows:
    """Return the reports by residents."""
    return _given(rows.reports)


def events_of(rows: AlertRows) -> Rows:
    """Return events known from elsewhere."""
    return _given(rows.events)


def training_of(rows: Rows) -> Rows:
    """Return the rows that the tool learned from."""
    return _given(rows.training)


def benchmark_of(rows: Rows) -> LoadedBenchmark:
    """Return what stops are held against."""
    assert rows.benchmark is not None  # noqa: S101  # the check needs it
    return rows.benchmark


def area_ids(rows: PlaceRows | AlertRows) -> tuple[str, ...]:
    """Return the ids of the table of areas."""
    assert rows.areas is not None  # noqa: S101  # the check needs areas
    return rows.areas.areas.ids


def _given(table: Rows | None) -> Rows:
    assert table is not None  # noqa: S101  # the check needs it
    return table
