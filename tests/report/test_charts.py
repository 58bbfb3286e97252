"""Where dots, ranges and marks of an axis go; and that the tables of findings have their picture."""

from typing import Any

import pytest

from auditkit.report.charts import Chart, dots, pairs, point, rate_chart
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


def figure(text: str, item: MeasurementRecord) -> tuple[str, MeasurementRecord]:
    return text, item


def test_two_numbers_share_a_row_and_an_axis() -> None:
    rows = [
        ("a", figure("218", number(0.218, (0.2, 0.24))), figure("144", number(0.144, None))),
        ("b", figure("100", number(0.1, (None, None))), None),
        ("c", None, figure("50", number(0.05, None))),
    ]

    chart = pairs(rows, share=False, scale=1000.0, reference=125.0)

    # 240 of 1,000 is the end; the step is 50 and the axis ends at 250: 8 + 344 * 218 / 250 = 307.968, and so on
    assert chart is not None
    assert [tick.value for tick in chart.ticks] == [0, 50, 100, 150, 200, 250]
    both, alone = chart.marks  # a row without the first number is left out
    assert (both.low, both.x, both.high, both.text) == (283.2, 308.0, 338.2, "218")
    assert both.second is not None
    assert both.second.low == both.second.x == both.second.high == 206.1
    assert both.second.text == "144"
    assert (alone.low, alone.x, alone.high, alone.second) == (145.6, 145.6, 145.6, None)
    assert chart.reference == 180.0
    assert chart.tall


def test_rows_without_any_second_number_are_no_pairs() -> None:
    assert pairs([("a", figure("1", number(0.5, None)), None)]) is None


@pytest.mark.parametrize(
    ("value", "ends", "share", "marks"),
    [
        (-1.5, (-3.0, 1.0), False, [-3, -2, -1, 0, 1]),
        (-0.02, (-0.04, None), True, [-0.04, -0.02, 0, 0.02]),
        (0.3, (0.1, 0.4), True, [0, 0.1, 0.2, 0.3, 0.4]),
        (-0.5, (-1.2, 0.3), True, [-1.5, -1, -0.5, 0, 0.5]),
    ],
)
def test_an_axis_reaches_below_zero_where_numbers_do(
    value: float, ends: tuple[float, float | None], share: bool, marks: list[float]  # noqa: FBT001  # as the chart takes it
) -> None:  # fmt: skip
    chart = rate_chart((point("a", "", value, ends),), reference=0.0, share=share)

    assert [tick.value for tick in chart.ticks] == pytest.approx(marks)
    zero = 8 + 344 * (0 - marks[0]) / (marks[-1] - marks[0])
    assert chart.reference == pytest.approx(zero, abs=0.06)
    assert 8 <= chart.marks[0].low <= chart.marks[0].x <= chart.marks[0].high <= 352
