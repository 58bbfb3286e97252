"""What [alternatives] and [subgroups] of an audit file may say, and the one message where they do not fit."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import AuditKitError
from auditkit.definitions.audit_file import read_audit_file

Write = Callable[..., Path]
AIM = {"need": "find people at risk", "utility": "accuracy", "tolerated_loss": 0.02}


def complaint(write_audit: Write, folder: Path, **sections: Any) -> str:
    with pytest.raises(AuditKitError) as caught:
        read_audit_file(write_audit(folder, None, **sections))
    return str(caught.value)


@pytest.mark.parametrize(
    ("alternatives", "records", "words"),
    [
        ({"by": "sex"}, {}, r"by is one of 'race'; found 'sex'"),
        ({"inputs": ["age"]}, {}, r"inputs are among \[records\] inputs; 'age' is not"),
        ({"inputs": ["outcome"]}, {"inputs": ["outcome"]}, "inputs cannot hold the outcome, 'outcome'"),
        ({"inputs": ["age"]}, {"inputs": ["age"], "id": None}, r"inputs need \[records\] id"),
        ({"inputs": ["age"]}, {"inputs": ["age"], "counts": "n"}, "need one row per person"),
        ({"disparity": "accuracy_ratio"}, {}, "disparity"),
        ({"tolerated_loss": 1.0}, {}, "tolerated_loss"),
        ({"methods": []}, {}, "methods"),
        ({"utilty": "accuracy"}, {}, "utilty"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_search_for_rules_is_said(
    alternatives: dict[str, Any], records: dict[str, Any], words: str, tmp_path: Path, write_audit: Write
) -> None:
    said = complaint(write_audit, tmp_path, records=records, alternatives={**AIM, **alternatives})

    assert re.search(words, said), said


@pytest.mark.parametrize(
    ("subgroups", "records", "words"),
    [
        ({"columns": ["outcome"]}, {}, "describe people before the decision; found 'outcome'"),
        ({"columns": ["race"]}, {}, "come besides the groups; 'race' is one already"),
        ({"columns": [f"c{at}" for at in range(8)]}, {}, "at most 8 columns, groups among them; found 9"),
        ({"measure": "false_positive_rate"}, {"outcome": None}, r"errors, which need \[records\] outcome"),
        ({"depth": 4}, {}, "depth"),
        ({"smallest": 5}, {}, "smallest"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_search_for_subgroups_is_said(
    subgroups: dict[str, Any], records: dict[str, Any], words: str, tmp_path: Path, write_audit: Write
) -> None:
    said = complaint(write_audit, tmp_path, records=records, subgroups=subgroups)

    assert re.search(words, said), said


def test_a_confusion_matrix_has_no_columns_to_combine(tmp_path: Path, write_confusion: Write) -> None:
    path = write_confusion(tmp_path, {"A": (1, 1, 1, 1)}, subgroups={})

    with pytest.raises(AuditKitError, match="a confusion matrix or totals hold one"):
        read_audit_file(path)


def test_where_everybody_is_flagged_no_rule_can_be_another(tmp_path: Path, write_audit: Write) -> None:
    said = complaint(
        write_audit, tmp_path, records={"decision": "all"}, alternatives=AIM, stops={"threshold_test": True}
    )

    assert "needs a decision that some people do not get" in said


def test_a_missing_column_of_subgroups_is_named(
    tmp_path: Path, write_audit: Write, people: Callable[..., str]
) -> None:
    from auditkit import check_data

    path = write_audit(tmp_path, people(A=(5, 5, 5, 5)), subgroups={"columns": ["ward"]})

    with pytest.raises(AuditKitError, match=r"'ward' is missing.*\[subgroups\] columns"):
        check_data(path)


def test_places_have_neither(tmp_path: Path, write_audit: Write) -> None:
    said = complaint(
        write_audit, tmp_path, tool={"type": "place"}, alternatives=AIM, subgroups={"columns": ["ward"]}
    )

    assert "belongs to tools of type 'person'" in said
