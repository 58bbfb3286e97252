"""What looks wrong in printed rates and ratios: above 1, mixed with per cent, upside down, or not what their counts give."""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from auditkit.errors import shown
from auditkit.examine import words as w
from auditkit.examine.meanings import Guess
from auditkit.examine.printed import Printed, counts, exact, label, quotient, read_printed
from auditkit.examine.tables import Candidate, totals
from auditkit.results.examination import Remark

Numbers = list[Printed | None]
_FEW = 3


def rate_remarks(table: Candidate) -> Iterator[Remark]:
    """Look at every column of rates and ratios."""
    for one in table.of("rate", "coverage"):
        yield from _scale(table, one)
        yield from _recounted(table, one)
    yield from _parts_above(table)
    for one in table.of("ratio"):
        yield from _ratio(table, one)


def _remark(table: Candidate, code: str, found: str, ask: str) -> Remark:
    return Remark(code=code, file=table.opened.file, found=found, ask=ask)


def _scale(table: Candidate, one: Guess) -> Iterator[Remark]:
    """Look for rates that cannot be, and for shares and per cent in one column."""
    numbers = {row: number for row, number in enumerate(_read(table, one)) if number is not None}
    above = [row for row, number in numbers.items() if number.value > 1]
    beyond = [row for row, number in numbers.items() if number.value > 100 or number.value < 0]
    shares = [row for row, number in numbers.items() if 0 < number.value < 1]
    if beyond or (above and len(above) < 0.5 * len(numbers) and max(numbers[row].value for row in above) < 2):
        rows = shown([label(table, row) for row in beyond or above], most=_FEW)
        found = f"column {shown([one.name])} holds rates below 0 or above 1 (100 %), for {rows}."
        yield _remark(table, "rate-above-one", found, "Ask what was counted above and below the line.")
    elif above and shares and max(numbers[row].value for row in above) >= 2:
        few = shares if len(shares) <= len(above) else above
        rows = shown([label(table, row) for row in few], most=_FEW)
        found = f"column {shown([one.name])} seems to mix shares (0 to 1) and per cent (0 to 100); look at {rows}."
        yield _remark(table, "percent-and-share", found, "Ask for one scale, or for the counts.")


def _read(table: Candidate, one: Guess) -> Numbers:
    return read_printed(table.opened.cells[one.name])


def _recounted(table: Candidate, one: Guess) -> Iterator[Remark]:
    """Compare a rate with the counts that stand beside it."""
    pair = totals(table)
    if pair is None or len(table.of("rate")) > 1:
        return
    printed = _read(table, one)
    hundred = 100 if any(number and number.value > 1 for number in printed) else 1
    off = []
    parts = zip(printed, counts(table, pair[0].name), counts(table, pair[1].name), strict=True)
    for row, (number, part, whole) in enumerate(parts):
        if number is None or part is None or not whole:
            continue
        if not number.meets(hundred * part / whole, hundred * part / whole):
            off.append(f"{label(table, row)}: {number.value:g}, by its counts {hundred * part / whole:.4g}")
    if off:
        found = f"column {shown([one.name])} is not what {shown([part.name for part in pair])} give: {shown(off, most=_FEW)}."
        yield _remark(table, "rate-not-its-counts", found, "Ask which counts the rate was made from.")


def _parts_above(table: Candidate) -> Iterator[Remark]:
    """Look for more flagged people than people."""
    pair = totals(table)
    if pair is None:
        return
    both = zip(counts(table, pair[0].name), counts(table, pair[1].name), strict=True)
    above = [
        row
        for row, (part, whole) in enumerate(both)
        if part is not None and whole is not None and part > whole
    ]
    if above:
        rows = shown([label(table, row) for row in above], most=_FEW)
        found = f"{shown([pair[0].name])} is larger than {shown([pair[1].name])}, a rate above 1, for {rows}."
        yield _remark(
            table, "rate-above-one", found, "Ask whether the columns are swapped, or count different people."
        )


def _ratio(table: Candidate, one: Guess) -> Iterator[Remark]:
    printed = _read(table, one)
    rates = [(other, _read(table, other)) for other in table.of("rate")]
    for (above, over), (below, under) in permutations(rates, 2):
        if (
            _named_first(one, above, below)
            and _all(printed, _divided(under, over))
            and not _all(printed, _divided(over, under))
        ):
            found = f"{shown([one.name])} is {shown([below.name])} over {shown([above.name])}; its name says the inverse."
            yield _remark(
                table, "ratio-inverted", found, "Say which group stands above the line before quoting it."
            )
            return
    if len(rates) <= 1:
        yield from _ratio_to_reference(table, one, printed, _base(table, rates))


def _named_first(ratio: Guess, above: Guess, below: Guess) -> bool:
    """Tell whether the ratio's name puts one rate before the other, as in `black_white_ratio`."""
    order = w.words(ratio.name)
    first = [order.index(word) for word in above.profile.words - below.profile.words if word in order]
    second = [order.index(word) for word in below.profile.words - above.profile.words if word in order]
    return bool(first and second) and min(first) < min(second)


def _divided(above: Numbers, below: Numbers) -> list[tuple[float, float] | None]:
    return [quotient(a, b) if a and b else None for a, b in zip(above, below, strict=True)]


def _all(printed: Numbers, expected: Sequence[tuple[float, float] | None]) -> bool:
    """Tell whether every printed number fits what was expected of it, and something was."""
    pairs = [(number, limits) for number, limits in zip(printed, expected, strict=True) if number and limits]
    return bool(pairs) and all(number.meets(*limits) for number, limits in pairs)


def _base(table: Candidate, rates: list[tuple[Guess, Numbers]]) -> Numbers:
    """Return the rates that a column of ratios was made from: printed ones, or those of the counts."""
    if rates:
        scaled = [number for number in rates[0][1] if number]
        hundred = 100 if any(number.value > 1 for number in scaled) else 1
        return [
            number and Printed(number.value / hundred, number.low / hundred, number.high / hundred)
            for number in rates[0][1]
        ]
    pair = totals(table)
    if pair is None:
        return []
    both = zip(counts(table, pair[0].name), counts(table, pair[1].name), strict=True)
    return [exact(part / whole) if part is not None and whole else None for part, whole in both]


def _ratio_to_reference(table: Candidate, one: Guess, printed: Numbers, rates: Numbers) -> Iterator[Remark]:
    """Compare ratios with rates over the rate of the row whose ratio is 1."""
    ones = [
        row for row, number in enumerate(printed) if number and number.value == 1 and rates and rates[row]
    ]
    if not ones:
        return
    forms = {
        "": quotient,
        "ratio-inverted": lambda rate, reference: quotient(reference, rate),
        "ratio-of-favourable-rates": lambda rate, reference: quotient(_rest(rate), _rest(reference)),
    }  # fmt: skip
    fits = [
        code for code, form in forms.items() if any(_all(printed, _form(rates, row, form)) for row in ones)
    ]
    reference = label(table, ones[0])
    if not fits:
        found = f"{shown([one.name])} does not follow from the rates beside it, whichever way it is read."
        yield _remark(table, "ratio-not-its-rates", found, "Ask which two numbers were divided.")
    elif fits[0] == "ratio-inverted":
        found = f"{shown([one.name])} is the rate of '{reference}' over that of each group: the inverse of what readers expect."
        yield _remark(table, "ratio-inverted", found, "Divide the group's rate by the reference, or say so.")
    elif fits[0] == "ratio-of-favourable-rates":
        found = f"{shown([one.name])} compares those who were not flagged, not those who were."
        ask = "Neither is the inverse of the other. Ask which one is meant, and print both."
        yield _remark(table, "ratio-of-favourable-rates", found, ask)


def _rest(rate: Printed) -> Printed:
    return Printed(1 - rate.value, 1 - rate.high, 1 - rate.low)


def _form(
    rates: Numbers, reference: int, form: Callable[[Printed, Printed], tuple[float, float] | None]
) -> list[tuple[float, float] | None]:
    base = rates[reference]
    return [form(rate, base) if rate and base else None for rate in rates]
