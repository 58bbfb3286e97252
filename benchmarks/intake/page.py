"""The page that says how fast files are read, and how much memory an audit of them needs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.speed.page import machine, table
from benchmarks.speed.results import Measured

PROMISED = 4e9
"""An audit holds less memory than this, in bytes, however large its file is."""
TEXT = """# Intake

How fast files are read, and how much memory a whole audit of them needs, beside pandas reading the same file.
`make benchmark-intake` measures and writes this page; every ratio comes from one run on one machine.

{machine}

## Targets

{targets}

## Files

{files}

- **Seconds** is the time to read the file: for auditkit until the data checks begin, for pandas until there is a frame.
- auditkit hashes the file, tests its encoding, keeps every value as text and counts what the audit asks for.
- pandas guesses a type for each column, and does nothing else.
- Keeping text is what costs. In processor time, a million rows took auditkit 2.2 seconds, pandas 0.4, and pandas with `dtype=str` 2.8.
- At 100,000 rows it was 0.7, 0.06 and 0.16 seconds: about half a second of auditkit's does not depend on size.
- Two thirds of the 2.2 seconds went into the Parquet copy, a twentieth into the SHA-256 and the encoding.
- These three lines were measured apart, medians of three, on this kind of machine under other work.
- **Memory** is the most that a process held at once, libraries included: for auditkit during the whole audit.
- A CSV is taken apart once, into a Parquet file in the folder for temporary files. It needs free space there.
- Other work on the machine moves seconds and their ratios; it hardly moves memory.
- `python -m benchmarks.intake --large 2.1 5` measures a CSV of 5 GB as well.

The people are made: {columns} columns, among them a case number and notes, which nothing but the data checks reads.
Imports are left out. Files were in the page cache where memory sufficed. Each program had a process of its own.
"""
COLUMNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One file, as both programs read it."""

    kind: str
    rows: int
    bytes: int
    ours: Measured
    pandas: Measured


def page(found: Sequence[Compared]) -> str:
    """Write the page."""
    results = [item for one in found for item in (one.ours, one.pandas)]
    head = (
        "file",
        "size",
        "rows",
        "program",
        "seconds",
        "rows a second",
        "memory",
        "seconds ÷ pandas",
        "memory ÷ pandas",
    )
    return TEXT.format(
        machine=machine(results), targets=table(("target", "found", ""), _targets(found)),
        files=table(head, [line for one in found for line in _lines(one)]), columns=COLUMNS,
    )  # fmt: skip


def _targets(found: Iterable[Compared]) -> Iterator[tuple[str, str, str]]:
    for one in found:
        if one.kind == "csv" and one.bytes >= 2e9:
            met = one.ours.status == "done" and one.ours.peak < PROMISED
            told = f"{one.ours.peak / 1e9:.2f} GB" if one.ours.status == "done" else one.ours.status
            promise = f"a CSV of {one.bytes / 1e9:.1f} GB is audited under {PROMISED / 1e9:g} GB of memory"
            yield promise, told, "met" if met else "**missed**"


def _lines(one: Compared) -> Iterator[tuple[str, ...]]:
    for name, item in (("auditkit", one.ours), ("pandas", one.pandas)):
        file = (one.kind, f"{one.bytes / 1e9:.2f} GB", f"{one.rows:,}", name)
        if item.status != "done":
            yield (*file, item.status, "", f"{item.peak / 1e9:.2f} GB", "", "")
            continue
        seconds = item.laps["load"]
        both = one.pandas.status == "done" and item is one.ours
        yield (
            *file, f"{seconds:.1f}", f"{one.rows / seconds:,.0f}", f"{item.peak / 1e9:.2f} GB",
            f"{seconds / one.pandas.laps['load']:.2f}" if both else "",
            f"{item.peak / one.pandas.peak:.2f}" if both else "",
        )  # fmt: skip
