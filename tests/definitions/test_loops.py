"""[feedback] means what the kind of tool makes of it, and [deployment] belongs to tools in use."""

from typing import Any

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.loops import AlertFeedback, PersonFeedback
from auditkit.definitions.places import FeedbackChoice
from auditkit.definitions.strict import parse
from auditkit.errors import DefinitionError

TOOL = {
    "name": "F", "vendor": "v", "version": "1", "purpose": "p", "flagged_means": "f", "orientation": "burden",
    "status": "deployed",
}  # fmt: skip
PERSON = {
    "records": {"path": "r.csv", "decision": {"column": "f", "flagged": ["1"]}},
    "groups": {"g": {"column": "g"}},
}
PLACE = {"records": {"path": "r.csv", "area": "a", "decision": "all"}, "areas": {"path": "a.csv", "id": "a"}}
HISTORY = {"path": "h.csv", "area": "a", "time": "t"}
ALERT = {"records": {"path": "r.csv", "area": "a"}, "areas": {"path": "a.csv", "id": "a"}}
KINDS: dict[str, dict[str, Any]] = {"person": PERSON, "place": {**PLACE, "history": HISTORY}, "alert": ALERT}


def audit(kind: str, *, status: str = "deployed", **sections: Any) -> AuditFile:
    content = {"tool": {**TOOL, "type": kind, "status": status}, **KINDS[kind], **sections}
    return parse(AuditFile, content, shown_as="audit.toml")


def refused(kind: str, *, status: str = "deployed", **sections: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        audit(kind, status=status, **sections)
    return str(caught.value)


def test_each_kind_of_tool_has_its_own_feedback() -> None:
    assert isinstance(audit("place", feedback={"allocator": "proportional"}).feedback, FeedbackChoice)
    assert isinstance(audit("person", feedback={}).feedback, PersonFeedback)
    assert isinstance(audit("alert", feedback={}).feedback, AlertFeedback)


def test_a_section_of_another_kind_is_refused_with_the_keys_of_this_one() -> None:
    assert "[feedback] allocator: the key is unknown. Known keys here: 'cut'" in refused(
        "person", feedback={"allocator": "proportional"}
    )
    assert "[feedback] new_sites: the key is unknown" in refused("person", feedback={"new_sites": 3})
    assert "[feedback] allocator: the key is missing" in refused("place", feedback={"rounds": 20})


def test_a_mistyped_key_inside_names_the_closest() -> None:
    message = refused(
        "alert", feedback={"truth": {"source": "s", "reporting_rat": 0.2, "sensor_detection": 0.8}}
    )

    assert "[feedback.truth] reporting_rat: the key is unknown. Did you mean 'reporting_rate'?" in message


def test_one_rate_stands_for_a_range() -> None:
    truth = {"source": "s", "supervised": 0.4, "unsupervised": [0.1, 0.2]}
    found = audit("person", feedback={"truth": truth}).feedback

    assert isinstance(found, PersonFeedback)
    assert found.truth is not None
    assert (found.truth.supervised, found.truth.unsupervised, found.truth.reported) == (
        (0.4, 0.4),
        (0.1, 0.2),
        None,
    )


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ({"supervised": 0.1, "unsupervised": 0.2}, "'supervised' is at least 'unsupervised'"),
        ({"supervised": 0.3, "unsupervised": 0.2, "reported": 0.25}, "'unsupervised' is at least 'reported'"),
        ({"supervised": 1.3, "unsupervised": 0.2}, "above 0 and up to 1"),
        ({"supervised": 0.3, "unsupervised": 0.0}, "above 0 and up to 1"),
        ({"supervised": [0.5, 0.3], "unsupervised": 0.2}, "above 0 and up to 1"),
    ],
)
def test_rates_out_of_order_are_refused(truth: dict[str, Any], said: str) -> None:
    assert said in refused("person", feedback={"truth": {"source": "s", **truth}})


def test_what_is_no_section_is_refused() -> None:
    assert "[feedback]" in refused("person", feedback="soon")


LOGS = {"path": "l.csv", "area": "a", "time": "t", "hours": "h"}


def test_logs_belong_to_tools_in_use_of_places_and_alerts() -> None:
    assert audit("place", deployment=LOGS).deployment is not None
    assert audit("alert", deployment=LOGS, status="pilot").deployment is not None
    assert "this one is 'proposed'" in refused("place", deployment=LOGS, status="proposed")
    assert "[deployment]" in refused("person", deployment=LOGS)
    assert "[deployment] needs [areas]" in refused("alert", deployment=LOGS, areas=None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"flags": "f"}, "either 'hours' or 'flags'"),
        ({"hours": None}, "either 'hours' or 'flags'"),
        ({"reported": "r"}, "'discovered' and 'reported' go together"),
        ({"rank": "r"}, "'rank' and 'limit' go together"),
    ],
)
def test_keys_that_belong_together_are_asked_for(keys: dict[str, Any], said: str) -> None:
    assert said in refused("place", deployment={**LOGS, **keys})


STOPS = {"path": "s.csv", "time": "t", "longitude": "x", "latitude": "y", "metres": 300, "hours": 1}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"confirmation": {}}, "name 'minutes' and 'slow_after', or 'by_lot'"),
        ({"confirmation": {"minutes": "m"}}, "'minutes' and 'slow_after' go together"),
        (
            {"confirmation": {"minutes": "m", "slow_after": 9}},
            "[feedback.confirmation] needs [records] outcome",
        ),
        ({"stops": STOPS}, "[feedback.stops] needs [records] time, longitude and latitude"),
        ({"stops": {**STOPS, "metres": 0}}, "[feedback.stops] metres"),
        ({"hot_list": {"path": "l.csv", "reads": "r"}}, "[feedback.hot_list] hits: the key is missing"),
    ],
)
def test_ways_in_which_alerts_feed_on_themselves_need_what_shows_them(
    section: dict[str, Any], said: str
) -> None:
    assert said in refused("alert", feedback=section)


def test_stops_near_alerts_need_one_row_an_alert() -> None:
    records = {"path": "r.csv", "area": "a", "time": "t", "period": "day", "longitude": "x", "latitude": "y"}

    assert "needs one row an alert" in refused(
        "alert", feedback={"stops": STOPS}, records={**records, "counts": "n"}
    )
    assert isinstance(audit("alert", feedback={"stops": STOPS}, records=records).feedback, AlertFeedback)
