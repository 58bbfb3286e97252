"""How rows fall on people who stand in several of them: what a rate's interval needs when rows are not independent."""

from itertools import combinations_with_replacement

import ibis

from auditkit.results.rows import Rows, value
from auditkit.results.tally import DENOMINATORS, PAIRS, UNKNOWN, Repeats


def repeats(rows: Rows, groups: tuple[str, ...]) -> tuple[Repeats, ...]:
    """Sum, over the people of each group, the products of their counts by decision and outcome.

    A row that names no person is a person of its own. Two grouped scans; what comes back has 63 sums per group,
    however many people there are.
    """
    roles = [role for role in ("decision", "outcome", "repeat", *groups) if rows.column(role)]
    columns = [column for column in rows.columns if column.role in roles]
    read = rows.table.select(
        n=rows.weight.cast("int64"), row=ibis.row_number(),
        **{column.role: value(rows.table, column) for column in columns},
    )  # fmt: skip
    person = ibis.cases((read.repeat.isnull(), "row " + read.row.cast("string")), else_="id " + read.repeat)
    kinds = {
        f"kind {at}": _is(read, decision, outcome).ifelse(read.n, 0)
        for at, (decision, outcome) in enumerate(PAIRS)
    }
    named = read.mutate(person=person, **kinds)
    people = named.group_by([*groups, "person"]).agg(**{name: named[name].sum() for name in kinds})
    pairs = list(combinations_with_replacement(range(len(PAIRS)), 2))
    sums = {f"{i} {j}": (people[f"kind {i}"] * people[f"kind {j}"]).sum() for i, j in pairs}
    for at, among in enumerate(DENOMINATORS.values()):
        has = _added([people[f"kind {i}"] for i in among])
        real = has.cast("float64")  # a fourth power of rows may be beyond whole numbers of 64 bits
        sums |= {
            f"in {at}": has.sign().sum(),
            f"third {at}": (real**3).sum(),
            f"fourth {at}": (real**4).sum(),
        }
    found = people.group_by(list(groups)).agg(**sums) if groups else people.agg(**sums)
    return tuple(
        Repeats(
            group=tuple(row[role] or UNKNOWN for role in groups),
            people=tuple(int(row[f"in {at}"] or 0) for at in range(len(DENOMINATORS))),
            moments=tuple(
                tuple(float(row[f"{min(i, j)} {max(i, j)}"] or 0) for j in range(len(PAIRS))) for i in range(len(PAIRS))
            ),
            powers=tuple(
                (float(row[f"third {at}"] or 0), float(row[f"fourth {at}"] or 0)) for at in range(len(DENOMINATORS))
            ),
        )
        for row in sorted(found.to_pyarrow().to_pylist(), key=lambda row: [str(row[role]) for role in groups])
    )  # fmt: skip


def _added(columns: list[ibis.Value]) -> ibis.Value:
    total = columns[0]
    for column in columns[1:]:
        total += column
    return total


def _is(read: ibis.Table, decision: int | None, outcome: int | None) -> ibis.Value:
    return _same(read, "decision", decision) & _same(read, "outcome", outcome)


def _same(read: ibis.Table, role: str, wanted: int | None) -> ibis.Value:
    if role not in read.columns:
        return ibis.literal(wanted is None)
    return read[role].isnull() if wanted is None else (read[role] == wanted).fill_null(False)
