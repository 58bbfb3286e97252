"""Whoever has every public file of an audit cannot narrow a small count below the promised width (methods 8.2).

The attacker knows nothing of the rules that withhold, nor of the code that proves them. It reads numerators and
denominators out of the published files, writes them as sums of one joint table of all people, and asks an integer
program for the smallest and the largest value of every small count.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from auditkit import run_audit
from auditkit.results.audit import Audit
from tests.report.tracing import with_ids

Write = Callable[..., Path]
Mask = NDArray[np.bool_]
ROOM = 10
"""What reports promise: the smallest and the largest possible value lie so far apart."""
SCORES, LIMIT = (1, 2, 3, 4), 3
Cells = Mapping[tuple[str, str, str, int, int], int]
"""People by race, sex, county, score and outcome."""


class Attacker:
    """One joint table of all people, of which only the published sums are known."""

    def __init__(self, cells: Cells) -> None:
        values = [sorted({key[at] for key in cells}) for at in range(3)]
        self.axes: dict[str, list[Any]] = {
            "race": values[0], "sex": values[1], "county": values[2], "score": list(SCORES), "outcome": [0, 1]
        }  # fmt: skip
        self.keys = list(product(*self.axes.values()))
        self.truth = np.array([cells.get(key, 0) for key in self.keys])
        self.rows: dict[bytes, tuple[Mask, int]] = {}

    def where(self, **wanted: object) -> Mask:
        at = {name: place for place, name in enumerate(self.axes)}
        return np.array([all(str(key[at[k]]) == str(v) for k, v in wanted.items()) for key in self.keys])

    def counts(self, limit: int = LIMIT) -> dict[str, Mask]:
        flagged = np.array([key[3] >= limit for key in self.keys])
        cases = self.where(outcome=1)
        return {
            "people": flagged | ~flagged, "flagged": flagged, "unflagged": ~flagged, "with": cases, "without": ~cases,
            "tn": ~flagged & ~cases, "fp": flagged & ~cases, "fn": ~flagged & cases, "tp": flagged & cases,
        }  # fmt: skip

    def learn(self, record: Mapping[str, str]) -> None:
        """Take one published number as equations; what it counts is written in methods 3.1."""
        names = COUNTED.get(record["metric"])
        if names is None or record["against"] or record["status"] == "withheld":
            return
        who, counts = self.whom(record["group"], record["stratum"])
        for name, n in zip(names, (record["numerator"], record["denominator"]), strict=True):
            if n:
                self.know(counts[name] & who, int(n))
        if record["reason"] == "NE-DENOM":
            self.know(counts[names[1]] & who, 0)

    def whom(self, group: str, stratum: str) -> tuple[Mask, dict[str, Mask]]:
        named = dict(one.split("=", 1) for one in group.split("+") if one)
        who, limit = self.where(**{key: unquote(value) for key, value in named.items()}), LIMIT
        if found := re.fullmatch(r"score at least (\d)", stratum):
            limit = int(found[1])
        elif found := re.fullmatch(r"score (\d)", stratum):
            who &= self.where(score=found[1])
        elif stratum:
            who &= self.where(county=stratum.removeprefix("county = "))
        return who, self.counts(limit)

    def know(self, mask: Mask, n: int) -> None:
        assert self.truth[mask].sum() == n, "the attacker reads a number as something that it is not"
        if mask.any():
            self.rows[mask.tobytes()] = mask, n

    def span(self, mask: Mask) -> float:
        """Find how far apart the smallest and the largest possible value of a count lie."""
        return span(mask, self.rows.values())

    def small(self) -> Iterator[tuple[str, Mask]]:
        """Name every small count of a group: in all, in a county, of a score, and from a score on."""
        groups = [{}, *({axis: value} for axis in ("race", "sex") for value in self.axes[axis])]
        parts = [({}, LIMIT), *(({"county": one}, LIMIT) for one in self.axes["county"])]
        parts += [*(({"score": one}, LIMIT) for one in SCORES), *(({}, limit) for limit in SCORES[1:])]
        for group, (part, limit) in product(groups, parts):
            for name, mask in self.counts(limit).items():
                who = mask & self.where(**group, **part)
                if 0 < self.truth[who].sum() <= ROOM:
                    yield f"{name} of {group} {part} from {limit} on", who

    def narrowed(self) -> dict[str, float]:
        """List small counts that are known more closely than promised."""
        found = dict({mask.tobytes(): (name, mask) for name, mask in self.small()}.values())
        return {name: width for name, mask in found.items() if (width := self.span(mask)) < ROOM}


def span(wanted: Mask, rows: Iterable[tuple[Mask, int]]) -> float:
    known = np.array([mask for mask, _ in rows], dtype=float)
    sums = np.array([n for _, n in rows], dtype=float)
    ends = []
    for sign in (1.0, -1.0):
        found = milp(
            sign * wanted.astype(float), integrality=np.ones(len(wanted), dtype=np.int64), bounds=Bounds(0, 10_000),
            constraints=[LinearConstraint(known, sums, sums)],
        )  # fmt: skip
        assert found.fun is not None
        ends.append(sign * float(found.fun))
    return round(ends[1] - ends[0])


COUNTED = {
    "people": ("people", "people"), "selection_rate": ("flagged", "people"), "favourable_rate": ("unflagged", "people"),
    "false_positive_rate": ("fp", "without"), "false_negative_rate": ("fn", "with"),
    "positive_predictive_value": ("tp", "flagged"), "negative_predictive_value": ("tn", "unflagged"),
    "prevalence": ("with", "people"), "false_positive_share": ("fp", "people"), "false_negative_share": ("fn", "people"),
    "outcome_rate_at_score": ("with", "people"),
}  # fmt: skip
RECORDS = {
    "id": None, "counts": "n", "score": "score", "decision": {"score_at_least": LIMIT}, "strata": ["county"],
}  # fmt: skip
GROUPS = {"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex", "reference": "F"}}


def audited(folder: Path, write: Write, cells: Cells, **publication: object) -> Audit:
    lines = [",".join(map(str, (*key, n))) for key, n in cells.items() if n]
    table = "\n".join(["race,sex,county,score,outcome,n", *lines, ""])
    return run_audit(write(folder, table, records=RECORDS, groups=GROUPS, publication=publication))


def published(audit: Audit, cells: Cells) -> Attacker:
    """Read every number of the public files."""
    public = {name: data.decode() for name, data in audit.files.items() if not name.startswith("internal/")}
    attacker = Attacker(cells)
    for row in csv.DictReader(io.StringIO(public["tables/measurements.csv"])):
        attacker.learn(row)
    for item in json.loads(public["audit.json"])["measurements"]:
        group = "+".join(f"{key}={value}" for key, value in item["group"].items())
        text = {
            key: "" if item[key] is None else str(item[key])
            for key in ("metric", "status", "stratum", "numerator", "denominator", "reason")
        }
        attacker.learn({**text, "group": group, "against": "yes" if item["against"] else ""})
    return attacker


def even(**change: int) -> Cells:
    """Put 30 people everywhere, and another number where race, county, score and outcome are named, such as `BN31`.

    `AFN31` is about women alone.
    """
    return {
        (race, sex, county, score, outcome): change.get(
            f"{race}{sex}{county[0]}{score}{outcome}", change.get(f"{race}{county[0]}{score}{outcome}", 30)
        )
        for race, sex, county, score, outcome in product("ABCD", "FM", ("North", "South"), SCORES, (0, 1))
    }


CASES = {
    # Of score 4, with the outcome: 4 people of B, a woman and a man in each county, and 4 of C. A and D, if they are shown,
    # leave 8 of the total to B and C together: each has from 0 to 8, not from 0 to 10.
    "tp of {'race': 'B'} {} from 4 on": even(BN41=1, BS41=1, CN41=1, CS41=1),
    # The same in the North alone, at both scores that are flagged: 4 of B and 4 of C. Many women of A in the North make
    # the odds of the sexes uneven, so that the counties are shown by sex, and with them the total of each county.
    "tp of {'race': 'B'} {'county': 'North'} from 3 on": even(BN31=1, BN41=1, CN31=1, CN41=1, AFN31=900),
}


@pytest.mark.parametrize("name", CASES)
def test_nobody_with_every_public_file_can_narrow_a_small_count_down(
    name: str, tmp_path: Path, write_audit: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = CASES[name]

    audit = audited(tmp_path, write_audit, cells)
    with monkeypatch.context() as without:
        without.setattr("auditkit.pipeline.possible_values", None)
        unproven = audited(tmp_path, write_audit, cells)

    assert audit.document.publication.room == ROOM
    assert published(audit, cells).narrowed() == {}
    assert published(unproven, cells).narrowed()[name] == 8
    # What goes with it: the least that helps, not the whole table, and nothing of everyone.
    shown = {item.id for item in audit.document.measurements if item.status == "estimated"}
    assert {"selection_rate/everyone", "false_negative_rate/race=D", "false_negative_rate/race=A"} <= shown
    if "county" not in name:
        assert "selection_rate/race=D@score%20at%20least%202" in shown
        assert "selection_rate/race=D@score%20at%20least%204" not in shown


def joined(then: Attacker, now: Attacker, joining: Attacker) -> Iterator[tuple[str, float]]:
    """Find the room of small counts of people who joined since the release before, with what both releases say of them."""
    nobody = np.zeros(len(then.keys), dtype=bool)
    rows = [(np.concatenate((mask, nobody)), n) for mask, n in then.rows.values()]
    rows += [(np.concatenate((mask, mask)), n) for mask, n in now.rows.values()]
    found = dict({mask.tobytes(): (name, mask) for name, mask in joining.small()}.values())
    yield from ((name, span(np.concatenate((nobody, mask)), rows)) for name, mask in found.items())


def test_nobody_with_two_releases_can_narrow_down_how_many_joined(tmp_path: Path, write_audit: Write) -> None:
    # Two women of A joined in each county, rightly flagged: 3,844 people less 3,840.
    before, after = even(), even(AFN31=32, AFS31=32)
    first = audited(tmp_path, write_audit, before)
    (tmp_path / "ledger.json").write_bytes(first.files["internal/ledger.json"])
    then = published(first, before)
    joining = Attacker({key: after[key] - before[key] for key in after})

    alone = joined(then, published(audited(tmp_path, write_audit, after), after), joining)
    beside = joined(
        then, published(audited(tmp_path, write_audit, after, ledger="ledger.json"), after), joining
    )

    assert 0 in (width for _, width in alone)  # somebody who has both knows one of these counts
    assert {name: width for name, width in beside if width < ROOM} == {}


class Named(HTMLParser):
    """Collects the words of every element that names the figures it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]] | None] = []
        self.found: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            ids = dict(attrs).get("data-m")
            self.open.append(None if ids is None else (ids, []))
            self.found += [one for one in self.open[-1:] if one is not None]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for one in self.open:
            if one is not None:
                one[1].append(data)


VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def test_no_element_of_a_page_that_names_withheld_figures_holds_a_digit(
    tmp_path: Path, write_audit: Write
) -> None:
    # Of B, 8 people were rightly flagged: its error rates are withheld in every table.
    audit = audited(tmp_path, write_audit, even(BN31=1, BS31=1, BN41=1, BS41=1))
    withheld = {item.id for item in audit.document.measurements if item.status == "withheld"}
    page = Named()

    page.feed(with_ids(audit.files))

    told = ("".join(words) for ids, words in page.found if {*ids.split()} <= withheld)
    hidden = [
        re.sub(r"Limit: .*", "", text, flags=re.DOTALL) for text in told
    ]  # limits are the policy's own numbers
    assert hidden
    assert [text for text in hidden if re.search(r"\d", text)] == []
