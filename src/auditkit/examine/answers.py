"""What can be concluded from the tables that there are, what cannot, why, and what to ask for next."""

from collections.abc import Iterator
from dataclasses import replace

from auditkit.errors import shown
from auditkit.examine.choosing import Choice
from auditkit.examine.place_draft import resident_total, residents_by_group
from auditkit.examine.tables import Candidate
from auditkit.results.examination import Answer

CRIME = Answer(
    question="Does the tool reduce crime?", possible=False,
    why="No table of what a tool flags can say so, however accurate the tool is.",
    ask="A study that compares places or people with and without the tool.",
)  # fmt: skip
LOOP_OF_PEOPLE = Answer(
    question="Would the tool feed on records that its own use produces?", possible=False,
    why="That depends on how often incidents are recorded with and without the tool, and no table here says so.",
    ask="Rates of detection, or records that say whether police or others reported them ([feedback]).",
)  # fmt: skip
LOOP_OF_PLACES = Answer(
    question="Would the tool feed on records that its own use produces?", possible=False,
    why="It needs what the tool learned from, with how each record came about.",
    ask="Dated records by area that say whether the public or police reported them ([history]).",
)  # fmt: skip
LOOP_WITH_PAST = replace(
    LOOP_OF_PLACES, why="There are past incidents, which the tool may have learned from. How each came to be recorded is lacking.",
    ask="Whether the public or police reported each incident, and which of them the tool was trained on ([history] source).",
)  # fmt: skip
RESIDENTS = Answer(
    question="How are individual residents treated?", possible=False,
    why="Numbers of areas describe areas. Who in an area is stopped does not follow from them.",
    ask="Records of stops or searches with the group of each person.",
)  # fmt: skip


def answers(choice: Choice | None, tables: tuple[Candidate, ...]) -> tuple[Answer, ...]:
    """Answer the questions of an audit of this type of tool with yes or no, each with its reason."""
    if choice is None:
        return tuple(_nothing(tables))
    by_kind = {"person": _of_people, "place": _of_places, "alert": _of_alerts}
    return (*by_kind[choice.kind](choice), CRIME)


def _answer(question: str, *, possible: bool, yes: str, no: str, ask: str) -> Answer:
    return Answer(
        question=question, possible=possible, why=yes if possible else no, ask="" if possible else ask
    )


def _nothing(tables: tuple[Candidate, ...]) -> Iterator[Answer]:
    kinds = {table.kind[0] for table in tables}
    if "rates" in kinds:
        why = "Rates alone have no counts: nobody can say how sure they are, or what they leave out."
        ask = "The counts behind each rate: how many of how many, by group."
    elif "areas" in kinds:
        why = "There are areas and residents, and nothing that says where flags fell."
        ask = "Predictions or flags by area, and by day if there are."
    else:
        why = "No table has groups with a decision or an outcome, or areas with flags."
        ask = "For each group or area: how many were flagged, of how many, and what came of it."
    yield Answer(question="Can anything be audited?", possible=False, why=why, ask=ask)


def _of_people(choice: Choice) -> Iterator[Answer]:
    table = choice.records
    kind = table.kind[0]
    decided = kind in {"confusion", "totals"} or bool(table.of("decision", "score"))
    yield _answer(
        "How often is each group flagged?", possible=decided and bool(table.groups),
        yes=f"There are decisions by {_named(table)}.", no="No column says who was flagged.",
        ask="The decision of the tool for each person, or counts of flagged people by group.",
    )  # fmt: skip
    yield _answer(
        "Who is wrongly flagged, and who is missed?", possible=kind == "confusion" or (decided and bool(table.of("outcome"))),
        yes="There is an outcome. It is what somebody recorded, which need not be what happened.",
        no="No outcome was recorded independently of the tool (NE-TRUTH).",
        ask="For each group: flagged and unflagged people, with and without the outcome.",
    )  # fmt: skip
    yield _answer(
        "Does a score mean the same in every group?", possible=kind == "people" and bool(table.of("score") and table.of("outcome")),
        yes="There are scores and outcomes of people.", no="It needs the score and the outcome of each person (NE-RECORDS).",
        ask="Rows of people without names: score, outcome and group.",
    )  # fmt: skip
    yield LOOP_OF_PEOPLE


def _named(table: Candidate) -> str:
    return shown([one.name for one in table.groups])


def _of_places(choice: Choice) -> Iterator[Answer]:
    yield _exposure(choice, "How many flags fall where the residents of each group live?")
    table = choice.records
    incidents = table.kind[0] == "forecasts" and bool(table.of("incidents"))
    yield _answer(
        "Do flags fall where incidents are, and better than simple counting?", possible=incidents,
        yes="There are incidents in the same areas and periods. They are records, not crime.",
        no="No outcome stands beside the flags (NE-TRUTH).",
        ask="Incidents by area and period, unflagged areas too, and who recorded them.",
    )  # fmt: skip
    yield LOOP_OF_PLACES if choice.past is None else LOOP_WITH_PAST
    yield RESIDENTS


def _exposure(choice: Choice, question: str) -> Answer:
    groups = {} if choice.areas is None else residents_by_group(choice.areas)
    total = None if choice.areas is None else resident_total(choice.areas, groups)
    return _answer(
        question, possible=bool(groups) and total is not None,
        yes=f"There are residents by group: {shown(groups)}. This describes areas, not single people.",
        no="No table has residents of the areas by group (NE-GROUP).",
        ask="Residents by group for the same areas, from the census, with the year.",
    )  # fmt: skip


def _of_alerts(choice: Choice) -> Iterator[Answer]:
    table = choice.records
    yield _answer(
        "How many alerts were right?", possible=bool(table.of("disposition", "outcome")),
        yes="There is a disposition. An alert without evidence is unconfirmed, which is not false.",
        no="Nothing says what became of an alert (NE-TRUTH).", ask="The disposition of each alert, and who wrote it.",
    )  # fmt: skip
    yield _exposure(choice, "Who lives where the alerts are?")
    covered = choice.areas is not None and bool(choice.areas.of("coverage"))
    yield _answer(
        "Do areas differ in alerts, or only in sensors?", possible=covered, yes="There is the covered share of each area.",
        no="Without a map of the sensors, no alert may mean no sensor (NE-STRUCT).",
        ask="Where the sensors stand, or the covered share of each area, and when they were on.",
    )  # fmt: skip
    yield Answer(
        question="What did the system miss?", possible=False, why="It needs events that are known from elsewhere.",
        ask="A list of known events with their area and time, such as hospital records ([events]).",
    )  # fmt: skip
    yield Answer(
        question="What do alerts lead to?", possible=False, why="No column was recognised that links stops or arrests to alerts.",
        ask="Stops, searches and arrests after each alert, and the rule that links them ([actions]).",
    )  # fmt: skip
