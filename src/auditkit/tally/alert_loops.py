"""Counting what shows how an alert system may feed on itself: confirmations, stops near alerts, and entries of lists."""

from typing import Any

import ibis
from ibis import Table, Value

from auditkit.definitions.alert_loops import NearbyStops
from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.loops import AlertFeedback
from auditkit.results.alerts import AlertLoopCounts, Confirmed, HotListCounts, StopCounts
from auditkit.results.rows import AlertRows, Rows, value

METRES_PER_DEGREE = 111_195.08
"""Of latitude: a ball of 6,371.0088 km radius."""


def tally_alert_loops(rows: AlertRows, audit: AuditFile) -> AlertLoopCounts:
    """Count every part whose columns or tables are declared."""
    feedback = audit.feedback
    if not isinstance(feedback, AlertFeedback):
        return AlertLoopCounts(response=None, lot=None, stops=None, hot_list=None)
    asked, stops = feedback.confirmation, rows.loops.stops
    response = lot = None
    if asked is not None and asked.slow_after is not None:
        response = _confirmed(rows, _read(rows, "minutes") <= asked.slow_after)
    if asked is not None and asked.by_lot is not None:
        lot = _confirmed(rows, _read(rows, "by_lot") == 1)
    return AlertLoopCounts(
        response=response, lot=lot,
        stops=None if stops is None or feedback.stops is None else _stops(rows, stops, feedback.stops),
        hot_list=_hot_list(rows),
    )  # fmt: skip


def _read(rows: Rows, role: str) -> Value:
    column = rows.column(role)
    assert column is not None  # noqa: S101  # load made it, because the audit file declares it
    return value(rows.table, column)


def _confirmed(rows: AlertRows, first: Value) -> Confirmed:
    """Count confirmed and other known dispositions where `first` holds, where it does not, and where nobody knows."""
    table = rows.table.select(first=first, confirmed=_read(rows, "outcome"), n=rows.weight)
    known = table.filter(table.confirmed.notnull())
    cells = known.group_by(["first", "confirmed"]).agg(n=known.n.sum().fill_null(0))
    found = {(row["first"], row["confirmed"]): int(row["n"]) for row in cells.to_pyarrow().to_pylist()}

    def pair(way: bool | None) -> tuple[int, int]:  # noqa: FBT001  # the value of a column
        return found.get((way, 1), 0), found.get((way, 0), 0)

    return Confirmed(first=pair(True), second=pair(False), unknown=pair(None))


def _stops(rows: AlertRows, stops: Rows, asked: NearbyStops) -> StopCounts:
    """Give each stop that nobody linked to its nearest alert in time, among those near in place."""
    alerts = _placed(rows)
    every = {role: _read(stops, role) for role in ("moment", "longitude", "latitude")}
    flags = {
        role: _read(stops, role).fill_null(0) if stops.column(role) else ibis.literal(0)
        for role in ("linked", "names_system")
    }
    shaped = stops.table.select(stop=ibis.row_number(), **every, **flags)
    free = shaped.filter(shaped.linked == 0)
    near = _near(free, alerts, asked)
    sides = near.group_by("stop").agg(
        since=near.after.min(where=near.after >= 0), until=(-near.after).min(where=near.after < 0)
    )
    follows = sides.since.notnull() & (sides.until.isnull() | (sides.since <= sides.until))
    (sums,) = sides.agg(near=sides.count(), after=follows.cast("int64").sum()).to_pyarrow().to_pylist()
    (counts,) = _sums(shaped, alerts)
    after, all_free = int(sums["after"] or 0), int(counts["stops"]) - int(counts["linked"] or 0)
    return StopCounts(
        alerts=int(counts["alerts"]), linked=int(counts["linked"] or 0), after=after, before=int(sums["near"]) - after,
        far=all_free - int(sums["near"]),
        naming=int(counts["naming"] or 0) if stops.column("names_system") else None,
    )  # fmt: skip


def _sums(stops: Table, alerts: Table) -> list[dict[str, Any]]:
    naming = ((stops.linked == 0) & (stops.names_system == 1)).cast("int64").sum()
    sums: list[dict[str, Any]] = (
        stops.agg(stops=stops.count(), linked=stops.linked.cast("int64").sum(), naming=naming)
        .to_pyarrow()
        .to_pylist()
    )
    return [{**sums[0], "alerts": int(alerts.count().execute())}]


def _placed(rows: AlertRows) -> Table:
    table = rows.table.select(
        **{f"alert_{role}": _read(rows, role) for role in ("moment", "longitude", "latitude")}
    )
    return table.filter(
        table.alert_moment.notnull() & table.alert_longitude.notnull() & table.alert_latitude.notnull()
    )


def _near(stops: Table, alerts: Table, asked: NearbyStops) -> Table:
    """Pair stops with alerts that are near in place and time; `after` is in seconds, below 0 for stops before."""
    seconds, degrees = asked.hours * 3600, asked.metres / METRES_PER_DEGREE
    met = stops.join(
        alerts,
        [
            alerts.alert_moment >= stops.moment - seconds,
            alerts.alert_moment <= stops.moment + seconds,
            alerts.alert_latitude >= stops.latitude - degrees,
            alerts.alert_latitude <= stops.latitude + degrees,
        ],
    )
    north = met.alert_latitude - met.latitude
    east = (met.alert_longitude - met.longitude) * met.latitude.radians().cos()
    return met.filter(north * north + east * east <= degrees * degrees).mutate(
        after=met.moment - met.alert_moment
    )


def _hot_list(rows: AlertRows) -> HotListCounts | None:
    reads, entries = rows.loops.reads, rows.loops.entries
    if reads is None:
        return None
    table = reads.table.select(reads=_read(reads, "reads"), hits=_read(reads, "hits"))
    (sums,) = table.agg(reads=table.reads.sum(), hits=table.hits.sum()).to_pyarrow().to_pylist()
    made = hits = None
    if entries is not None:
        made, hits = _entries(entries)
    return HotListCounts(
        reads=int(sums["reads"] or 0), hits=int(sums["hits"] or 0), entries=made, entry_hits=hits
    )


def _entries(entries: Rows) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Count entries, and their hits, by whether an earlier hit made them; where that is not recorded they stay out."""
    counted = entries.column("hits") is not None
    table = entries.table.select(
        made=_read(entries, "from_hit"),
        hits=_read(entries, "hits").fill_null(0) if counted else ibis.literal(0.0),
    )
    cells = table.group_by("made").agg(n=table.count(), hits=table.hits.sum()).to_pyarrow().to_pylist()
    by = {row["made"]: (int(row["n"]), int(row["hits"])) for row in cells}
    one, other = by.get(1, (0, 0)), by.get(0, (0, 0))
    return (one[0], other[0]), (one[1], other[1]) if counted else None
