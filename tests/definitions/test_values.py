"""A value is compared in one way, whether one value is read from TOML or a whole column is rewritten by the engine."""

from collections.abc import Iterator

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.definitions.values import canonical
from auditkit.results import rows


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def in_the_engine(engine: ibis.BaseBackend, texts: list[str]) -> list[str | None]:
    table = ibis.memtable({"place": list(range(len(texts))), "text": texts})
    read = table.select(table.place, text=rows.canonical(table.text)).order_by("place")
    return [row["text"] for row in engine.to_pyarrow(read).to_pylist()]


NUMERAL = st.from_regex(r"[ ]?[+-]?[0-9]{1,6}(\.[0-9]{0,6})?[ ]?", fullmatch=True)
MIXED = st.text(alphabet="0012.+-aeEN/ \t\r\n", max_size=10)
ANYTHING = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(NUMERAL | MIXED | ANYTHING, min_size=1, max_size=40))
def test_a_column_is_rewritten_as_single_values_are(engine: ibis.BaseBackend, texts: list[str]) -> None:
    assert in_the_engine(engine, texts) == [canonical(text) for text in texts]


@given(text=MIXED)
def test_a_canonical_value_stays_as_it_is(text: str) -> None:
    once = canonical(text)

    assert once is None or canonical(once) == once


@given(number=st.integers(-(10**9), 10**9), places=st.integers(0, 4), zeros=st.integers(0, 3))
def test_numerals_of_one_value_are_one_value(number: int, places: int, zeros: int) -> None:
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    padded = f"{sign}{'0' * zeros}{digits}" + ("." + "0" * places if places else "")

    assert canonical(padded) == str(number)


@pytest.mark.parametrize(
    "text", ["1e3", "0x1", "1,000", "\u0661", "--1", ".5", "1.2.3", "NaN", "inf", "NO", "false"]
)
def test_what_is_no_plain_numeral_stays_text(text: str) -> None:
    assert canonical(text) == text


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\v", "\f"])
def test_one_value_and_a_column_trim_the_same_blanks(blank: str, engine: ibis.BaseBackend) -> None:
    texts = [f"{blank}A{blank}", f"{blank}01", blank]

    assert in_the_engine(engine, texts) == [canonical(text) for text in texts]
