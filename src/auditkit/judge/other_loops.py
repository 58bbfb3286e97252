"""Judging the loops of person tools and alert systems, and the test on logs; and keeping small counts in them private.

References
----------
Methods 6.3 and 6.7 to 6.9: any gap that lasts among people who behave alike is the loop; without assumed rates nothing
can be estimated; a placebo that moves makes an effect doubtful.
"""

from dataclasses import replace

from auditkit.results.feedback import Feedback
from auditkit.results.measurements import Estimate, Group, Measurement, Measurements, NotEstimable, Withheld
from auditkit.results.other_loops import (
    ALERT_PART,
    OF_PAIRS,
    AlertLoop,
    LogTest,
    LogVerdict,
    LoopVerdict,
    PersonLoop,
)
from auditkit.results.phrases import phrase

PLACEBOS = ("log_placebo_lead", "log_negative_control")
RESTS_ON = ("selection_rate", "prevalence")
"""Shares that the loop of a person tool starts from."""
OF_EVERYONE = (
    "flag_area",
    "noise_flag_area",
    "noise_explaining_ratio",
    "supervision_slope",
    "supervision_stayed",
)
TOO_FEW = phrase("too few people are flagged, or are not, for anything about them to be published")
MORE = phrase("records of more people")


def person_verdict(person: PersonLoop) -> LoopVerdict:
    """Say whether people who behave alike stay on the track that they start on, in every scenario."""
    if not person.scenarios:
        return "cannot_be_estimated"
    lasting = [
        None if one.stayed_interval is None else one.stayed_interval[0] > 0 for one in person.scenarios
    ]
    return _over_scenarios(lasting, adverse="history_dependent")


def alert_verdict(alert: AlertLoop) -> LoopVerdict:
    """Say whether new sites go where sensors are already, although as many events happen everywhere."""
    if not alert.scenarios:
        return "cannot_be_estimated"
    due = alert.due_share
    drawn = [
        None if one.to_existing_interval is None or due is None else one.to_existing_interval[0] > due
        for one in alert.scenarios
    ]
    return _over_scenarios(drawn, adverse="distorted")


def other_verdict(feedback: Feedback) -> LoopVerdict | None:
    """Return the verdict on the loop of a person tool or an alert system; None for a place tool."""
    if feedback.person is not None:
        return person_verdict(feedback.person)
    return None if feedback.alert is None else alert_verdict(feedback.alert)


def _over_scenarios(found: list[bool | None], *, adverse: LoopVerdict) -> LoopVerdict:
    """Give a verdict only where it holds in every scenario."""
    if all(found):
        return adverse
    return "no_material_amplification" if all(one is False for one in found) else "cannot_tell"


def log_verdict(logs: LogTest) -> LogVerdict:
    """Say whether recorded incidents follow deployment; a placebo that moves as well makes it doubtful."""
    items = {item.metric: item for item in logs.numbers}
    side = _side(items["log_deployment_elasticity"])
    if side is None:
        return "not_estimable"
    if side == 0:
        return "not_shown"
    if any(_side(items[name]) for name in PLACEBOS if name in items):
        return "doubtful"
    return "follows" if side > 0 else "falls"


def _side(item: Measurement) -> int | None:
    """Tell on which side of 0 a whole 95 % interval lies: 1, -1, or 0 where it holds 0; None without an interval."""
    result = item.result
    if not isinstance(result, Estimate) or result.interval is None:
        return None
    low, high = result.interval
    if low is not None and low > 0:
        return 1
    return -1 if high is not None and high < 0 else 0


def with_loops(measured: Measurements, feedback: Feedback) -> Measurements:
    """Put what the loops and logs measured with everything else, so that policies can limit it."""
    return replace(measured, items=(*measured.items, *feedback.measurements, *feedback.numbers))


def judged_loops(feedback: Feedback, published: Measurements) -> Feedback:
    """Add the verdicts, and leave out what must not be published or stands among the measurements.

    Where so few people are flagged in all that their share is withheld, nothing of a person loop is left.
    """
    person, alert, logs = feedback.person, feedback.alert, feedback.logs
    if person is not None and ((), ()) in _hidden(published):
        return Feedback(status="not_checked", because=TOO_FEW, needs=(MORE,))
    return replace(
        feedback,
        person=person and replace(person, verdict=person_verdict(person), numbers=()),
        alert=alert and replace(alert, verdict=alert_verdict(alert), numbers=(), part_counts=()),
        logs=logs and replace(logs, verdict=log_verdict(logs), numbers=(), cutoff_counts=None),
    )


def withhold_loops(published: Measurements, feedback: Feedback, *, smallest_cell: int) -> Measurements:
    """Withhold numbers of loops from which a withheld share, or a small count, would follow.

    Parameters
    ----------
    published
        Measurements with everything else withheld that must be.
    feedback
        What the loops found; counts beside a capacity limit stay in it.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    hidden = _hidden(published)
    parts = () if feedback.alert is None else feedback.alert.part_counts
    small = {name for name, numbers in parts if any(0 < n < smallest_cell for n in numbers)}
    if _confirmed_hidden(published):  # what became of all alerts would follow from its parts
        small |= {"response", "lot"}
    counts = () if feedback.logs is None else feedback.logs.cutoff_counts or ()
    few = any(0 < count < smallest_cell for count in counts)
    items = (_safe(item, hidden, few=few) for item in published.items)
    return replace(
        published,
        items=tuple(
            replace(item, result=Withheld()) if ALERT_PART.get(item.metric) in small else item
            for item in items
        ),
    )


def _confirmed_hidden(published: Measurements) -> bool:
    """Tell whether the share of all alerts that were confirmed is withheld."""
    return any(
        item.metric == "positive_predictive_value" and not item.group and isinstance(item.result, Withheld)
        for item in published.items
    )


def _hidden(published: Measurements) -> set[tuple[tuple[str, ...], Group]]:
    """Return groups whose share flagged, or with a record, is withheld, or missing because it rests on few people."""
    return {
        (item.dimension, item.group)
        for item in published.items
        if item.metric in RESTS_ON and item.against is None and item.stratum is None
        and (isinstance(item.result, Withheld) or item.result == NotEstimable(reason="NE-SMALL"))
    }  # fmt: skip


def _safe(item: Measurement, hidden: set[tuple[tuple[str, ...], Group]], *, few: bool) -> Measurement:
    gone = item.metric in OF_EVERYONE and ((), ()) in hidden
    if item.metric == "log_cutoff_comparison":
        gone = few
    if item.metric in OF_PAIRS:
        gone = any((item.dimension, group) in hidden for group in (item.group, item.against))
    return replace(item, result=Withheld()) if gone else item
