"""What an audit did not look at: a finding as visible as the others."""

from dataclasses import replace

from auditkit.definitions.audit_file import AuditFile
from auditkit.judge.alerts import open_questions
from auditkit.results.feedback import Feedback
from auditkit.results.findings import NotChecked
from auditkit.results.phrases import phrase

CRIME = NotChecked(
    topic=phrase("Whether the tool reduces crime"),
    because=phrase("accuracy, fairness and effect are separate questions, and this audit asks the first two"),
    needs=(phrase("a comparison with places or times without the tool"),),
)
SAME_SCORE = phrase("Whether a score means the same in every group")
SIMILAR = phrase("Whether groups differ among people in similar circumstances")
NO_NUMBER = phrase("the data checks, or too few people, left no number")
NO_SCORES, NO_OUTCOMES = phrase("the table has no scores"), phrase("the table has no outcomes")
NEITHER = phrase("the table has no scores and no outcomes")
ERRORS = NotChecked(
    topic=phrase("Who is wrongly flagged and who is missed"),
    because=NO_OUTCOMES,
    needs=(phrase("what was later recorded about each person, flagged or not"),),
)
MORE_PEOPLE = phrase("records on which the checks pass, with more people of each group")
LESS_HARMFUL = NotChecked(
    topic=phrase("Whether a less harmful rule would serve the same need"),
    because=phrase("the audit file names neither the need nor a loss that would be tolerated"),
    needs=(phrase("the need, how it is measured, and how much of it the board would give up"),),
)
UNNAMED = NotChecked(
    topic=phrase("Whether a subgroup that nobody named is treated worse"),
    because=phrase("the audit file asks for no search"),
    needs=(phrase("a section [subgroups] in the audit file"),),
)
BOUNDS = NotChecked(
    topic=phrase(
        "How far people of unknown group could change numbers by score or within equal circumstances"
    ),
    because=phrase("worst cases are worked out for rates and their comparisons, not for these numbers"),
    needs=(phrase("the group of every person"),),
)


def not_checked(
    audit: AuditFile,
    feedback: Feedback,
    *,
    membership_unknown: bool,
    metrics: frozenset[str],
    scales: bool = True,
) -> tuple[NotChecked, ...]:
    """List what was not checked, most important for a board first.

    Parameters
    ----------
    audit
        The audit file.
    feedback
        What the feedback test answered.
    membership_unknown
        Whether somebody's group is unknown in a declared dimension.
    metrics
        Names of what was measured with a number.
    scales
        Whether a place tool was measured with the areas drawn otherwise.
    """
    if audit.kind == "alert":
        return (*open_questions(audit), *_loop(feedback), CRIME)
    if audit.areas is not None:
        return _of_places(audit, feedback, scales=scales)
    loop = _loop(feedback)
    errors = () if audit.outcome else (ERRORS,)
    finer = any(name.endswith("_common_odds_ratio") or name == "outcome_rate_at_score" for name in metrics)
    bounds = (BOUNDS,) if membership_unknown and finer else ()
    scores = (*_same_score(audit, metrics), *_similar(audit, metrics))
    return (*errors, *loop, CRIME, *bounds, *scores, *_searches(audit, metrics))


def _searches(audit: AuditFile, metrics: frozenset[str]) -> tuple[NotChecked, ...]:
    """Name the two searches, for less harmful rules and for unnamed subgroups, where they left no number."""
    declared = {LESS_HARMFUL: audit.alternatives is not None, UNNAMED: audit.subgroups is not None}
    return tuple(
        replace(item, because=NO_NUMBER, needs=(MORE_PEOPLE,)) if declared[item] else item
        for item, start in ((LESS_HARMFUL, "alternative_"), (UNNAMED, "subgroup_"))
        if audit.stops is None and not any(name.startswith(start) for name in metrics)
    )


def _same_score(audit: AuditFile, metrics: frozenset[str]) -> tuple[NotChecked, ...]:
    if "outcome_rate_at_score" in metrics:
        return ()
    scores, outcomes = bool(audit.records.score), bool(audit.outcome)
    because = {(False, True): NO_SCORES, (True, False): NO_OUTCOMES, (False, False): NEITHER}
    needs: tuple[str, ...] = () if scores else (phrase("the tool's score of each person"),)
    needs += () if outcomes else (phrase("what was later recorded about each person"),)
    return (
        NotChecked(
            topic=SAME_SCORE,
            because=because.get((scores, outcomes), NO_NUMBER),
            needs=needs or (phrase("records on which that check passes, with more people of each group"),),
        ),
    )


def _similar(audit: AuditFile, metrics: frozenset[str]) -> tuple[NotChecked, ...]:
    if any(name.endswith("_common_odds_ratio") for name in metrics):
        return ()
    if audit.records.strata:
        needs = (phrase("groups and circumstances that overlap, with more people in each"),)
        return (NotChecked(topic=SIMILAR, because=NO_NUMBER, needs=needs),)
    needs = (
        phrase("a column of circumstances that neither police nor the tool made, named in the audit file"),
    )
    return (NotChecked(topic=SIMILAR, because=phrase("the audit file names no circumstances"), needs=needs),)


def _loop(feedback: Feedback) -> tuple[NotChecked, ...]:
    topic = phrase("Whether the tool would feed on records that its own use produces")
    if feedback.status == "measured":
        return ()
    return (NotChecked(topic=topic, because=feedback.because, needs=feedback.needs),)


ACCURACY = NotChecked(
    topic=phrase("Whether flags fall where incidents are"),
    because=phrase("the records have no outcomes"),
    needs=(phrase("incidents by area and period, from a source that does not depend on the tool"),),
)
SIZES = NotChecked(
    topic=phrase("Whether the findings hold with larger or smaller areas"),
    because=phrase("the audit knows too few neighbouring areas to draw larger ones"),
    needs=(phrase("boundaries or centroids of the areas"),),
)
PERSONS = NotChecked(
    topic=phrase("How individual residents are treated"),
    because=phrase("the data describe areas"),
    needs=(phrase("records of stops, searches or contacts with single persons"),),
)


MOVED = NotChecked(
    topic=phrase("Whether incidents moved next door"),
    because=phrase("the audit file names no areas where something was done, and none to compare them with"),
    needs=(
        phrase("treated, neighbouring and comparison areas, with days before and after ([displacement])"),
    ),
)
TRADE_OFF = NotChecked(
    topic=phrase("What it would cost if flags fell less on one group"),
    because=phrase("the audit file names no group whose share is capped"),
    needs=(phrase("a group, and the loss of hits that the board would tolerate ([frontier])"),),
)


def _of_places(audit: AuditFile, feedback: Feedback, *, scales: bool) -> tuple[NotChecked, ...]:
    accuracy = () if audit.records.outcome else (ACCURACY,)
    absent = {SIZES: not scales, TRADE_OFF: audit.frontier is None, MOVED: audit.displacement is None}
    others = tuple(item for item, holds in absent.items() if holds)
    return (*accuracy, *_loop(feedback), CRIME, PERSONS, *others)
