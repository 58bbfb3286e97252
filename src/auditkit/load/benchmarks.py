"""Opening the table that stops are held against: residents, calls or past arrests by group and area."""

from collections.abc import Iterator
from pathlib import Path

import ibis
from ibis import Table

from auditkit.definitions.stops import Benchmark
from auditkit.errors import SHOWN, InputError, Problem, shown
from auditkit.load.files import check_named, open_table
from auditkit.results.rows import canonical
from auditkit.results.stops import CITY, LoadedBenchmark


def load_benchmark(
    connection: ibis.BaseBackend, benchmark: Benchmark, *, folder: Path, audit_name: str
) -> LoadedBenchmark:
    """Open the benchmark and add its units up by area and group.

    Raises
    ------
    InputError
        With every missing column, or every column of units that holds something else than numbers from 0 up.
    """
    found = open_table(connection, benchmark, folder=folder, section="benchmark")
    opened, source = found.table, found.source
    check_named(_named(benchmark), found.columns, where=source.file, audit_name=audit_name)
    if problems := list(_problems(opened, benchmark)):
        raise InputError(problems)
    units = {
        (name, dimension): _added(opened, benchmark, column=column, group=group)
        for name, column in benchmark.counts.items()
        for dimension, group in benchmark.groups.items()
    }
    return LoadedBenchmark(source=source, units=units)


def _named(benchmark: Benchmark) -> Iterator[tuple[str, str]]:
    if benchmark.area is not None:
        yield "[stops.benchmark] area", benchmark.area
    yield from ((f"[stops.benchmark] groups.{name}", column) for name, column in benchmark.groups.items())
    yield from ((f"[stops.benchmark] counts.{name}", column) for name, column in benchmark.counts.items())


def _problems(opened: Table, benchmark: Benchmark) -> Iterator[Problem]:
    for name, column in benchmark.counts.items():
        text = canonical(opened[column].cast("string"))
        number = text.try_cast("float64")
        odd = opened.filter(number.isnull() | number.isnan() | number.isinf() | (number < 0))
        values = odd.select(text=canonical(odd[column].cast("string")).fill_null("")).distinct()
        few = [row["text"] for row in values.order_by("text").limit(SHOWN + 1).to_pyarrow().to_pylist()]
        if few:
            found = f"column '{column}' holds {shown(few)} ({int(odd.count().execute())} rows)."
            mend = f"Numbers from 0 up were expected ([stops.benchmark] counts.{name})."
            yield Problem(where=benchmark.path, found=found, mend=mend)


def _added(opened: Table, benchmark: Benchmark, *, column: str, group: str) -> dict[tuple[str, str], float]:
    """Add units up; rows without an area or a group belong nowhere."""
    area = ibis.literal(CITY) if benchmark.area is None else canonical(opened[benchmark.area].cast("string"))
    read = opened.select(
        area=area, group=canonical(opened[group].cast("string")),
        units=canonical(opened[column].cast("string")).cast("float64"),
    )  # fmt: skip
    read = read.filter(read.area.notnull() & read.group.notnull())
    found = read.group_by(["area", "group"]).agg(units=read.units.sum()).to_pyarrow().to_pylist()
    return {(row["area"], row["group"]): row["units"] for row in found}
