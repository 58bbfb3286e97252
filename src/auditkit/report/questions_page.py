"""What answers the questions that residents ask: for each page its limits, and the numbers of its short answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from auditkit.definitions.questions import ABOUT
from auditkit.report.kinds import base
from auditkit.report.lookup import Figure, Lookup, label
from auditkit.report.neighbourhood_page import AREA
from auditkit.report.numbers import per_thousand
from auditkit.report.statements import Judged, Statement
from auditkit.results.other_loops import OTHER_LOOP_MEASURES

Kind = Literal["person", "place", "alert"]
MAIN = {
    ("person", "burden"): ("false_positive_rate", "selection_rate"),
    ("person", "benefit"): ("false_negative_rate", "favourable_rate", "selection_rate"),
}
"""Which rate answers who is wrongly flagged, or wrongly passed over; the next one where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One question, with the limits that are about it."""

    name: str
    anchor: str
    judged: tuple[Judged, ...]
    telling: Judged | None
    """The limit that answers it."""

    @property
    def status(self) -> str | None:
        """The verdict on that limit; None where there is none."""
        return None if self.telling is None else self.telling.finding.status

    @property
    def first(self) -> Statement | None:
        """The comparison that decided it."""
        return None if self.telling is None else self.telling.first

    @property
    def open(self) -> tuple[Judged, ...]:
        """Limits that are not met, or about which nobody can tell."""
        return tuple(one for one in self.judged if one.finding.status != "meets")

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """For each of them what kind of number it is about, and its verdict, once each."""
        return _subjects(self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure:
    """So many of 1,000 residents of a group."""

    group: str
    number: str
    measurement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsPage:
    """Every page of the report."""

    pages: dict[str, Page]
    kind: Kind
    deciding: tuple[tuple[str, str], ...]
    """What the limits are about that decided the advice, each with its verdict."""
    never: Figure | None
    """Areas that were never flagged, of all."""
    always: Figure | None
    living: tuple[GroupFigure, ...]
    """Of 1,000 residents of each group: those who live where it always flags."""
    tool: GroupFigure | None
    """Of 1,000 recorded incidents: those that lie in areas that the tool flagged."""
    simple: GroupFigure | None
    """The same of the simple rule that finds most."""


def questions_page(look: Lookup, judged: tuple[Judged, ...]) -> QuestionsPage:
    """Sort limits by the question that they are about, and look up what the short answers say."""
    document = look.document
    kind: Kind = "place" if document.places else "alert" if document.alerts else "person"
    preferred = MAIN.get((kind, document.tool.orientation), ())
    by_page: dict[str, list[Judged]] = {name: [] for name in ABOUT}
    for one in judged:
        by_page[page_of(one.finding.limit.measure, one.finding.limit.dimension, kind)].append(one)
    return QuestionsPage(
        pages={
            name: Page(
                name=name, anchor=name.replace("_", "-"), judged=tuple(found), telling=_telling(found, preferred)
            )
            for name, found in by_page.items()
        },
        kind=kind, deciding=_subjects(one for one in judged if one.finding.id in document.recommendation.decided_by),
        never=_count(look, "never_flagged_areas"), always=_count(look, "always_flagged_areas"),
        living=_living(look), tool=_hits(look, {"rule": "tool"}), simple=_best(look),
    )  # fmt: skip


def _subjects(judged: Iterable[Judged]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((subject(one.finding.limit.measure), one.finding.status) for one in judged))


def page_of(measure: str, dimension: str, kind: Kind) -> str:
    """Name the page of a limit.

    >>> page_of("hit_rate_difference", "rule", "place"), page_of("coverage_share_ratio", "race", "alert")
    ('better_than_counting', 'neighbourhood')
    """
    about = subject(measure)
    if about == "loop":
        return "feeds_itself"
    if dimension == AREA or (about in {"exposure", "coverage"} and kind == "alert"):
        return "neighbourhood"
    return "better_than_counting" if about in {"hits", "misses"} else "wrongly_flagged"


def subject(measure: str) -> str:
    """Name what a limit is about, as the question to the vendor needs it.

    >>> (
    ...     subject("feedback_verdict"),
    ...     subject("false_positive_rate_ratio"),
    ...     subject("positive_predictive_value"),
    ... )
    ('loop', 'errors', 'meaning')
    """
    if measure in OTHER_LOOP_MEASURES or measure.startswith(("feedback_verdict", "loop_")):
        return "loop"
    rate = base(measure)[0]
    for about, starts in SUBJECTS.items():
        if rate.startswith(starts):
            return about
    return "other"


SUBJECTS = {
    "hits": ("hit_rate", "frontier_", "predictive_accuracy", "prediction_efficiency", "displacement_"),
    "misses": ("recall", "miss_rate"),
    "exposure": ("exposure",),
    "coverage": ("coverage_share",),
    "meaning": ("positive_predictive_value", "negative_predictive_value", "outcome_rate_at_score", "calibration", "area_under"),
    "errors": ("false_positive", "false_negative"),
    "flags": ("selection_rate", "favourable_rate", "stops_per_", "search_threshold", "dispatch_rate", "action_rate_"),
}  # fmt: skip
"""What measures are about, by how they start."""


def _telling(found: list[Judged], preferred: tuple[str, ...]) -> Judged | None:
    for metric in preferred:
        about = [one for one in found if one.metric == metric and one.first is not None]
        if about:
            return about[0]
    return found[0] if found else None


def _count(look: Lookup, metric: str) -> Figure | None:
    item = look.items.get(f"{metric}/everyone")
    return None if item is None or item.value is None else look.count(item)


def _living(look: Lookup) -> tuple[GroupFigure, ...]:
    items = [
        one
        for name in look.dimensions("always_flagged_residents")
        for one in look.alone("always_flagged_residents", name)
    ]
    return tuple(
        GroupFigure(group=label(one.group), number=per_thousand(one.value, locale=look.locale), measurement=one.id)
        for one in items
        if one.value is not None
    )  # fmt: skip


def _hits(look: Lookup, rule: dict[str, str]) -> GroupFigure | None:
    item = look.rate_of("hit_rate", rule)
    if item is None or item.value is None:
        return None
    return GroupFigure(
        group=rule["rule"], number=per_thousand(item.value, locale=look.locale), measurement=item.id
    )


def _best(look: Lookup) -> GroupFigure | None:
    ways = [
        one
        for one in look.alone("hit_rate", "rule")
        if one.group["rule"] not in {"tool", "random", "best possible"}
    ]
    best = max((one for one in ways if one.value is not None), key=lambda one: one.value or 0.0, default=None)
    return None if best is None else _hits(look, best.group)
