"""What is known from outside is read strictly, and has a table to be held against."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.groups import Population
from auditkit.definitions.outside_knowledge import Reporting, SecondSource, UnlawfulPeriod
from auditkit.definitions.places import HistoryTable
from auditkit.definitions.resident_reports import ResidentReports

TOOL = {
    "name": "T", "vendor": "V", "version": "1", "type": "place", "purpose": "p", "flagged_means": "f",
    "orientation": "burden", "status": "proposed",
}  # fmt: skip
PLACE: dict[str, Any] = {
    "tool": TOOL,
    "records": {"path": "r.csv", "area": "a", "decision": "all"},
    "areas": {"path": "a.csv", "id": "a"},
}
DAY = dt.date(2019, 1, 1)
UNLAWFUL = {"first": DAY, "last": DAY, "finding": "decree"}


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (UnlawfulPeriod, {**UNLAWFUL, "last": dt.date(2018, 1, 1)}, "'first' is not after 'last'"),
        (SecondSource, {"table": "records", "total": 5, "source": "s", "first": DAY}, "go together"),
        (SecondSource, {"table": "records", "total": 5, "source": "s", "first": DAY, "last": dt.date(2018, 1, 1)}, "not after"),
        (SecondSource, {"table": "areas", "total": 5, "source": "s", "first": DAY, "last": DAY}, "residents have no days"),
        (Reporting, {}, "give either 'offence'"),
        (Reporting, {"rate": [0.0, 0.5], "source": "s"}, "above 0 and up to 1"),
        (Reporting, {"rate": [0.2, 0.5]}, "name the 'source'"),
        (Population, {"shares": {"A": 0.5, "B": 0.4}, "means": "residents"}, "add up to 1"),
        (ResidentReports, {"path": "p", "by": "call", "area": "a", "time": "t", "answered": "x", "minutes": "m"}, "name one"),
        (HistoryTable, {"path": "h", "area": "a", "time": "t", "longitude": "x"}, "go together"),
    ],
)  # fmt: skip
def test_a_section_that_does_not_hold_together_says_why(model: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        model.model_validate(given)


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"unlawful_periods": [UNLAWFUL]}, "needs [records] time, or a [history]"),
        ({"second_source": [{"table": "history", "total": 5, "source": "s"}]}, "on 'history' needs [history]"),
        ({"second_source": [{"table": "areas", "total": 5, "source": "s"}]}, "needs [areas] residents"),
        ({"reporting": {"offence": "robbery"}}, "[reporting] needs [records] outcome"),
        ({"records": {**PLACE["records"], "recorded": "r", "time": "t", "period": "day"}}, "belongs to tools of type 'alert'"),
        ({"records": {**PLACE["records"], "split": {"column": "c", "training": ["t"]}}}, "'split' in [records] belongs"),
        ({"records": {**PLACE["records"], "inputs_as_of": "c"}}, "name it with 'time'"),
        ({"records": {**PLACE["records"], "recorded": "c"}}, "name it with 'time'"),
    ],
)  # fmt: skip
def test_knowledge_that_no_table_can_be_held_against_is_refused(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AuditFile.model_validate({**PLACE, **sections})

    assert said in str(caught.value)


def test_surveyed_offences_have_the_range_of_the_national_survey() -> None:
    # 40, 46 and 42 % of violent crime in 2020 to 2022; 64 and 42 % of robbery in 2022 and 2023 (methods, survey table)
    assert Reporting(offence="violent crime").range == (0.40, 0.46)
    assert Reporting(offence="robbery").range == (0.42, 0.64)
    assert Reporting(offence="motor vehicle theft").range == (0.72, 0.81)
