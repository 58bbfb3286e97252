"""Small sound audits of every shape, which the fuzz suite then breaks."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Section = dict[str, Any]
Rows = tuple[tuple[str, ...], ...]
"""A table as text, header first."""

TOOL: Section = {
    "name": "Risk score", "vendor": "Example Ltd", "version": "1", "type": "person", "purpose": "Advises on supervision",
    "flagged_means": "held to closer supervision", "orientation": "burden", "status": "deployed",
}  # fmt: skip
OUTCOME: Section = {"column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest"}
GROUPS: Section = {"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex"}}
OTHERS: Section = {
    "policy": {"use": "default"}, "report": {"languages": ["en"]}, "publication": {"smallest_cell": 11},
    "run": {"seed": 20260101}, "engine": {"memory": "1GB"},
    "contact": {"decides": "the council", "appeal_to": "the board", "answer_within_days": 30},
    "question": [{"asked_by": "a meeting", "text": "Is my street flagged more?"}],
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """An audit: its file, as sections or as bytes, and its tables."""

    sections: Section
    tables: Mapping[str, bytes]
    audit: bytes | None = None
    """The audit file as it is written; absent, the sections as TOML."""

    def written(self) -> bytes:
        """Return the bytes of the audit file."""
        return document(self.sections).encode() if self.audit is None else self.audit

    def __repr__(self) -> str:
        parts = [
            f"audit.toml: {self.written()!r}",
            *(f"{name}: {content!r}" for name, content in self.tables.items()),
        ]
        return "\n".join(parts)


class Bare(str):
    """A value that is written as it stands, such as a number too long to be one."""

    __slots__ = ()


def toml(value: object) -> str:
    """Write a value as TOML, tables inline."""
    match value:
        case Bare():
            text = str(value)
        case Mapping():
            text = (
                "{ " + ", ".join(f"{_text(str(key))} = {toml(inner)}" for key, inner in value.items()) + " }"
            )
        case list() | tuple():
            text = "[" + ", ".join(map(toml, value)) + "]"
        case bool():
            text = str(value).lower()
        case dt.date():
            text = value.isoformat()
        case _:
            text = _text(value) if isinstance(value, str) else repr(value)
    return text


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def document(sections: Section) -> str:
    """Write an audit file."""
    return "".join(f"{_text(name)} = {toml(section)}\n" for name, section in sections.items())


def table(rows: Rows) -> bytes:
    """Write a table as CSV, quoted where it has to be."""
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows).encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


def people() -> tuple[Section, dict[str, Rows]]:
    """Make rows of people with a decision and an outcome."""
    records = {
        "path": "people.csv",
        "id": "id",
        "decision": {"column": "flagged", "flagged": ["1"]},
        "outcome": OUTCOME,
    }
    rows = [(f"p{i}", "ABC"[i % 3], "FM"[i % 2], str(int(i % 3 > 1)), str(int(i % 5 > 3))) for i in range(60)]
    header = ("id", "race", "sex", "flagged", "outcome")
    return {"tool": TOOL, "records": records, "groups": GROUPS, **OTHERS}, {"people.csv": (header, *rows)}


def scores() -> tuple[Section, dict[str, Rows]]:
    """Make the same people with a score limit, dates, areas and circumstances."""
    sections, tables = people()
    header, *rows = tables["people.csv"]
    records = {
        **sections["records"], "score": "score", "decision": {"score_at_least": 5}, "time": "day", "area": "area",
        "strata": ["charge"], "inputs": ["score"],
    }  # fmt: skip
    more = [
        (*row, str(at % 10), f"2023-0{1 + at % 9}-11", f"N{at % 4}", "FM"[at % 2])
        for at, row in enumerate(rows)
    ]
    return {**sections, "records": records}, {
        "people.csv": ((*header, "score", "day", "area", "charge"), *more)
    }


def counts() -> tuple[Section, dict[str, Rows]]:
    """Make published counts by group, decision and outcome."""
    sections, _ = people()
    records = {**sections["records"], "path": "counts.csv", "counts": "n", "suppressed": ["<10"]}
    records.pop("id")
    cells = [
        (race, "F", str(flag), str(out), str(40 + 7 * flag + 3 * out))
        for race in "AB"
        for flag in (0, 1)
        for out in (0, 1)
    ]
    header = ("race", "sex", "flagged", "outcome", "n")
    return {**sections, "records": records}, {"counts.csv": (header, *cells)}


def confusion() -> tuple[Section, dict[str, Rows]]:
    """Make a confusion matrix by group."""
    sections, _ = people()
    records = {"path": "matrix.csv", "confusion": {"tn": "tn", "fp": "fp", "fn": "fn", "tp": "tp"}}
    rows = (("race", "tn", "fp", "fn", "tp"), ("A", "40", "20", "10", "30"), ("B", "50", "25", "15", "45"))
    return {**sections, "records": records, "groups": {"race": {"column": "race"}}}, {"matrix.csv": rows}


def totals() -> tuple[Section, dict[str, Rows]]:
    """Say how many of how many were flagged, by group."""
    sections, _ = people()
    records = {"path": "totals.csv", "totals": {"flagged": "k", "of": "n"}}
    rows = (("race", "k", "n"), ("A", "40", "200"), ("B", "50", "225"))
    return {**sections, "records": records, "groups": {"race": {"column": "race"}}}, {"totals.csv": rows}


def places() -> tuple[Section, dict[str, Rows]]:
    """Make forecasts by area and week, with areas and a history."""
    tool = {**TOOL, "type": "place"}
    records = {
        "path": "forecasts.csv", "area": "area", "time": "week", "period": "week", "score": "score",
        "decision": {"top_k": 2, "per": "week"}, "outcome": {"column": "n", "kind": "count", "means": "calls", "source": "call"},
    }  # fmt: skip
    areas = {
        "path": "areas.csv", "id": "area", "residents": "pop", "resident_groups": {"race": {"Black": "black", "White": "white"}},
        "reference": {"race": "White"}, "longitude": "lon", "latitude": "lat",
    }  # fmt: skip
    history = {"path": "history.csv", "area": "area", "time": "week", "count": "n"}
    weeks = ("2023-01-02", "2023-01-09", "2023-01-16", "2023-01-23")
    rows = {
        "forecasts.csv": (("area", "week", "score", "n"), *((f"a{i}", week, str(i * 3 % 7), str(i % 4)) for week in weeks[2:] for i in range(9))),
        "areas.csv": (("area", "pop", "black", "white", "lon", "lat"), *((f"a{i}", "100", str(10 * i), str(100 - 10 * i), f"-93.{i}", "44.9") for i in range(9))),
        "history.csv": (("area", "week", "n"), *((f"a{i}", week, str(i % 3)) for week in weeks[:2] for i in range(9))),
    }  # fmt: skip
    return {"tool": tool, "records": records, "areas": areas, "history": history, **OTHERS}, rows


def alerts() -> tuple[Section, dict[str, Rows]]:
    """Make alerts with dispositions, areas and sensors."""
    tool = {**TOOL, "type": "alert"}
    outcome = {"column": "found", "confirmed": ["yes"], "unfounded": ["no"], "unknown": ["?"], "means": "evidence", "source": "officer_initiated"}  # fmt: skip
    records = {
        "path": "alerts.csv",
        "id": "id",
        "area": "area",
        "time": "day",
        "period": "month",
        "outcome": outcome,
    }
    areas = {"path": "areas.csv", "id": "area", "residents": "pop", "resident_groups": {"race": {"Black": "black", "White": "white"}}}  # fmt: skip
    rows = {
        "alerts.csv": (("id", "area", "day", "found"), *((f"x{i}", f"a{i % 5}", f"2023-0{1 + i % 3}-05", ("yes", "no", "", "?")[i % 4]) for i in range(60))),
        "areas.csv": (("area", "pop", "black", "white", "share"), *((f"a{i}", "100", str(10 * i), str(100 - 10 * i), f"0.{i}") for i in range(5))),
    }  # fmt: skip
    coverage = {"path": "areas.csv", "area": "area", "share": "share"}
    return {"tool": tool, "records": records, "areas": areas, "coverage": coverage, **OTHERS}, rows


WORLDS = {"people": people, "scores": scores, "counts": counts, "confusion": confusion, "totals": totals, "places": places, "alerts": alerts}  # fmt: skip


def sound(name: str) -> tuple[Case, dict[str, Rows]]:
    """Return a sound audit, and its tables as rows."""
    sections, tables = WORLDS[name]()
    return Case(sections=sections, tables={file: table(rows) for file, rows in tables.items()}), tables


def with_table(case: Case, file: str, content: bytes) -> Case:
    """Replace one table of an audit."""
    return replace(case, tables={**case.tables, file: content})
