"""What the audit file says of inferred groups and hidden outcomes, and what it refuses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.definitions.audit_file import read_audit_file
from auditkit.errors import DefinitionError, InputError

Write = Callable[..., Path]
OUTCOME = {"column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest"}
INFERRED: dict[str, Any] = {"race": {"probabilities": {"A": "a", "B": "b"}, "reference": "B"}}


def complaint(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_audit_file(path)

    return " ".join(f"{problem.where} {problem.found} {problem.mend}" for problem in caught.value.problems)


def test_groups_that_are_only_inferred_are_told_apart_from_known_ones(
    tmp_path: Path, write_audit: Write
) -> None:
    audit = read_audit_file(write_audit(tmp_path, None, groups=INFERRED | {"sex": {"column": "sex"}}))

    assert (set(audit.groups), set(audit.inferred)) == ({"sex"}, {"race"})
    assert audit.dimensions == (("sex",), ("race",))
    assert audit.counted_dimensions == (("sex",),)
    assert audit.reference(("race",)) == ("B",)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"race": {"probabilities": {"A": "a"}, "reference": "C"}}, "one of the groups of 'probabilities'"),
        ({"race": {"probabilities": {}}}, "[groups.race]"),
        (
            {"race": {"probabilities": {"A": "a"}, "column": "race"}},
            "[groups.race] column the key is unknown",
        ),
        ({"race": "A"}, "[groups]"),
    ],
)
def test_a_badly_inferred_group_is_refused_under_the_name_it_was_written_with(
    groups: dict[str, Any], expected: str, tmp_path: Path, write_audit: Write
) -> None:
    assert expected in complaint(write_audit(tmp_path, None, groups=groups))


def test_inferred_groups_of_an_alert_system_are_refused(tmp_path: Path, write_audit: Write) -> None:
    records = {"id": None, "decision": None, "outcome": None}

    assert "'probabilities' of groups" in complaint(
        write_audit(tmp_path, None, tool={"type": "alert"}, records=records, groups=INFERRED)
    )


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        ({"share": [0.2, 0.1], "source": "s"}, "from the least to the greatest"),
        ({"source": "s"}, "nothing is said to be hidden"),
        ({"share": [0.0, 1.0], "source": "s"}, "less than 1"),
        ({"share": [0.0, 0.1]}, "source"),
        (
            {"share": [0.0, 0.1], "source": "s", "groups": {"age": {"old": [0.0, 0.1]}}},
            "hidden.groups names 'age'",
        ),
    ],
)
def test_badly_stated_hidden_outcomes_are_refused(
    hidden: dict[str, Any], expected: str, tmp_path: Path, write_audit: Write
) -> None:
    assert expected in complaint(
        write_audit(tmp_path, None, records={"outcome": OUTCOME | {"hidden": hidden}})
    )


def test_hidden_outcomes_belong_to_people(tmp_path: Path, write_audit: Write) -> None:
    outcome = {
        "column": "d", "confirmed": ["yes"], "means": "gunfire", "source": "sensor",
        "hidden": {"share": [0.0, 0.1], "source": "s"},
    }  # fmt: skip
    records = {"id": None, "decision": None, "outcome": outcome}

    assert "outcome.hidden" in complaint(
        write_audit(
            tmp_path, None, tool={"type": "alert"}, records=records, groups={"race": {"column": "race"}}
        )
    )


@pytest.mark.parametrize("row", ["p3,0.7,0.6,1,0", "p3,,0.2,1,0", "p3,1.5,0.1,1,0", "p3,-0.1,0.2,1,0"])
def test_what_is_no_probability_stops_the_audit_with_one_message(
    row: str, tmp_path: Path, write_audit: Write
) -> None:
    table = f"id,a,b,flagged,outcome\np1,0.2,0.8,1,1\np2,0.5,0.5,0,0\n{row}\n"

    with pytest.raises(InputError) as caught:
        run_audit(write_audit(tmp_path, table, groups=INFERRED))

    (problem,) = caught.value.problems
    assert problem.where == "people.csv [groups.race]"
    assert "1 rows hold no probabilities in columns 'a', 'b'" in problem.found
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_many_different_probabilities_are_taken_together_and_keep_their_sums(
    tmp_path: Path, write_audit: Write
) -> None:
    # 1,500 different probabilities, each of them two people: weighted shares stay exact, zones become at most 1,000
    rows = [f"p{i}-{k},{i / 1500:.6f},{1 - i / 1500:.6f},{k},{k}" for i in range(1500) for k in (0, 1)]
    table = "id,a,b,flagged,outcome\n" + "\n".join(rows) + "\n"
    audit = run_audit(write_audit(tmp_path, table, groups=INFERRED))
    (tally,) = audit.tally.inferred  # type: ignore[union-attr]  # the test builds this kind

    assert len({cell.zone for cell in tally.cells}) <= 1000
    assert sum(cell.mass[0] for cell in tally.cells) == pytest.approx(
        2 * sum(i / 1500 for i in range(1500)), abs=0.01
    )
    found = audit.measurements_frame().set_index("id")
    assert found.loc["selection_rate/race=A", "value"] == pytest.approx(0.5)
    assert "p7-1" not in "".join(text.decode() for text in audit.files.values())
