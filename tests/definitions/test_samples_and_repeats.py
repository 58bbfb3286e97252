"""What the audit file says of repeated people, circumstances, samples and follow-up, and what policies add to limits."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from auditkit.definitions.audit_file import read_audit_file
from auditkit.definitions.policy import Policy
from auditkit.errors import DefinitionError

Write = Callable[..., Path]
OUTCOME = {"column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest"}
SAMPLE = {"column": "audited", "sampled": ["yes"]}
FOLLOWED = {"time": "scored_on", "observed_until": dt.date(2025, 12, 31), "follow_up_days": 730}


def complaint(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_audit_file(path)

    return " ".join(problem.mend + problem.found for problem in caught.value.problems)


@pytest.mark.parametrize(
    "records",
    [
        {"repeat": "person"},
        {"strata": ["charge", "age"]},
        {"audit_sample": SAMPLE},
        {"score": "score", "score_is": "probability"},
        {"outcome": OUTCOME | {"date": "arrested_on"}, **FOLLOWED},
        {"counts": "n", "strata": ["charge"], "id": None},
    ],
)
def test_each_addition_is_accepted_alone(records: dict[str, Any], tmp_path: Path, write_audit: Write) -> None:
    read = read_audit_file(write_audit(tmp_path, None, records=records)).records

    for key, value in records.items():
        found = getattr(read, key)
        if key == "strata":
            assert found == tuple(value)
        elif isinstance(value, dict):
            assert set(value) <= set(found.model_dump(exclude_none=True))
        else:
            assert found == value


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({"audit_sample": SAMPLE, "outcome": None}, "name them with 'outcome'"),
        ({"audit_sample": SAMPLE, "repeat": "person"}, "cannot combine 'audit_sample' with 'repeat'"),
        ({"counts": "n", "repeat": "person"}, "cannot tell people apart"),
        ({"outcome": OUTCOME | {"date": "day"}}, "needs 'time', 'observed_until' and 'follow_up_days'"),
        ({"outcome": OUTCOME | {"date": "day"}, **FOLLOWED, "follow_up_days": None}, "'follow_up_days'"),
        ({"score_is": "probability"}, "name its column with 'score'"),
        ({"score": "score", "score_is": "percentile"}, "probability"),
        ({"audit_sample": {"column": "audited"}}, "the values of that column that mean drawn"),
    ],
)
def test_additions_that_do_not_fit_together_are_refused(
    records: dict[str, Any], expected: str, tmp_path: Path, write_audit: Write
) -> None:
    assert expected in complaint(write_audit(tmp_path, None, records=records))


@pytest.mark.parametrize("key", ["repeat", "audit_sample"])
def test_a_published_matrix_has_no_people_to_repeat_or_draw(
    key: str, tmp_path: Path, write_confusion: Write
) -> None:
    value = SAMPLE if key == "audit_sample" else "person"

    path = write_confusion(tmp_path, {"A": (1, 2, 3, 4)}, records={key: value})

    assert f"which has no '{key}'" in complaint(path)


def test_a_place_tool_names_every_key_that_is_about_people(tmp_path: Path, write_audit: Write) -> None:
    records = {
        "strata": ["charge"], "audit_sample": SAMPLE, "score": "score", "score_is": "probability",
        "outcome": OUTCOME | {"date": "day"}, **FOLLOWED,
    }  # fmt: skip

    found = complaint(write_audit(tmp_path, None, tool={"type": "place"}, records=records))

    assert (
        "'strata', 'audit_sample', 'score_is', 'outcome.date' in [records] belongs to tools of type 'person'"
        in found
    )


LIMIT = {
    "id": "a", "measure": "impact_ratio", "compare": "each", "at_least": 0.8, "required": False, "scope": "s",
    "source": "s", "why": "It is a test.",
}  # fmt: skip


def policy(**changes: Any) -> Policy:
    return Policy.model_validate({"name": "p", "version": "1", "limit": [LIMIT], **changes})


def test_a_policy_leaves_out_no_group_finds_ratios_of_one_and_a_quarter_and_judges_by_intervals() -> None:
    read = policy()

    assert (read.minimum_share, read.detect_ratio, read.limit[0].judged_by) == (0.0, 1.25, "interval")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"minimum_share": 1.0}, "minimum_share"), ({"minimum_share": -0.1}, "minimum_share"),
        ({"detect_ratio": 1.0}, "detect_ratio"), ({"limit": [LIMIT | {"judged_by": "eye"}]}, "judged_by"),
    ],
)  # fmt: skip
def test_a_policy_whose_numbers_cannot_be_is_refused(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        policy(**changes)
