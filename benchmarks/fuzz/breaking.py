"""Hypothesis strategies: audit files and tables with every kind of defect that people, programs and vandals make."""

import datetime as dt
from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzz.worlds import WORLDS, Bare, Case, Rows, document, sound, table, with_table

ODD_TEXTS = (
    "", " ", "\t", "\x00", "\x1b[31mred", "\u202eRTL\u202c", "مرحبا", "日本語", "é" * 40, "x" * 5000, "=1+1", "@SUM(A1)",
    "<script>alert(1)</script>", "</td><img src=x onerror=1>", "'; DROP TABLE records; --", '"', '""', "\\", "{{ 7*7 }}", "{% x %}",
    "NaN", "nan", "inf", "-Infinity", "1e309", "1e-400", "-0", "00", "1.0", "1,5", "½", "٣", "NULL", "None", "N/A", "?", "*", "<10",
    "2023-02-31", "31/12/2023", "0000-00-00", "9999-12-31", "12:61", "99999999999999999999", "-1", "0.5", "true", "a=b&c", "A\nB",
    "../../etc/passwd", "/", ".", "..", "~", "*.csv", "[a]", "people.csv/", "%s", "%(x)s", "$HOME", "a|b", "[link](x)", "# h", "| a |",
)  # fmt: skip
"""What stands in cells and keys where it should not."""
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BARE = tuple(map(Bare, (
    "1" * 5000, "0x" + "F" * 4000, "1e999", "-inf", "nan", "1979-05-27T07:32:00Z", "07:32:00", "1979-05-27T07:32:00-25:00",
    "[" * 3000 + "]" * 3000, "[" * 90 + "]" * 90, "{ a = " * 500 + "1" + " }" * 500, "\'\'\'\nx\n\'\'\'", "yes", "", "1_000_", "0o9", "1900-02-29",
)))  # fmt: skip
"""What stands in an audit file unquoted."""
LEAVES: st.SearchStrategy[Any] = (
    st.sampled_from(BARE) |
    TEXTS | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.just(10**400) | st.just([]) | st.just({})
    | st.dates() | st.just(dt.date(1, 1, 1))
)  # fmt: skip
JUNK = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(TEXTS, LEAVES, max_size=2)
ONCE = st.sampled_from(sorted(WORLDS))


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every key and place of an audit file."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [at] if at else []
    for key, one in inner:
        found += _paths(one, (*at, key))
    return found


@st.composite
def broken_sections(draw: st.DrawFn) -> Case:
    """Draw an audit file that is TOML, of which keys are gone, unknown, misspelt, or hold something else."""
    case, _ = sound(draw(ONCE))
    sections = deepcopy(case.sections)
    for _ in range(draw(st.integers(1, 3))):
        *path, key = draw(st.sampled_from(_paths(sections)))
        holder = sections
        for part in path:
            holder = holder[part]
        action = draw(st.sampled_from(("replace", "replace", "remove", "rename", "add", "wrap")))
        _break(draw, holder, key, action)
        if not sections:
            break
    return replace(case, sections=sections, tables={})


def _break(draw: st.DrawFn, holder: Any, key: Any, action: str) -> None:
    if action == "replace":
        holder[key] = draw(JUNK)
    elif action == "wrap":
        holder[key] = draw(st.sampled_from(([holder[key]], {"x": holder[key]})))
    elif isinstance(holder, list):
        holder.append(draw(JUNK))
    elif action == "remove":
        del holder[key]
    elif action == "rename":
        holder[draw(st.sampled_from((f"{key}s", key[:-1] or "k", key.upper())) | TEXTS)] = holder.pop(key)
    else:
        holder[draw(TEXTS)] = draw(JUNK)


@st.composite
def broken_text(draw: st.DrawFn) -> Case:
    """Draw an audit file whose bytes were cut, repeated or overwritten."""
    case, _ = sound(draw(ONCE))
    text = document(case.sections).encode()
    at, upto = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    put = draw(
        st.binary(max_size=6) | TEXTS.map(str.encode) | st.just(text[at:upto]) | st.just(b"\n[tool]\n")
    )
    end = draw(st.sampled_from((at, min(at + 1, len(text)), upto, len(text))))
    return replace(case, audit=text[:at] + put + text[end:], tables={})


def _changed(rows: Rows, row: int, column: int, text: str) -> Rows:
    lines = [list(line) for line in rows]
    lines[row][column] = text
    return tuple(map(tuple, lines))


REFUSED = (
    "no file", "a folder", "empty", "header only", "blank first line", "not UTF-8", "ragged", "repeated header", "column gone",
    "broken Parquet", "other format", "random bytes", "word for a number", "repeated row",
)  # fmt: skip
"""Defects that stop an audit while it loads, nearly always."""
NUMBERS = {
    "people": ("outcome",), "scores": ("score", "outcome"), "counts": ("n", "outcome"), "confusion": ("tn", "fp", "fn", "tp"),
    "totals": ("k", "n"), "places": ("score", "n"),
}  # fmt: skip


@st.composite
def refused_tables(draw: st.DrawFn) -> Case:
    """Draw a main table that cannot be read, or that holds what the audit file rules out."""
    name = draw(ONCE)
    case, tables = sound(name)
    file, rows = next(iter(tables.items()))
    kept = {
        "people": {"repeated row"},
        "scores": {"repeated row"},
        "alerts": {"repeated row", "word for a number"},
    }
    defect = draw(st.sampled_from([one for one in REFUSED if one not in kept.get(name, ())]))
    if defect in {"no file", "a folder"}:
        rest = {other: content for other, content in case.tables.items() if other != file}
        return replace(case, tables=rest if defect == "no file" else {**rest, f"{file}/inner.csv": b"a\n1\n"})
    if defect in {"broken Parquet", "other format"}:
        fresh = (
            "main.parquet"
            if defect == "broken Parquet"
            else draw(st.sampled_from(("main.xls", "main", "main.pkl", "main.exe")))
        )
        records = {**case.sections["records"], "path": fresh}
        content = draw(
            st.sampled_from((b"", b"PAR1", b"PAR1" + b"\x00" * 40 + b"PAR1", case.tables[file]))
            | st.binary(max_size=60)
        )
        return with_table(replace(case, sections={**case.sections, "records": records}), fresh, content)
    return with_table(case, file, _refused(draw, defect, name, rows))


def _refused(draw: st.DrawFn, defect: str, name: str, rows: Rows) -> bytes:
    header, *lines = rows
    row = draw(st.integers(1, len(lines)))
    content = table(rows)
    if defect == "word for a number":
        column = header.index(draw(st.sampled_from(NUMBERS[name])))
        words = st.sampled_from(
            ("high", "-5", "NaN", "inf", "1e400", "4.5", "<script>", "=1", "--", "1 000", "0x10")
        )
        return table(_changed(rows, row, column, draw(words)))
    if defect in {"repeated header", "column gone"}:
        at, other = draw(st.permutations(range(len(header))))[:2]
        new = header[other] if defect == "repeated header" else draw(TEXTS) + "?"
        return table(_changed(rows, 0, at, new))
    cut = draw(st.integers(1, max(len(content) - 2, 1)))
    made = {
        "empty": b"", "header only": table(rows[:1]), "blank first line": b"\n" + content,
        "not UTF-8": content[:cut] + b"\xff\xfe\x80" + content[cut:], "ragged": content + b"a,b,c,d,e,f,g,h,i,j,k\n",
        "random bytes": draw(st.binary(min_size=1, max_size=80)), "repeated row": content + table((rows[row],)),
    }  # fmt: skip
    return made[defect]


@st.composite
def odd_tables(draw: st.DrawFn) -> Case:
    """Draw tables that are odd and may well be audited: strange words, single groups, nobody flagged, far dates."""
    case, tables = sound(draw(ONCE))
    for _ in range(draw(st.integers(1, 3))):
        file = draw(st.sampled_from(sorted(tables)))
        tables[file] = _odd(draw, tables[file])
    sections = draw(st.sampled_from((case.sections, {**case.sections, "publication": {"smallest_cell": 0}})))
    return Case(sections=sections, tables={file: table(rows) for file, rows in tables.items()})


def any_tables() -> st.SearchStrategy[Case]:
    """Draw tables that are odd, or that cannot be read."""
    return odd_tables() | refused_tables()


def _odd(draw: st.DrawFn, rows: Rows) -> Rows:
    """Change one cell, one column, the spelling of a value everywhere, or the number of rows."""
    column = draw(st.integers(0, len(rows[0]) - 1))
    values = [row[column] for row in rows[1:]]
    action = draw(st.sampled_from(("cell", "column", "value", "blank some", "few rows", "huge")))
    if action == "cell":
        return _changed(rows, draw(st.integers(1, len(rows) - 1)), column, draw(TEXTS))
    if action == "few rows":
        return rows[: draw(st.integers(2, 4))]
    if action == "value":
        old, new = draw(st.sampled_from(values)), draw(TEXTS)
        values = [new if value == old else value for value in values]
    elif action == "column":
        values = [draw(st.just(values[0]) | TEXTS)] * len(values)
    elif action == "blank some":
        values = ["" if draw(st.booleans()) else value for value in values]
    else:
        values[0] = draw(
            st.sampled_from(
                ("999999999", "2147483648", "9007199254740993", "1e15", "0", "9223372036854775807")
            )
        )
    return (
        rows[0],
        *((*row[:column], value, *row[column + 1 :]) for row, value in zip(rows[1:], values, strict=True)),
    )
