"""Every check of people passes, fails and does not apply where it should; Great Expectations judges it in silence."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from auditkit import Audit, check_data, run_audit
from auditkit.definitions.audit_file import read_audit_file
from auditkit.definitions.checks import Check, read_checks, read_tool_type
from auditkit.errors import DefinitionError
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.measure.known import all_measures
from auditkit.results.checks import CheckResult
from auditkit.validate import checking
from auditkit.validate.checking import validate
from auditkit.validate.registry import FACTS

Write = Callable[..., Path]
CHECKS = {check.id: check for check in read_checks(("people",))}
ALL = {check.id: check for check in read_checks(read_tool_type("person").suites)}
NUMBER = float | str | None


def table(columns: str, *blocks: tuple[int, str]) -> str:
    """Write rows in blocks of `(how many, values)`, each row with an id of its own."""
    rows = [values for n, values in blocks for _ in range(n)]
    return "\n".join([f"id,{columns}", *(f"p{i},{row}" for i, row in enumerate(rows))]) + "\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Data, what the audit file says about them, and the fact that is expected to be shown."""

    table: str
    records: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Any] = field(default_factory=lambda: {"race": {"column": "race"}})
    without: str = "-"
    """Roles left out: an audit file always declares a decision and a group, so nothing else can show their absence."""
    shows: tuple[str, NUMBER] | None = None


def outcome(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {"column": "outcome", "positive": ["1"], "means": "arrested", "source": "call"}
    return {"outcome": base | changes}


RFO = "race,flagged,outcome"
SOUND = table(
    RFO, *((50, f"{race},{flag},{result}") for race in "AB" for flag in "01" for result in "01")
)  # 400 people; every cell of race, flag and outcome holds 50
COUNTS = "race,flagged,outcome,how_many\nA,0,0,50\nA,1,1,50\nB,0,0,50\nB,1,1,50\nC,0,0,50\nC,1,1,50\n"
COUNTED = {"id": None, "counts": "how_many"}
NO_OUTCOME = Case(table=SOUND, records={"outcome": None})
NO_DECISION = Case(table=SOUND, without="decision")
NO_GROUPS = Case(table=SOUND, without="group.")
NO_ID = Case(table=SOUND, records={"id": None})
NO_TIME = Case(table=SOUND)
PUBLISHED = Case(table=COUNTS, records=COUNTED)
TIMED = {"time": "day"}
WINDOW = TIMED | {"observed_until": "2020-12-31"}
FOLLOWED = WINDOW | {"follow_up_days": 365}
DAYS = "race,flagged,outcome,day"

PASSING = {
    "label-source": Case(table=SOUND, records=outcome(source="victim_report"), shows=("arrested", "victim_report")),
    "outcome-missing": Case(table=table(RFO, (95, "A,0,0"), (5, "A,1,")), shows=("", 0.05)),
    "outcome-missing-by-group": Case(
        # 4 of 100 in A and in B, so nobody differs from everyone
        table=table(RFO, (96, "A,0,0"), (4, "A,1,"), (96, "B,0,0"), (4, "B,1,")), shows=("race = A", 0.0)
    ),
    "outcome-only-for-flagged": Case(
        table=table(RFO, (50, "A,1,1"), (60, "A,0,0"), (40, "A,0,")), shows=("", 0.6)  # 60 of 100 against 50 of 50
    ),
    "outcome-known-unequally": Case(
        table=table(RFO, (50, "A,1,1"), (96, "A,0,0"), (4, "A,0,")), shows=("", 0.96)
    ),
    "decision-missing": Case(table=table(RFO, (99, "A,0,0"), (1, "A,,0")), shows=("", 0.01)),
    "decision-one-sided": Case(table=table(RFO, (99, "A,0,0"), (1, "A,1,0")), shows=("", 0.01)),
    "outcome-one-sided": Case(table=table(RFO, (99, "A,0,0"), (1, "A,0,1")), shows=("", 0.01)),
    "group-missing": Case(table=table(RFO, (95, "A,0,0"), (5, ",1,0")), shows=("race", 0.05)),
    "group-missing-by-decision": Case(
        table=table(RFO, (45, "A,1,0"), (5, ",1,0"), (45, "A,0,0"), (5, ",0,0")), shows=("race", 0.0)
    ),
    "group-missing-by-outcome": Case(
        table=table(RFO, (45, "A,0,1"), (5, ",0,1"), (45, "A,0,0"), (5, ",0,0")), shows=("race", 0.0)
    ),
    "group-missing-by-area": Case(
        # the west has fewer than 30 people: shares there swing by chance
        table=table("race,flagged,outcome,beat", (39, "A,0,0,north"), (1, ",0,0,north"), (9, ",0,0,west")),
        records={"area": "beat"},
        shows=("race, area north", 0.025),
    ),
    "group-tiny": Case(table=table(RFO, (300, "A,0,0"), (100, "B,0,0")), shows=("race = B", 100.0)),
    "group-outcomes-tiny": Case(table=table(RFO, (70, "A,0,0"), (30, "A,0,1")), shows=("race = A", 30.0)),
    "group-spellings": Case(
        table=table(RFO, (5, "White,0,0"), (5, "Whitish,0,0")), shows=("race = White", 1.0)
    ),
    "na-tokens": Case(
        table=table(RFO, (50, "A,0,0"), (9, "N/A,0,0")),
        groups={"race": {"column": "race", "unknown": ["N/A"]}},
        shows=("", 0.0),
    ),
    "total-rows": Case(table=COUNTS, records=COUNTED, shows=("race = A", 0.0)),
    "suppressed-cells": Case(table=COUNTS, records=COUNTED | {"suppressed": ["*"]}, shows=("", 0.0)),
    "duplicate-ids": Case(table=SOUND, shows=("id", 0.0)),
    "duplicate-ids-many": Case(
        table=f"id,{RFO}\n" + "".join(f"{min(i, 94)},A,0,0\n" for i in range(100)), shows=("id", 0.05)  # 94 six times
    ),
    "id-missing": Case(table=SOUND, shows=("id", 0.0)),
    "repeated-columns": Case(
        table=table("race,flagged,outcome,race.1", (9, "A,0,0,A"), (1, "A,0,0,B")),
        shows=("race.1 repeats race", 0.0),
    ),
    "personal-columns": Case(table=SOUND, shows=("flagged", 0.0)),
    "personal-values": Case(table=table(RFO, (9, "A,0,0"), (1, "12-34,0,0")), shows=("race", 0.0)),
    "score-separates-perfectly": Case(
        # 2 beats 1 in half of the pairs and ties in the other half: 0.5 + 0.5/2 = 0.75
        table=table("race,flagged,outcome,score", (10, "A,0,0,1"), (5, "A,0,1,1"), (5, "A,0,1,2")),
        records={"score": "score"},
        shows=("score", 0.75),
    ),
    "inputs-stamped-after": Case(
        table=table("race,flagged,outcome,priors,disposition", (9, "A,0,0,3,guilty")),
        records={"inputs": ["priors"], "stamped_after": ["disposition"]},
        shows=("priors", 0.0),
    ),
    "follow-up-incomplete": Case(
        table=table(DAYS, (9, "A,0,0,2020-01-01")), records=FOLLOWED, shows=("", 0.0)  # 365 days to 2020-12-31
    ),
    "outcomes-pile-up": Case(
        table=table(DAYS, (57, "A,0,1,2020-05-01"), (3, "A,0,0,2020-05-01"), (9, "A,0,1,2020-08-01")),
        records=TIMED,
        shows=("2020 Q2", 0.95),
    ),
    "dates-unreadable": Case(table=table(DAYS, (9, "A,0,0,2020-02-29")), records=TIMED, shows=("", 0.0)),
    "dates-beyond-window": Case(table=table(DAYS, (9, "A,0,0,2020-12-31")), records=WINDOW, shows=("", 0.0)),
    "dates-stray": Case(
        table=table(DAYS, (9, "A,0,0,2020-01-01"), (1, "A,0,0,2010-01-01")), records=TIMED, shows=("", 0.0)
    ),
}  # fmt: skip

FAILING = {
    "label-source": Case(table=SOUND, records=outcome(source="arrest"), shows=("arrested", "arrest")),
    "outcome-missing": Case(table=table(RFO, (94, "A,0,0"), (6, "A,1,")), shows=("", 0.06)),
    "outcome-missing-by-group": Case(
        # A 0 of 100, B 20 of 100, everyone 20 of 200
        table=table(RFO, (100, "A,0,0"), (80, "B,0,0"), (20, "B,1,")), shows=("race = A", 0.1)
    ),
    "outcome-only-for-flagged": Case(
        table=table(RFO, (50, "A,1,1"), (40, "A,0,0"), (60, "A,0,")), shows=("", 0.4)
    ),
    "outcome-known-unequally": Case(
        table=table(RFO, (50, "A,1,1"), (94, "A,0,0"), (6, "A,0,")), shows=("", 0.94)
    ),
    "decision-missing": Case(table=table(RFO, (98, "A,0,0"), (2, "A,,0")), shows=("", 0.02)),
    "decision-one-sided": Case(table=table(RFO, (100, "A,0,0")), shows=("", 0.0)),
    "outcome-one-sided": Case(table=table(RFO, (50, "A,0,1"), (50, "A,1,1")), shows=("", 1.0)),
    "group-missing": Case(table=table(RFO, (94, "A,0,0"), (6, ",1,0")), shows=("race", 0.06)),
    "group-missing-by-decision": Case(
        # 5 of 50 flagged, 0 of 50 others
        table=table(RFO, (45, "A,1,0"), (5, ",1,0"), (50, "A,0,0")), shows=("race", 0.1)
    ),
    "group-missing-by-outcome": Case(
        table=table(RFO, (45, "A,0,1"), (5, ",0,1"), (50, "A,0,0")), shows=("race", 0.1)
    ),
    "group-missing-by-area": Case(
        table=table("race,flagged,outcome,beat", (36, "A,0,0,north"), (4, ",0,0,north"), (40, "A,0,0,south")),
        records={"area": "beat"},
        shows=("race, area north", 0.1),
    ),
    "group-tiny": Case(table=table(RFO, (300, "A,0,0"), (99, "B,0,0")), shows=("race = B", 99.0)),
    "group-outcomes-tiny": Case(table=table(RFO, (71, "A,0,0"), (29, "A,0,1")), shows=("race = A", 29.0)),
    "group-spellings": Case(
        table=table(RFO, (5, "African-American,0,0"), (5, "african american,0,0")),
        shows=("race = African-American", 2.0),
    ),
    "na-tokens": Case(table=table(RFO, (50, "A,0,0"), (9, "N/A,0,0")), shows=("race = N/A", 9.0)),
    "total-rows": Case(
        table=COUNTS + "Total,0,0,150\nTotal,1,1,150\n", records=COUNTED, shows=("race = Total", 1.0)
    ),
    "suppressed-cells": Case(
        table=COUNTS + "D,0,0,*\nD,1,1,*\n", records=COUNTED | {"suppressed": ["*"]}, shows=("", 2.0)
    ),
    "duplicate-ids": Case(
        table=f"id,{RFO}\n" + "".join(f"{min(i, 98)},A,0,0\n" for i in range(100)), shows=("id", 0.01)
    ),
    "duplicate-ids-many": Case(
        table=f"id,{RFO}\n" + "".join(f"{min(i, 93)},A,0,0\n" for i in range(100)), shows=("id", 0.06)
    ),
    "id-missing": Case(table=SOUND + ",A,0,0\n" * 100, shows=("id", 0.2)),  # 100 of 500 rows
    "repeated-columns": Case(
        table=table("race,flagged,outcome,race.1", (9, "A,0,0,A")), shows=("race.1 repeats race", 1.0)
    ),
    "personal-columns": Case(
        table=SOUND.replace("race", "birth_date"),
        groups={"race": {"column": "birth_date"}},
        shows=("birth_date", 1.0),
    ),
    "personal-values": Case(
        table=table(RFO, (9, "A,0,0"), (1, "jo@example.org,0,0"), (1, "123-45-6789,0,0")), shows=("race", 2.0)
    ),
    "score-separates-perfectly": Case(
        table=table("race,flagged,outcome,score", (10, "A,0,0,1"), (10, "A,0,1,2")),
        records={"score": "score"},
        shows=("score", 1.0),
    ),
    "inputs-stamped-after": Case(
        table=table("race,flagged,outcome,disposition", (9, "A,0,0,guilty")),
        records={"inputs": ["disposition"], "stamped_after": ["disposition"]},
        shows=("disposition", 1.0),
    ),
    "follow-up-incomplete": Case(
        table=table(DAYS, (3, "A,0,0,2020-01-01"), (1, "A,0,0,2020-01-02")), records=FOLLOWED, shows=("", 0.25)
    ),
    "outcomes-pile-up": Case(
        table=table(DAYS, (58, "A,0,1,2020-05-01"), (2, "A,0,0,2020-05-01"), (40, "A,0,0,2020-08-01")),
        records=TIMED,
        shows=("2020 Q2", 58 / 60),
    ),
    "dates-unreadable": Case(
        table=table(DAYS, (3, "A,0,0,2020-02-28"), (1, "A,0,0,28.02.2020")), records=TIMED, shows=("", 0.25)
    ),
    "dates-beyond-window": Case(
        table=table(DAYS, (3, "A,0,0,2020-12-31"), (1, "A,0,0,2021-01-01")), records=WINDOW, shows=("", 0.25)
    ),
    "dates-stray": Case(
        table=table(DAYS, (9, "A,0,0,2020-01-01"), (1, "A,0,0,2002-01-01")), records=TIMED, shows=("", 0.1)
    ),
}  # fmt: skip

NOT_APPLICABLE = {
    "label-source": NO_OUTCOME,
    "outcome-missing": NO_OUTCOME,
    "outcome-missing-by-group": NO_OUTCOME,
    "outcome-only-for-flagged": NO_OUTCOME,
    "outcome-known-unequally": NO_OUTCOME,
    "decision-missing": NO_DECISION,
    "decision-one-sided": NO_DECISION,
    "outcome-one-sided": NO_OUTCOME,
    "group-missing": NO_GROUPS,
    "group-missing-by-decision": NO_GROUPS,
    "group-missing-by-outcome": NO_OUTCOME,
    "group-missing-by-area": Case(table=SOUND),  # no area is declared
    "group-tiny": NO_GROUPS,
    "group-outcomes-tiny": NO_OUTCOME,
    "group-spellings": NO_GROUPS,
    "na-tokens": NO_GROUPS,
    "total-rows": Case(table=SOUND),  # people, not counts
    "suppressed-cells": PUBLISHED,  # no mark is declared
    "duplicate-ids": NO_ID,
    "duplicate-ids-many": NO_ID,
    "id-missing": NO_ID,
    "repeated-columns": PUBLISHED,
    "personal-columns": PUBLISHED,
    "personal-values": NO_GROUPS,
    "score-separates-perfectly": Case(table=SOUND),  # no score is declared
    "inputs-stamped-after": Case(
        table=table("race,flagged,outcome,priors", (9, "A,0,0,3")), records={"inputs": ["priors"]}
    ),
    "follow-up-incomplete": Case(table=table(DAYS, (9, "A,0,0,2020-01-01")), records=WINDOW),
    "outcomes-pile-up": NO_TIME,
    "dates-unreadable": NO_TIME,
    "dates-beyond-window": Case(table=table(DAYS, (9, "A,0,0,2020-01-01")), records=TIMED),
    "dates-stray": NO_TIME,
}


def test_every_check_of_the_suite_has_a_passing_a_failing_and_a_not_applicable_case() -> None:
    assert set(PASSING) == set(FAILING) == set(NOT_APPLICABLE) == set(CHECKS)


def test_the_facts_of_every_check_exist_and_every_fact_is_used() -> None:
    assert {check.facts for check in CHECKS.values()} <= set(FACTS)
    checking.resolve(tuple(CHECKS.values()), measures=frozenset(all_measures()))


def test_a_check_whose_facts_do_not_exist_names_the_closest() -> None:
    wrong = CHECKS["group-tiny"].model_copy(update={"facts": "group_size"})

    with pytest.raises(DefinitionError) as caught:
        checking.resolve((wrong,), measures=frozenset())

    (problem,) = caught.value.problems
    assert (problem.where, problem.mend) == ("check 'group-tiny'", "Did you mean 'group_sizes'?")


@pytest.mark.parametrize(
    "change",
    [
        {"expect": "expect_column_values_to_be_betwen"},
        {"args": {"column": "value", "max_value": "many"}},
        {"args": {"column": "value"}},
    ],
)
def test_a_check_whose_expectation_cannot_be_made_is_a_wrong_definition(
    change: dict[str, object], tmp_path: Path, write_audit: Write
) -> None:
    wrong = CHECKS["group-tiny"].model_copy(update=change)

    with pytest.raises(DefinitionError) as caught:
        judged(wrong, Case(table=SOUND), tmp_path, write_audit)

    assert "group-tiny" in caught.value.problems[0].where


def judged(check: Check, case: Case, folder: Path, write_audit: Write) -> CheckResult:
    path = write_audit(folder, case.table, records=case.records, groups=case.groups)
    if "observed_until" in case.records:  # a date in TOML stands without quotation marks
        path.write_text(path.read_text().replace('"2020-12-31"', "2020-12-31"))
    audit = read_audit_file(path)
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=folder, audit_name=path.name)
        kept = tuple(column for column in rows.columns if not column.role.startswith(case.without))
        checked = validate(replace(rows, columns=kept), audit, checks=(check,), progress=lambda _: None)
    (result,) = checked.checks
    return result


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_passes_on_sound_data_and_shows_the_fact_nearest_to_failing(
    name: str, tmp_path: Path, write_audit: Write
) -> None:
    result = judged(CHECKS[name], PASSING[name], tmp_path, write_audit)

    assert result.status == "passed"
    assert result.refuses == ()
    assert [(fact.item, fact.value) for fact in result.observed] == [approximately(PASSING[name].shows)]


def approximately(shows: tuple[str, NUMBER] | None) -> object:
    assert shows is not None
    item, value = shows
    return (item, pytest.approx(value, abs=1e-12) if isinstance(value, float) else value)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fails_on_bad_data_shows_them_and_refuses_what_it_says(
    name: str, tmp_path: Path, write_audit: Write
) -> None:
    result = judged(CHECKS[name], FAILING[name], tmp_path, write_audit)

    assert result.status == "failed"
    assert result.refuses == CHECKS[name].refuses
    assert approximately(FAILING[name].shows) in [(fact.item, fact.value) for fact in result.observed]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_does_not_apply_where_what_it_needs_is_not_declared(
    name: str, tmp_path: Path, write_audit: Write
) -> None:
    result = judged(CHECKS[name], NOT_APPLICABLE[name], tmp_path, write_audit)

    assert result.status == "not_applicable"
    assert result.observed == ()
    assert result.refuses == ()


RAISES = {"args": {"column": "no_such_column", "max_value": 1}}


def test_a_check_whose_expectation_raises_could_not_run_and_has_not_failed(
    tmp_path: Path, write_audit: Write
) -> None:
    broken = CHECKS["duplicate-ids-many"].model_copy(update=RAISES)

    result = judged(broken, Case(table=SOUND), tmp_path, write_audit)

    assert result.status == "could_not_run"
    assert result.refuses == ()
    assert result.observed == ()


def test_an_audit_stays_undecided_while_a_blocking_check_could_not_run(
    tmp_path: Path, write_audit: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = CHECKS["duplicate-ids-many"].model_copy(update=RAISES)
    monkeypatch.setattr("auditkit.pipeline.read_checks", lambda _suites: (broken,))

    audit = run_audit(write_audit(tmp_path, SOUND))

    assert [check.status for check in audit.document.checks] == ["could_not_run"]
    assert audit.recommendation == "not_ready"
    assert "check:duplicate-ids-many" in audit.document.recommendation.decided_by
    assert b"Could not be checked" in audit.files["report.en.html"]


def test_more_than_ten_failing_facts_are_cut_short_but_counted(tmp_path: Path, write_audit: Write) -> None:
    groups = [(5, f"group-{i:02},0,0") for i in range(13)]

    result = judged(CHECKS["group-tiny"], Case(table=table(RFO, *groups)), tmp_path, write_audit)

    assert [fact.item for fact in result.observed] == [f"race = group-{i:02}" for i in range(10)]
    assert result.more == 3


def test_all_checks_run_together_through_the_library(tmp_path: Path, write_audit: Write) -> None:
    seen: list[tuple[str, str]] = []
    path = write_audit(tmp_path, SOUND, groups={"race": {"column": "race"}})

    results = check_data(path, progress=lambda stage, words: seen.append((stage, words)))

    status = {result.id: result.status for result in results}
    assert list(status) == list(ALL)
    assert "could_not_run" not in status.values()
    assert {name for name, value in status.items() if value == "failed"} == set()
    assert [words for stage, words in seen if stage == "validate"] == [check.title for check in ALL.values()]


def test_great_expectations_says_nothing_and_writes_no_file(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path / "audit", SOUND)
    empty, home, scratch = (tmp_path / name for name in ("empty", "home", "scratch"))
    for folder in (empty, home, scratch):
        folder.mkdir()
    code = f"import auditkit; auditkit.check_data({json.dumps(str(path))})"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=empty,
        env={
            "HOME": str(home),
            "TMPDIR": str(scratch),
            "PATH": "",
            "PYTHONPATH": ":".join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("", "")
    assert [list(folder.iterdir()) for folder in (empty, home, scratch)] == [[], [], []]


ONLY_FLAGGED = table(
    RFO,
    *((60, f"{race},{cell}") for race in "AB" for cell in ("1,0", "1,1", "0,")),
    (20, "A,0,0"),
    (20, "B,0,0"),
)
"""Outcomes of all 240 flagged people, and of 40 of 160 others."""


@pytest.fixture(scope="module")
def partly_refused(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> Audit:
    return run_audit(write_audit(tmp_path_factory.mktemp("partly"), ONLY_FLAGGED))


def test_a_blocking_check_refuses_some_measures_with_its_reason(partly_refused: Audit) -> None:
    refused = CHECKS["outcome-only-for-flagged"].refuses
    found = {
        (item.status, item.value, item.reason)
        for item in partly_refused.document.measurements
        if item.metric in refused
    }

    assert found == {("not_estimable", None, "NE-SELECT")}


def test_comparisons_of_refused_measures_are_refused_too(partly_refused: Audit) -> None:
    found = {
        (item.status, item.value, item.reason)
        for item in partly_refused.document.measurements
        if item.metric
        in {"false_positive_rate_ratio", "prevalence_difference", "negative_predictive_value_range"}
    }

    assert found == {("not_estimable", None, "NE-SELECT")}


def test_what_a_blocking_check_does_not_refuse_is_measured(partly_refused: Audit) -> None:
    found = {
        (item.metric, item.group["race"]): item.value
        for item in partly_refused.document.measurements
        if item.group and item.against is None
    }

    assert found["selection_rate", "A"] == pytest.approx(120 / 200)
    assert found["positive_predictive_value", "B"] == pytest.approx(60 / 120)


def test_a_limit_on_a_refused_measure_cannot_be_told(partly_refused: Audit) -> None:
    verdicts = {finding.id: finding.status for finding in partly_refused.document.findings}

    assert verdicts["wrongly-flagged/race"] == "cannot_tell"
    assert partly_refused.recommendation == "not_ready"
    assert partly_refused.exit_code == 3


@pytest.fixture(scope="module")
def rejected(tmp_path_factory: pytest.TempPathFactory, write_audit: Write) -> tuple[Audit, Path]:
    folder = tmp_path_factory.mktemp("rejected")
    twice = SOUND + SOUND.partition("\n")[2]
    return run_audit(write_audit(folder, twice), out=folder / "out"), folder / "out"


def test_rejected_data_still_give_a_whole_run_folder(rejected: tuple[Audit, Path]) -> None:
    audit, out = rejected

    written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert written == {
        "audit.json", "manifest.json", "report.en.html", "report.en.md", "internal/tally.json",
        "internal/ledger.json", "tables/measurements.csv", "tables/checks.csv", "tables/findings.csv",
    }  # fmt: skip
    assert audit.document.measurements == ()
    assert (out / "tables/measurements.csv").read_text().count("\n") == 1


def test_rejected_data_are_not_ready_because_of_the_check_that_rejected_them(
    rejected: tuple[Audit, Path],
) -> None:
    audit, _ = rejected

    assert (audit.recommendation, audit.exit_code) == ("not_ready", 3)
    assert audit.document.recommendation.decided_by[0] == "check:duplicate-ids-many"
    assert {finding.status for finding in audit.document.findings} == {"not_checked"}


def test_the_report_of_rejected_data_says_so_and_what_to_ask(rejected: tuple[Audit, Path]) -> None:
    _, out = rejected

    for name in ("report.en.html", "report.en.md"):
        text = (out / name).read_text()
        assert "The data were rejected, so nothing could be measured." in text
        assert CHECKS["duplicate-ids-many"].title in text
        assert CHECKS["duplicate-ids-many"].why in text
        assert CHECKS["duplicate-ids-many"].ask in text
