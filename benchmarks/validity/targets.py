"""What was promised of intervals and verdicts, and whether the worlds bear it out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.validity.running import Record
from benchmarks.validity.tables import Line, Row, Share, coverage, shares
from benchmarks.validity.words import SIMULTANEOUS, kind_of

ALLOWED = 3
"""Standard errors by which the worst of many worlds may stray from a target by chance alone."""
FILLED = 10
MOST = 0.05
Of = Callable[..., list[Record]]
Kinds = dict[tuple[str, ...], Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise and what was found."""

    promise: str
    found: str
    met: bool | None
    """None where it was not looked at."""


def targets(of: Of) -> Iterator[Target]:
    """Judge each promise."""
    people = of("rates", "outcomes")
    filled = _kinds(people, lambda size, _: size >= FILLED)
    equal = _kinds(people, lambda size, equal: size >= FILLED and equal)
    sparse = _kinds(people, lambda size, _: size < FILLED)
    yield _between("every expected count at least 10: mean coverage 94-97 %", filled)
    yield _lowest("the same: no world below 92 %", filled)
    yield _between("the same at zero difference: mean coverage 94-97 %", equal)
    yield _mean_least("sparser cells: mean coverage at least 92 %", sparse, least=0.92)
    yield _lowest("sparser cells: no world below 92 %", sparse)
    yield _mean_least("families and summaries of all groups: at least 94 %", _families(people), least=0.94)
    for verdict in ("does_not_meet", "meets"):
        found = list(shares(of("limits"), verdict))
        yield _at_most(f"exactly at a limit: `{verdict}` in at most 5 % of draws", found)
    for event in ("a required limit is not met", "an interval of a required limit leaves equality out"):
        yield _at_most(
            f"fair worlds, default policy: {event} in at most 5 %", list(shares(of("fair"), event))
        )
    yield _power(list(shares(of("power"), "found")))
    false = list(shares(of("screening"), "false among areas pointed out"))
    yield _at_most("areas pointed out falsely: at most 5 % of them", false)
    unnamed = list(shares(of("subgroups"), "a subgroup is confirmed"))
    yield _at_most("fair worlds: a subgroup that nobody named is confirmed in at most 5 %", unnamed)
    yield _at_most(
        "worlds that satisfy their assumption: bounds leave out the sample's value in at most 0.1 %",
        list(shares(of("bounds"), "bounds leave out the sample's value")), most=0.001,
    )  # fmt: skip
    yield _at_most(
        "the same: the range around the bounds leaves out the truth in at most 5 %",
        list(shares(of("bounds"), "range around the bounds leaves out the truth")),
    )
    yield from _designs(of("designs"))
    finer = _alone(of("finer"), lambda _: True)
    yield _between("scores, strata, follow-up: mean coverage 94-97 %", finer)
    gaps = _alone(of("places"), _is_gap)
    yield _between("places, gaps and ratios: mean coverage 94-97 %", gaps)
    yield _lowest("the same: no world below 92 %", gaps)
    levels = _alone(of("places"), lambda measure: not _is_gap(measure))
    yield _mean_least(
        "places, shares and means: at least 94 % (wide by design, see there)", levels, least=0.94
    )


def _designs(records: list[Record]) -> Iterator[Target]:
    words = "repeated people and audit samples"

    def filled(size: float) -> bool:
        return size >= FILLED

    yield _between(f"{words}, every expected count at least 10: 94-97 %", _sized(records, filled))
    yield _lowest("the same: no world below 92 %", _sized(records, filled))
    sparse = _sized(records, lambda size: not filled(size))
    yield _mean_least(f"{words}, sparser: at least 92 %", sparse, least=0.92)
    yield _mean_least(f"{words}, families and summaries: at least 94 %", _families(records), least=0.94)


def _is_gap(measure: str) -> bool:
    return measure.endswith(("_difference", "_ratio"))


def _alone(records: Iterable[Record], wanted: Callable[[str], bool]) -> Kinds:
    return coverage(
        records, lambda _, row: (f"`{row[0]}`",) if row[1] == "alone" and wanted(row[0]) else None
    )


def _sized(records: Iterable[Record], wanted: Callable[[float], bool]) -> Kinds:
    """Sort intervals of single numbers by measure; those that rest on every pair at once belong to families."""

    def key(_: Record, row: Row) -> tuple[str, ...] | None:
        alone = row[1] == "alone" and kind_of(row[0]) not in SIMULTANEOUS
        return (f"`{row[0]}`",) if alone and wanted(row[3]) else None

    return coverage(records, key)


def _kinds(records: Iterable[Record], wanted: Callable[[float, bool], bool]) -> Kinds:
    def key(_: Record, row: Row) -> tuple[str, ...] | None:
        measure, which, size, equal = row[0], row[1], row[3], row[4]
        kind = kind_of(measure)
        return (kind,) if which == "alone" and kind not in SIMULTANEOUS and wanted(size, equal) else None

    return coverage(records, key)


def _families(records: Iterable[Record]) -> Kinds:
    def key(_: Record, row: Row) -> tuple[str, ...] | None:
        measure, which, size = row[0], row[1], row[3]
        kind = kind_of(measure)
        joint = which == "family" or kind in SIMULTANEOUS
        return (f"{kind}, family" if which == "family" else kind,) if joint and size >= FILLED else None

    return coverage(records, key)


def _between(promise: str, kinds: Kinds) -> Target:
    if not kinds:
        return Target(promise=promise, found="", met=None)
    least, most = (end(kinds, key=lambda name: kinds[name].mean) for end in (min, max))
    met = all(0.94 <= line.mean <= 0.97 for line in kinds.values())
    return Target(promise=promise, found=f"{_of(least, kinds)} to {_of(most, kinds)}", met=met)


def _mean_least(promise: str, kinds: Kinds, *, least: float) -> Target:
    if not kinds:
        return Target(promise=promise, found="", met=None)
    worst = min(kinds, key=lambda name: kinds[name].mean)
    return Target(promise=promise, found=f"least: {_of(worst, kinds)}", met=kinds[worst].mean >= least)


def _lowest(promise: str, kinds: Kinds) -> Target:
    worst = {name: line.lowest for name, line in kinds.items() if line.lowest[0] >= 0}
    if not worst:
        return Target(promise=promise, found="", met=None)
    name = min(worst, key=lambda one: worst[one][0])
    value, error = worst[name]
    found = f"lowest: {100 * value:.1f} ± {200 * error:.1f} ({name[0]})"
    return Target(promise=promise, found=found, met=value + ALLOWED * error >= 0.92)


def _at_most(promise: str, found: list[Share], *, most: float = MOST) -> Target:
    if not found:
        return Target(promise=promise, found="", met=None)
    missed = [one for one in found if one.value - ALLOWED * one.error > most]
    worst = max(missed or found, key=lambda one: one.value)
    words = f"most: {100 * worst.value:.1f} ± {200 * worst.error:.1f} ({worst.world})"
    if missed:
        words = f"in {len(missed)} of {len(found)} worlds more; {words}"
    return Target(promise=promise, found=words, met=not missed)


def _power(found: list[Share]) -> Target:
    promise = "at the smallest detectable disparity: found in at least 80 % of draws"
    if not found:
        return Target(promise=promise, found="", met=None)
    worst = min(found, key=lambda one: one.value)
    words = f"least: {100 * worst.value:.1f} ± {200 * worst.error:.1f}"
    return Target(promise=promise, found=words, met=worst.value + ALLOWED * worst.error >= 0.80)


def _of(name: tuple[str, ...], kinds: Kinds) -> str:
    line = kinds[name]
    return f"{100 * line.mean:.1f} ± {200 * line.mean_error:.1f} ({name[0]})"
