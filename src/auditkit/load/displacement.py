"""Opening the table of roles: which areas were treated, which lie beside them, which they are compared with."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import ibis

from auditkit.definitions.displacement import ROLES, Displacement
from auditkit.definitions.records import Period
from auditkit.definitions.values import canonical
from auditkit.errors import InputError, Problem, shown
from auditkit.load.files import check_named, open_table
from auditkit.results.displacement import AreaRoles
from auditkit.results.rows import PERIOD, Rows


def load_roles(
    connection: ibis.BaseBackend, table: Displacement, ids: Iterable[str], *, folder: Path, audit_name: str
) -> AreaRoles:
    """Open the table of roles and check that it fits the areas.

    Areas without a role, or with a value that no role names, take part in nothing.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The [displacement] section.
    ids
        Ids of the areas.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every missing column; else with areas that stand twice or are none, and declared values that nobody has.
    """
    found = open_table(connection, table, folder=folder, section="displacement")
    opened = found.table
    named = [("[displacement] area", table.area), ("[displacement] role", table.role)]
    check_named(named, found.columns, where=found.source.file, audit_name=audit_name)
    texts = opened.select(area=opened[table.area].cast("string"), role=opened[table.role].cast("string"))
    rows = [
        (canonical(row["area"] or "") or "", canonical(row["role"] or "") or "")
        for row in texts.to_pyarrow().to_pylist()
    ]
    if problems := _problems(rows, table, set(ids)):
        raise InputError(problems)
    role_of = {value: role for role in ROLES for value in table.roles[role]}
    by_role = defaultdict(list)
    for area, value in sorted(rows):
        if value in role_of:
            by_role[role_of[value]].append(area)
    return AreaRoles(
        source=found.source, areas=tuple((role, tuple(by_role[role])) for role in ROLES if role in by_role)
    )


def _problems(rows: list[tuple[str, str]], table: Displacement, ids: set[str]) -> list[Problem]:
    found = []
    if twice := sorted(area for area, times in Counter(area for area, _ in rows).items() if times > 1):
        text = f"column '{table.area}' names an area more than once: {shown(twice)}."
        found.append((text, "One role for each area was expected ([displacement] area)."))
    roles = {value for values in table.roles.values() for value in values}
    if strange := sorted({area for area, value in rows if value in roles} - ids):
        text = f"column '{table.area}' gives a role to {shown(strange)}, which the table of areas lacks."
        found.append(
            (text, "Name areas as [areas] id does; a treated area that is lost would change every count.")
        )
    if absent := sorted(roles - {value for _, value in rows}):
        text = f"column '{table.role}' never holds {shown(absent)}."
        values = shown(sorted({value for _, value in rows}))
        found.append((text, f"Values found: {values}. Mend [displacement] {', '.join(ROLES)}."))
    return [Problem(where=table.path, found=text, mend=mend) for text, mend in found]


def check_covered(rows: Rows, table: Displacement, *, period: Period) -> None:
    """Refuse days before or after which the counted table has no records: no records is not no incidents.

    Raises
    ------
    InputError
        If the table begins after, or ends before, a period that is compared.
    """
    column = rows.table[PERIOD]
    seen = rows.table.agg(first=column.min(), last=column.max()).to_pyarrow().to_pylist()[0]
    before, after = table.whole_periods(period)
    if seen["first"] is not None and seen["first"] <= before[0] and after[-1] <= seen["last"]:
        return
    found = f"periods run from {seen['first']} to {seen['last']}, and [displacement] compares {before[0]} to {after[-1]}."
    mend = "Records of every period before and after were expected; no record does not mean no incident."
    raise InputError([Problem(where=rows.source.file, found=found, mend=mend)])
