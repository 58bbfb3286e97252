"""The audit file is read strictly, and everything wrong with it is said in one go, with file and key."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import bundled
from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.errors import DefinitionError, Problem

Write = Callable[..., Path]


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as caught:
        read_audit_file(path)

    return caught.value.problems


def test_the_smallest_audit_file_is_read(tmp_path: Path, write_audit: Write) -> None:
    audit = read_audit_file(write_audit(tmp_path, None))

    assert audit.tool.name == "Risk score"
    assert audit.dimensions == (("race",),)
    assert audit.reference(("race",)) == ("A",)
    assert audit.policy.use == "default"
    assert audit.publication.smallest_cell == 11
    assert audit.report.languages == ("en",)


def test_an_audit_file_cannot_be_changed_after_reading(tmp_path: Path, write_audit: Write) -> None:
    audit = read_audit_file(write_audit(tmp_path, None))

    with pytest.raises(ValueError, match="frozen"):
        setattr(audit, "groups", {})  # noqa: B010  # the plain assignment is refused by the type checker already


@pytest.mark.parametrize(
    ("overrides", "where", "mend"),
    [
        ({"tool": {"vendr": "x"}}, "audit.toml [tool] vendr", "Did you mean 'vendor'?"),
        ({"records": {"scor": "x"}}, "audit.toml [records] scor", "Did you mean 'score'?"),
        (
            {"records": {"decision": {"column": "f", "flagged": [1], "flaged": [1]}}},
            "audit.toml [records.decision] flaged",
            "Did you mean 'flagged'?",
        ),
        (
            {"groups": {"race": {"column": "race", "refrence": "A"}}},
            "audit.toml [groups.race] refrence",
            "Did you mean 'reference'?",
        ),
        (
            {"groups": {"column": {"column": "race", "refrence": "A"}}},
            "audit.toml [groups.column] refrence",
            "Did you mean 'reference'?",
        ),
        (
            {"question": [{"asked_by": "a", "text": "b", "answr": "c"}]},
            "audit.toml [question.0] answr",
            "Known keys here: 'about', 'area', 'asked_by', 'text'.",
        ),
        ({"publicaton": {"smallest_cell": 5}}, "audit.toml [publicaton]", "Did you mean 'publication'?"),
        ({"zzz": 1}, "audit.toml [zzz]", "Known keys here: "),
    ],
)
def test_an_unknown_key_names_the_closest_known_key(
    overrides: dict[str, Any], where: str, mend: str, tmp_path: Path, write_audit: Write
) -> None:
    (problem,) = problems(write_audit(tmp_path, None, **overrides))

    assert problem.where == where
    assert problem.found == "the key is unknown."
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[tool]\nname = " + "1" * 5000, "the text is not TOML: Exceeds the limit"),
        ("[tool]\nname = " + "[" * 3000 + "]" * 3000, "the text is not TOML: maximum recursion depth"),
    ],
)
def test_numbers_and_lists_that_python_cannot_read_are_no_toml(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_text(text)

    (problem,) = problems(path)

    assert problem.found.startswith(found)


def test_a_number_that_python_would_not_write_out_is_not_quoted(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None)
    path.write_text(path.read_text() + "policy = { use = 0x" + "F" * 4000 + " }\n")

    (problem,) = problems(path)

    assert (problem.where, problem.found) == ("audit.toml [policy] use", "found a number above 1e+30.")


def test_a_long_value_is_quoted_in_part(tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, tool={"status": "x" * 5000}))

    assert problem.found == f"found '{'x' * 199}…."


def test_a_key_cannot_rewrite_the_terminal(tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, **{'"a\\u001b[2J\\nb"': 1}))

    assert str(problem).startswith(r"audit.toml [a\x1b[2J\nb]: the key is unknown.")


def test_a_misspelt_required_key_is_reported_as_missing_and_as_unknown(
    tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(tmp_path, None, tool={"orientation": None, "orientaton": "burden"})

    missing, unknown = problems(path)

    assert (missing.where, missing.found) == ("audit.toml [tool] orientation", "the key is missing.")
    assert (unknown.where, unknown.mend) == ("audit.toml [tool] orientaton", "Did you mean 'orientation'?")


def test_all_problems_come_in_one_go_with_file_and_key(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(
        tmp_path,
        None,
        tool={"status": "retired", "vendor": None},
        records={"follow_up_days": 0, "tmie": "date"},
        publication={"smallest_cell": -1},
        polcy={"use": "default"},
    )

    found = problems(path)

    assert {problem.where for problem in found} == {
        "audit.toml [tool] status",
        "audit.toml [tool] vendor",
        "audit.toml [records] follow_up_days",
        "audit.toml [records] tmie",
        "audit.toml [publication] smallest_cell",
        "audit.toml [polcy]",
    }
    assert all(problem.found and problem.mend for problem in found)
    assert len(found) == 6


@pytest.mark.parametrize(
    "key", ["name", "vendor", "version", "type", "purpose", "flagged_means", "orientation", "status"]
)
def test_every_key_of_the_tool_is_required(key: str, tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, tool={key: None}))

    assert (problem.where, problem.found) == (f"audit.toml [tool] {key}", "the key is missing.")
    assert problem.mend.startswith("It is required: ")


def test_orientation_has_no_default_and_the_message_says_what_it_means(
    tmp_path: Path, write_audit: Write
) -> None:
    (problem,) = problems(write_audit(tmp_path, None, tool={"orientation": None}))

    assert "'burden' if being flagged harms the person, 'benefit' if it helps" in problem.mend
    assert "there is no default" in problem.mend


def test_an_empty_audit_file_names_its_required_sections(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_text("")

    assert [problem.where for problem in problems(path)] == ["audit.toml [tool]", "audit.toml [records]"]


SCORE = {"score": "score"}
LIMIT, COLUMN = {"score_at_least": 5}, {"column": "flagged", "flagged": ["1"]}
TOP_K, TOP_SHARE = {"top_k": 20, "per": "day"}, {"top_share": 0.05, "per": "day"}


@pytest.mark.parametrize("decision", [LIMIT, {"score_at_least": 5.5}, COLUMN, TOP_K, TOP_SHARE])
def test_each_form_of_decision_is_accepted_alone(
    decision: dict[str, object], tmp_path: Path, write_audit: Write
) -> None:
    audit = read_audit_file(write_audit(tmp_path, None, records={**SCORE, "decision": decision}))

    assert audit.records.decision is not None
    assert audit.records.decision.model_dump(exclude_none=True, mode="json") == decision


@pytest.mark.parametrize(
    "decision",
    [
        {**LIMIT, **COLUMN},
        {**COLUMN, "top_k": 3},
        {**TOP_K, "top_share": 0.1},
        {**LIMIT, "per": "day"},
        {"column": "flagged"},
        {"flagged": ["1"]},
        {"top_k": 20},
        {"per": "day"},
        {},
    ],
)
def test_forms_of_decision_exclude_one_another_and_must_be_whole(
    decision: dict[str, object], tmp_path: Path, write_audit: Write
) -> None:
    (problem,) = problems(write_audit(tmp_path, None, records={**SCORE, "decision": decision}))

    assert problem.where == "audit.toml [records] decision"
    assert "exactly one form" in problem.mend
    assert all(key in problem.mend for key in decision)


def test_a_decision_from_the_score_needs_the_score(tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, records={"decision": LIMIT}))

    assert problem.where == "audit.toml [records]"
    assert "name its column with 'score'" in problem.mend


@pytest.mark.parametrize("limit", ["5", True])
def test_a_score_limit_that_is_no_number_is_one_problem_at_its_key(
    limit: object, tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(tmp_path, None, records={**SCORE, "decision": {"score_at_least": limit}})

    (problem,) = problems(path)

    assert problem.where == "audit.toml [records.decision] score_at_least"
    assert problem.found == f"found {limit!r}."
    assert "number" in problem.mend


def test_an_infinite_score_limit_is_one_problem_at_its_key(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, records={**SCORE, "decision": {"score_at_least": 5}})
    path.write_text(path.read_text().replace('"score_at_least" = 5', '"score_at_least" = inf'))

    (problem,) = problems(path)

    assert problem.where == "audit.toml [records.decision] score_at_least"
    assert "finite" in problem.mend


MATRIX = {"tn": "a", "fp": "b", "fn": "c", "tp": "d"}
TOTALS = {"flagged": "k", "of": "n"}
ROWS = ("id", "decision", "outcome")


@pytest.mark.parametrize("shape", [{"confusion": MATRIX}, {"totals": TOTALS}])
def test_published_tables_stand_alone(shape: dict[str, object], tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, records={**dict.fromkeys(ROWS), **shape})

    assert read_audit_file(path).records.decision is None


@pytest.mark.parametrize("shape", [{"confusion": MATRIX}, {"totals": TOTALS}])
@pytest.mark.parametrize("extra", ["id", "outcome", "score", "time", "area", "counts"])
def test_published_tables_exclude_what_only_rows_have(
    shape: dict[str, object], extra: str, tmp_path: Path, write_audit: Write
) -> None:
    value = {"column": "o", "positive": ["1"], "means": "m", "source": "call"} if extra == "outcome" else "x"
    path = write_audit(tmp_path, None, records={**dict.fromkeys(ROWS), **shape, extra: value})

    (problem,) = problems(path)

    assert problem.where == "audit.toml [records]"
    assert f"which has no '{extra}'" in problem.mend


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (dict.fromkeys(ROWS), "found none"),
        ({**dict.fromkeys(ROWS), "confusion": MATRIX, "totals": TOTALS}, "found 'confusion', 'totals'"),
        ({"confusion": MATRIX, "id": None, "outcome": None}, "found 'decision', 'confusion'"),
    ],
)
def test_there_is_exactly_one_of_decision_confusion_and_totals(
    records: dict[str, object], found: str, tmp_path: Path, write_audit: Write
) -> None:
    (problem,) = problems(write_audit(tmp_path, None, records=records))

    assert "exactly one of 'decision', 'confusion' and 'totals'" in problem.mend
    assert found in problem.mend


def test_suppressed_marks_need_counts(tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, records={"suppressed": ["*"]}))

    assert "name the column of counts with 'counts'" in problem.mend


def test_counts_have_nobody_to_rank(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None, records={**SCORE, "decision": TOP_K, "counts": "n"})

    (problem,) = problems(path)

    assert "no people to rank" in problem.mend


def test_a_value_cannot_be_both_outcomes_however_it_is_written(tmp_path: Path, write_audit: Write) -> None:
    outcome = {"column": "o", "positive": ["1"], "negative": ["0", 1.0], "means": "m", "source": "call"}

    (problem,) = problems(write_audit(tmp_path, None, records={"outcome": outcome}))

    assert problem.where == "audit.toml [records] outcome"
    assert "'1' cannot be both positive and negative" in problem.mend


TWO = {"race": {"column": "race"}, "sex": {"column": "sex"}}


def test_an_intersection_is_a_dimension_with_the_references_of_its_parts(
    tmp_path: Path, write_audit: Write
) -> None:
    groups = {"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex", "reference": "M"}}
    path = write_audit(tmp_path, None, groups=groups, intersections=[{"of": ["race", "sex"]}])

    audit = read_audit_file(path)

    assert audit.dimensions == (("race",), ("sex",), ("race", "sex"))
    assert audit.reference(("race", "sex")) == ("A", "M")


@pytest.mark.parametrize("of", [["race", "age"], ["race", "race"]])
def test_an_intersection_refers_to_different_declared_groups(
    of: list[str], tmp_path: Path, write_audit: Write
) -> None:
    (problem,) = problems(write_audit(tmp_path, None, groups=TWO, intersections=[{"of": of}]))

    assert problem.where.startswith("audit.toml")
    assert "different declared groups ('race', 'sex')" in problem.mend


def test_an_intersection_is_of_two_groups_at_least(tmp_path: Path, write_audit: Write) -> None:
    (problem,) = problems(write_audit(tmp_path, None, groups=TWO, intersections=[{"of": ["race"]}]))

    assert problem.where == "audit.toml [intersections.0] of"


def test_an_audit_without_groups_is_refused(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None)
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("groups"))
    )

    (problem,) = problems(path)

    assert problem.where.startswith("audit.toml")
    assert "declare at least one, such as [groups.race]" in problem.mend


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_text('[tool]\nname = "a"\nname = "b"\n')

    (problem,) = problems(path)

    assert problem.where == "audit.toml"
    assert "line 3" in problem.found
    assert "a key may stand only once" in problem.mend


def test_an_audit_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_bytes('[tool]\nname = "Québec"\n'.encode("latin-1"))

    (problem,) = problems(path)

    assert (problem.where, problem.mend) == ("audit.toml", "Save the file as UTF-8.")
    assert problem.found == "byte 17 is not UTF-8."  # `[tool]`, a line end, `name = "Qu`


def test_an_absent_audit_file_says_how_to_start_one(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "audit.toml")

    assert (problem.where, problem.found) == ("audit.toml", "the file does not exist.")
    assert "auditkit new" in problem.mend


def test_a_folder_in_the_place_of_an_audit_file_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)

    assert problem.found == "the file cannot be read (Is a directory)."


def test_a_byte_order_mark_before_an_audit_file_is_ignored(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert read_audit_file(path).tool.name == "Risk score"


def test_a_group_code_stays_text(tmp_path: Path, write_audit: Write) -> None:
    groups = {"county": {"column": "county", "reference": "NO", "unknown": ["", "n/a", 9, 9.0, True]}}

    group = read_audit_file(write_audit(tmp_path, None, groups=groups)).groups["county"]

    assert group.reference == "NO"
    assert group.unknown == ("", "n/a", "9", "9", "true")


def test_a_date_is_a_date_and_not_a_text(tmp_path: Path, write_audit: Write) -> None:
    good = write_audit(tmp_path / "good", None, records={"observed_until": dt.date(2025, 12, 31)})
    bad = write_audit(tmp_path / "bad", None, records={"observed_until": "2025-12-31"})

    assert read_audit_file(good).records.observed_until == dt.date(2025, 12, 31)
    assert [problem.where for problem in problems(bad)] == ["audit.toml [records] observed_until"]


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in bundled.folder("examples/starters").glob("*.toml"))
)
def test_every_starter_is_an_audit_file(name: str) -> None:
    assert isinstance(read_audit_file(bundled.folder("examples/starters") / f"{name}.toml"), AuditFile)
