"""What each column seems to hold, by its name and its values: guesses, each with its reason."""

from collections.abc import Callable
from dataclasses import dataclass

from auditkit.examine import words as w
from auditkit.examine.profiles import Profile
from auditkit.results.examination import Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column was taken for."""

    profile: Profile
    meaning: Meaning
    reason: str

    @property
    def name(self) -> str:
        """The column's name."""
        return self.profile.name


def binary(profile: Profile) -> bool:
    """Tell whether a column says yes and no in words that are known."""
    values = {w.plain(value) for value in profile.values}
    return 1 <= len(values) <= 2 and values <= w.YES | w.NO


def yes_values(profile: Profile) -> tuple[str, ...]:
    """Return the values of a yes-or-no column that mean yes."""
    return tuple(value for value in profile.values if w.plain(value) in w.YES)


def no_values(profile: Profile) -> tuple[str, ...]:
    """Return the values of a yes-or-no column that mean no."""
    return tuple(value for value in profile.values if w.plain(value) in w.NO)


def group_of_residents(name: str) -> str | None:
    """Name the group of residents that a column of a census table counts, if its name says so."""
    found = set(w.words(name))
    return next((group for group, known in w.RESIDENT_GROUPS.items() if found & known), None)


def dimension(profile: Profile) -> str | None:
    """Name the way of dividing people that a column holds, if its name says so."""
    return next((name for name, known in w.GROUPS.items() if profile.words & known), None)


def _few(profile: Profile) -> bool:
    return len(profile.values) >= 1 and profile.distinct < max(profile.filled, 2)


def _counts(profile: Profile) -> bool:
    """Tell whether a column may hold counts: whole numbers, and marks where one was withheld."""
    marks = sum(1 for value in profile.values if w.MARKS.match(w.plain(value)))
    return (
        profile.filled > 0
        and profile.whole + (marks and profile.filled - profile.numbers) >= 0.95 * profile.filled
    )


def _numeric(profile: Profile) -> bool:
    return profile.mostly(profile.numbers)


def _dated(profile: Profile) -> bool:
    return profile.mostly(profile.dates) or profile.mostly(profile.other_dates)


def _within_one(profile: Profile) -> bool:
    return _numeric(profile) and (profile.least or 0) >= 0 and (profile.most or 0) <= 1


def _groups_people(profile: Profile) -> bool:
    aged = dimension(profile) != "age" or not _numeric(profile)
    return dimension(profile) is not None and bool(profile.values) and aged and not _rated(profile)


def _rated(profile: Profile) -> bool:
    return bool(profile.words & (w.RATE | w.RATIO))


def _scored(profile: Profile) -> bool:
    return _numeric(profile) and profile.distinct > 2


def _identifies(profile: Profile) -> bool:
    return profile.distinct == profile.filled and profile.blanks == 0 and not _rated(profile)


RULES: tuple[tuple[Meaning, frozenset[str], Callable[[Profile], bool], str], ...] = (
    ("latitude", w.LATITUDE, _numeric, "its name says latitude, and it holds numbers"),
    ("longitude", w.LONGITUDE, _numeric, "its name says longitude, and it holds numbers"),
    ("ratio", w.RATIO, _numeric, "its name says ratio"),
    ("coverage", w.COVERAGE, _within_one, "its name says coverage, and it holds shares"),
    ("rate", w.RATE, lambda profile: profile.numbers > 0, "its name says rate or share"),
    ("time", w.TIME, _dated, "its name says time, and it holds dates"),
    ("score", w.SCORE, _scored, "its name says score, and it holds numbers"),
    (
        "decision",
        w.DECISION | w.SCORE,
        binary,
        "its name says that somebody was picked, and it says yes or no",
    ),
    ("outcome", w.OUTCOME, binary, "its name says what was recorded later, and it says yes or no"),
    (
        "disposition",
        w.DISPOSITION | w.OUTCOME,
        _few,
        "its name says what became of an alert, and it has few values",
    ),
    ("residents", w.RESIDENTS, _counts, "its name says residents, and it holds whole numbers"),
    ("id", w.ID, _identifies, "its name says identifier, and no value stands twice"),
    ("area", w.AREA, lambda profile: profile.filled > 0, "its name says area"),
    ("incidents", w.INCIDENTS, _counts, "its name says incidents, and it holds whole numbers"),
    ("count", w.COUNT, _counts, "its name says count, and it holds whole numbers"),
    ("flagged", w.FLAGGED, _counts, "its name says how many were flagged, and it holds whole numbers"),
    ("whole", w.WHOLE, _counts, "its name says of how many, and it holds whole numbers"),
)
"""What a column is taken for: the first line of which its name holds a word and its values fit."""


def guess(profile: Profile) -> Guess:
    """Say what a column seems to hold, and why."""
    meaning, reason = _meaning(profile)
    return Guess(profile=profile, meaning=meaning, reason=reason)


def _meaning(profile: Profile) -> tuple[Meaning, str]:
    if profile.personal:
        return "personal", "its name or its values may name people"
    if cell := _cell(profile):
        return cell, "its name is that of a cell of a confusion matrix"
    ranked = bool(profile.words & w.NOT_NUMBERS)
    found = (
        (meaning, reason)
        for meaning, known, fits, reason in RULES
        if profile.words & known and not ranked and fits(profile)
    )
    return _people(profile) or next(found, ("unknown", "neither its name nor its values say what it is"))


def _people(profile: Profile) -> tuple[Meaning, str] | None:
    """Recognise groups: as columns of residents, or by their values."""
    if group_of_residents(profile.name) and _numeric(profile) and not _rated(profile):
        return "resident_group", "its name is that of a group, and it holds numbers"
    if _groups_people(profile):
        return "group", f"its name says {dimension(profile)}, and it has {profile.distinct} values"
    return None


def _cell(profile: Profile) -> Meaning | None:
    name = " ".join(w.words(profile.name))
    cells: tuple[Meaning, ...] = ("tn", "fp", "fn", "tp")
    return next((cell for cell in cells if name in w.CELLS[cell] and _counts(profile)), None)
