"""Where dots, ranges and marks of an axis go; and that the tables of findings have their picture."""

from typing import Any

import pytest

from auditkit.report.charts import Chart, dots
from auditkit.results.document import MeasurementRecord


def number(value: float | None, interval: tuple[float | None, float | None] | None) -> MeasurementRecord:
    empty: dict[str, Any] = dict.fromkeys(
        ("stratum", "against", "interval_90", "interval_family", "method", "numerator", "denominator", "bounds", "reason")
    )  # fmt: skip
    return MeasurementRecord(
        id="rate/everyone", metric="rate", dimension="", group={}, status="estimated", value=value,
        interval=interval, **empty,
    )  # fmt: skip


def drawn(*items: MeasurementRecord, **how: Any) -> Chart:
    found = dots((("a", "b", item) for item in items), **how)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("top", "marks"),
    [  # at most five steps of 1, 2 or 5 times a power of ten
        (19.7, [0, 5, 10, 15, 20]),
        (0.34, [0, 0.1, 0.2, 0.3, 0.4]),
        (5.0, [0, 1, 2, 3, 4, 5]),
        (620.0, [0, 200, 400, 600, 800]),
    ],
)
def test_an_axis_of_numbers_has_round_steps_and_holds_every_range(top: float, marks: list[float]) -> None:
    chart = drawn(number(top / 2, (0.0, top)), share=False)

    assert [tick.value for tick in chart.ticks] == pytest.approx(marks)
    assert chart.marks[0].high <= chart.right


def test_dots_and_ranges_lie_where_their_numbers_are() -> None:
    chart = drawn(number(5.0, (2.5, 20.0)), number(10.0, None), share=False)

    # the axis is 360 - 8 - 8 = 344 wide, and 20 is its end: 8 + 344 * 5 / 20 = 94, and so on
    first, alone = chart.marks
    assert (first.low, first.x, first.high) == (51.0, 94.0, 352.0)
    assert alone.low == alone.x == alone.high == 180.0


def test_an_axis_of_shares_ends_at_one() -> None:
    chart = drawn(number(0.9, (0.8, None)), reference=0.5)

    assert (chart.ticks[-1].value, chart.marks[0].high, chart.reference) == (1.0, 352.0, 180.0)


def test_without_any_range_nothing_is_drawn() -> None:
    assert dots([("a", "b", number(0.5, None)), ("c", "", number(None, None))]) is None
    assert dots([]) is None
