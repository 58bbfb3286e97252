"""What is published from one release to the next shows nothing about few people, in no format (methods 8, S1 and S2)."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditkit import run_audit
from auditkit.errors import DefinitionError
from auditkit.results.audit import Audit

Write = Callable[..., Path]
RECORDS = {"id": None, "counts": "n", "outcome": None}
GROUPS = {"ward": {"column": "ward"}}


def table(wards: Mapping[str, tuple[int, int]]) -> str:
    """Write flagged people and others of each ward."""
    rows = [
        f"{ward},{flag},{n}" for ward, counts in wards.items() for flag, n in zip((1, 0), counts, strict=True)
    ]
    return "\n".join(["ward,flagged,n", *rows, ""])


def audited(folder: Path, write: Write, wards: Mapping[str, tuple[int, int]], **publication: object) -> Audit:
    return run_audit(
        write(folder, table(wards), records=RECORDS, groups=GROUPS, publication=publication),
        out=folder / "run",
    )


def people(audit: Audit) -> dict[str, int | None]:
    return {
        item.group.get("ward", "everyone"): item.numerator
        for item in audit.document.measurements if item.metric == "people"
    }  # fmt: skip


@pytest.fixture(scope="module")
def s1(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    """Methods S1, with thousands in the two larger wards: 4 of 4,283 people live in A."""
    wards = {"A": (3, 1), "B": (1237, 911), "C": (1019, 1112)}
    return audited(tmp_path_factory.mktemp("s1"), write_audit, wards)


def test_of_4_36_and_60_people_the_4_and_the_36_are_withheld(tmp_path: Path, write_audit: Write) -> None:
    # Methods S1: otherwise 100 - 36 - 60 = 4; the percentages go with them.
    audit = audited(tmp_path, write_audit, {"A": (2, 2), "B": (18, 18), "C": (30, 30)})

    assert people(audit) == {"everyone": 100, "A": None, "B": None, "C": 60}
    rates = {item.id: item.status for item in audit.document.measurements if item.metric == "selection_rate"}
    assert rates == {
        "selection_rate/everyone": "estimated", "selection_rate/ward=A": "withheld",
        "selection_rate/ward=B": "withheld", "selection_rate/ward=C": "estimated",
    }  # fmt: skip


def test_no_format_shows_a_withheld_number(s1: Audit) -> None:
    # Hidden: 3 of 4 people in A; 1,019 of 2,131 in C, which is 47.8 % (0.4782). Shown: 1,237 of 2,148 in B.
    hidden = re.compile(r"(?<![\d.,])(1[,.\s]?019|2[,.\s]?131|1[,.\s]?112|47\.8 ?%|0?\.4781\d*)(?!\d)")
    shown = re.compile(r"1[,.\s]?237")
    public = {name: data.decode() for name, data in s1.files.items() if not name.startswith("internal/")}

    assert {Path(name).suffix for name in public} == {".html", ".md", ".csv", ".json", ".svg"}
    assert [name for name, text in public.items() if hidden.search(text)] == []
    assert all(shown.search(public[name]) for name in ("report.en.html", "report.en.md", "audit.json"))
    # Whatever is withheld carries no number at all, so that no other format could show one.
    for item in s1.document.measurements:
        if item.status == "withheld":
            assert (item.value, item.interval, item.numerator, item.denominator, item.bounds) == (None,) * 5


def test_the_report_says_how_much_was_withheld_and_why(s1: Audit) -> None:
    found = {one.reason: one.figures for one in s1.document.publication.reasons}
    text = s1.files["report.en.md"].decode()

    assert sum(found.values()) == s1.document.publication.withheld
    assert set(found) == {"few", "follows"}
    for suffix in ("html", "md"):
        assert "What was withheld, and why?" in s1.files[f"report.en.{suffix}"].decode()
    assert re.search(rf"{found['few']} figures?: fewer than 11 people", text)
    assert "lie 10 or more apart" in text
    assert "No ledger of earlier releases was given" in text


TEN = {f"ward {n}": (2, 2) for n in range(10)}
"""Ten wards of four people: 40 in all."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Path:
    folder = tmp_path_factory.mktemp("first")
    assert people(audited(folder, write_audit, TEN))["everyone"] == 40
    return folder / "run" / "internal" / "ledger.json"


def test_a_new_area_of_three_people_does_not_follow_from_two_totals(
    tmp_path: Path, write_audit: Write, first: Path
) -> None:
    # Methods S2: 43 - 40 = 3. Without the ledger the second total would be shown.
    wider = {**TEN, "ward 10": (2, 1)}

    alone = audited(tmp_path / "alone", write_audit, wider)
    beside = audited(tmp_path / "beside", write_audit, wider, ledger=str(first))

    assert people(alone)["everyone"] == 43
    assert people(beside)["everyone"] is None
    (reason,) = (one for one in beside.document.publication.reasons if one.reason == "earlier_release")
    text = beside.files["report.en.md"].decode()
    assert re.search(
        rf"{reason.figures} figures?: taken from an earlier release, they would show fewer than 11 people",
        text,
    )
    assert "Earlier releases were looked at" in text
    kept = json.loads(beside.files["internal/ledger.json"])["releases"]
    assert [release["cells"].get("people/everyone") for release in kept] == [[40, None], None]


def test_a_release_that_differs_by_many_or_not_at_all_is_published(
    tmp_path: Path, write_audit: Write, first: Path
) -> None:
    for wards, total in ((TEN, 40), ({**TEN, "ward 10": (11, 12)}, 63)):
        audit = audited(tmp_path / str(total), write_audit, wards, ledger=str(first))

        assert people(audit)["everyone"] == total


def test_a_withheld_total_does_not_follow_from_the_groups_either(tmp_path: Path, write_audit: Write) -> None:
    # 143 people now and 140 before, 43 in C and 40 before: with both gone, neither follows from the 60 and the 40 of A and B.
    before = audited(tmp_path / "a", write_audit, {"A": (30, 30), "B": (20, 20), "C": (20, 20)})
    ledger = tmp_path / "ledger.json"
    ledger.write_bytes(before.files["internal/ledger.json"])

    after = audited(
        tmp_path / "b", write_audit, {"A": (30, 30), "B": (20, 20), "C": (21, 22)}, ledger=str(ledger)
    )

    assert people(after) == {"everyone": None, "A": 60, "B": 40, "C": None}


@pytest.mark.parametrize(
    ("content", "found"),
    [(None, "cannot be read"), ("{", "is not a ledger"), ('{"schema_version": "1"}', "releases"),
     ('{"schema_version": "1", "releases": [{"created": "x", "tool": "x", "version": "1", "cells": {"a": [-1, 2]}}]}',
      "is not a ledger")],
)  # fmt: skip
def test_a_ledger_that_cannot_be_used_stops_the_audit(
    tmp_path: Path, write_audit: Write, content: str | None, found: str
) -> None:
    if content is not None:
        (tmp_path / "ledger.json").write_text(content)

    with pytest.raises(DefinitionError, match=found) as stopped:
        audited(tmp_path, write_audit, TEN, ledger="ledger.json")

    assert "leave the key out for the first" in str(stopped.value)
    assert not (tmp_path / "run").exists()


def test_an_audit_that_is_not_for_publication_adds_nothing_to_the_ledger(
    tmp_path: Path, write_audit: Write
) -> None:
    assert "internal/ledger.json" not in audited(tmp_path, write_audit, TEN, smallest_cell=0).files


def test_what_is_true_of_everybody_in_a_group_is_withheld_where_it_is_sensitive(
    tmp_path: Path, write_audit: Write
) -> None:
    # Methods 8.4: all 40 people of A are flagged, so that anybody known to live there is known to be flagged.
    wards = {"A": (40, 0), "B": (50, 60), "C": (70, 90)}

    plain = audited(tmp_path / "plain", write_audit, wards).document.measurements
    careful = audited(tmp_path / "careful", write_audit, wards, sensitive=["decision"]).document

    rates = ({item.id: item.status for item in items} for items in (plain, careful.measurements))
    before, after = (found["selection_rate/ward=A"] for found in rates)
    assert (before, after) == ("estimated", "withheld")
    assert "alike" in {one.reason for one in careful.publication.reasons}


def test_a_group_that_one_provider_supplied_is_withheld(tmp_path: Path, write_audit: Write) -> None:
    # Methods 8.5: 90 of the 100 people in A came from the sheriff; B and C are half and half.
    rows = [("A", "sheriff", 90), ("A", "city", 10)]
    rows += [(ward, agency, 50) for ward in "BC" for agency in ("sheriff", "city")]
    text = "ward,agency,flagged,n\n" + "".join(
        f"{ward},{agency},{flag},{n // 2}\n" for ward, agency, n in rows for flag in (1, 0)
    )
    path = write_audit(tmp_path, text, records=RECORDS, groups=GROUPS, publication={"provider": "agency"})

    audit = run_audit(path)

    shown = people(audit)
    assert (shown["everyone"], shown["A"]) == (300, None)
    assert [shown["B"], shown["C"]].count(None) == 1  # otherwise A follows from the total
    assert "one_source" in {one.reason for one in audit.document.publication.reasons}
