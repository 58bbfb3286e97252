"""What looks wrong in printed counts: totals among rows, sums that do not add up, rows counted twice, withheld cells."""

import re
from collections import Counter
from collections.abc import Iterator

from auditkit.errors import shown
from auditkit.examine import words as w
from auditkit.examine.choosing import Choice
from auditkit.examine.meanings import Guess
from auditkit.examine.people_draft import withheld_marks
from auditkit.examine.place_draft import are_shares, resident_total, residents_by_group
from auditkit.examine.printed import counts, label
from auditkit.examine.tables import Candidate
from auditkit.results.examination import Meaning, Remark

COUNTED: tuple[Meaning, ...] = (
    "tn", "fp", "fn", "tp", "count", "whole", "flagged", "residents", "resident_group", "incidents",
)  # fmt: skip
_SPELLED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9.,]+ ?%")
_FEW = 3


def sum_remarks(table: Candidate) -> Iterator[Remark]:
    """Look at every column of counts."""
    yield from _total_rows(table)
    yield from _cells_and_whole(table)
    yield from _repeated(table)
    yield from _withheld(table)


def _remark(table: Candidate, code: str, found: str, ask: str) -> Remark:
    return Remark(code=code, file=table.opened.file, found=found, ask=ask)


def _total_rows(table: Candidate) -> Iterator[Remark]:
    """Look for rows that sum up the others, and for totals that do not."""
    columns = {one.name: counts(table, one.name) for one in table.of(*COUNTED)}
    rows, labelled = range(table.opened.rows), (*table.groups, *table.of("area"))
    named = [row for row in rows if any(_says_total(table, one, row) for one in labelled)]
    sums = [] if named else [row for row in rows if _is_sum(columns, row)]
    if named or sums:
        where = shown([label(table, row) for row in named or sums], most=_FEW)
        found = f"a row looks like a total: {where}. Read as a group, it would count everybody twice."
        yield _remark(table, "total-row", found, "Take it out before an audit.")
    if len(named) == 1 and len(table.groups) <= 1:
        yield from _total_off(table, columns, named[0])


def _says_total(table: Candidate, one: Guess, row: int) -> bool:
    return bool(w.TOTAL.match(w.plain(table.opened.cells[one.name][row] or "")))


def _is_sum(columns: dict[str, list[float | None]], row: int) -> bool:
    """Tell whether a row holds the sum of all other rows in every column of counts."""
    hits = []
    for values in columns.values():
        value, known = values[row], [number for number in values if number is not None]
        if value is None or len(known) < 4 or value < 10:  # fewer, or smaller, may be chance
            return False
        hits.append(2 * value == sum(known))
    return bool(hits) and all(hits)


def _total_off(table: Candidate, columns: dict[str, list[float | None]], row: int) -> Iterator[Remark]:
    off = []
    for name, values in columns.items():
        total, others = values[row], [value for at, value in enumerate(values) if at != row]
        known = [value for value in others if value is not None]
        if total is None or not known:
            continue
        gap, slack = sum(known) - total, _rounded_to(known) / 2 * (len(known) + 1)
        if gap > slack or (gap < -slack and len(known) == len(others)):
            off.append(f"{name}: {total:,.0f} stated, {sum(known):,.0f} by its rows")
    if off:
        found = f"the stated total is not the sum of its rows: {shown(off, most=_FEW)}."
        yield _remark(table, "total-not-sum", found, "Ask who was left out, or counted twice.")


def _rounded_to(values: list[float]) -> float:
    """Say to which unit counts were rounded: to 100, 10 or 5, if all of several are; else not at all.

    >>> _rounded_to([120, 340, 90]), _rounded_to([123, 340, 90])
    (10.0, 0.0)
    """
    filled = [value for value in values if value]
    units = (100.0, 10.0, 5.0) if len(filled) > 2 else ()
    return next((unit for unit in units if all(value % unit == 0 for value in filled)), 0.0)


def _cells_and_whole(table: Candidate) -> Iterator[Remark]:
    """Compare the four cells of a confusion matrix with the number of people beside them."""
    whole = table.first("whole", "count")
    if table.kind[0] != "confusion" or whole is None:
        return
    cells = [counts(table, one.name) for one in table.of("tn", "fp", "fn", "tp")]
    off = []
    for row, (stated, *parts) in enumerate(zip(counts(table, whole.name), *cells, strict=True)):
        known = [part for part in parts if part is not None]
        if stated is not None and len(known) == len(parts) and sum(known) != stated:
            off.append(f"{label(table, row)}: {stated:,.0f} stated, {sum(known):,.0f} by its cells")
    if off:
        found = f"the four cells do not add up to {shown([whole.name])}: {shown(off, most=_FEW)}."
        yield _remark(table, "parts-not-whole", found, "Ask who stands in no cell.")


def _repeated(table: Candidate) -> Iterator[Remark]:
    """Look for groups or cells that stand more than once."""
    keys = (*table.groups, *table.of("decision", "outcome", "time", "area"))
    if not keys or table.kind[0] in {"areas", "unknown"}:
        return
    cells = table.opened.cells
    rows = list(zip(*(cells[one.name] for one in keys), strict=True))
    twice = [", ".join(value or "" for value in key) for key, times in Counter(rows).items() if times > 1]
    if twice:
        found = f"rows stand more than once for {shown(twice, most=_FEW)}."
        yield _remark(table, "counted-twice", found, "Ask what tells these rows apart. Take copies out.")


def _withheld(table: Candidate) -> Iterator[Remark]:
    marks = Counter(withheld_marks(table))
    if marks:
        found = f"{sum(marks.values())} cells hold {shown(sorted(marks))} in place of a number."
        ask = "Declare the marks as 'suppressed'. They are not zero; ask for ranges or for larger groups."
        yield _remark(table, "withheld-cells", found, ask)


def spelling_remarks(table: Candidate) -> Iterator[Remark]:
    """Look for numbers written so that an audit takes them for text, and for rows without anything."""
    cells = table.opened.cells
    odd = [name for name, texts in cells.items() if any(text and _SPELLED.fullmatch(text) for text in texts)]
    if odd:
        found = f"columns {shown(odd, most=_FEW)} hold numbers with commas or per cent signs."
        yield _remark(table, "numbers-as-text", found, "Write 1,234 as 1234 and 45 % as 0.45.")
    empty = sum(not any(row) for row in zip(*cells.values(), strict=True)) if cells else 0
    if empty:
        yield _remark(
            table,
            "empty-rows",
            f"{empty} rows hold nothing at all.",
            "Take them out, and ask what stood there.",
        )


def resident_remarks(choice: Choice | None) -> Iterator[Remark]:
    """Say which residents stand in none of the groups, and where groups exceed everyone."""
    if choice is None or choice.areas is None or not choice.areas.opened.cells:
        return
    table = choice.areas
    groups = residents_by_group(table)
    total = resident_total(table, groups)
    if total is None or not groups or are_shares(groups):
        return
    everyone = [number or 0 for number in counts(table, total.name)]
    named = [[number or 0 for number in counts(table, one.name)] for one in groups.values()]
    above = [row for row, whole in enumerate(everyone) if sum(values[row] for values in named) > whole]
    if above:
        rows = shown([label(table, row) for row in above], most=_FEW)
        found = f"groups of residents add up to more than {shown([total.name])} in {len(above)} areas, such as {rows}."
        yield _remark(
            table, "parts-not-whole", found, "Ask whether people can stand in two groups, or years differ."
        )
    left = sum(everyone) - sum(map(sum, named))
    if left > 0.01 * sum(everyone):
        found = f"{left / sum(everyone):.0%} of residents stand in none of the groups {shown(groups)}."
        yield _remark(table, "residents-left-out", found, "Add the columns of the other groups.")
