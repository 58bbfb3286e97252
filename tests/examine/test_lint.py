"""Each thing that can look wrong in a published table is found, and is not found where nothing is wrong."""

from pathlib import Path

import pytest

from auditkit.examine.examining import examine
from auditkit.examine.printed import read_printed
from auditkit.results.examination import Remark


def remarks(folder: Path, *tables: str) -> dict[str, Remark]:
    paths = []
    for place, text in enumerate(tables):
        paths.append(folder / f"table{place}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return {remark.code: remark for remark in examine(paths).remarks}


SOUND = (
    "race,flagged,people,flag rate,ratio\nA,40,100,0.40,2.00\nB,20,100,0.20,1.00\nC,31,99,0.31,1.57\n",
    "race,TN,FP,FN,TP,n\nA,400,100,80,120,700\nB,300,100,80,120,600\nC,10,20,30,40,100\n",
    "geoid,pop,black,white,predictions\n1,100,40,60,7\n2,100,30,70,5\n3,200,100,100,3\n",
    "race,black_rate,white_rate,black_white_ratio\nNorth,0.4,0.2,2.0\nSouth,0.3,0.1,3.0\n",
    "race,percent flagged\nA,12.5\nB,99.0\nC,0.5\nD,40\n",
)


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_table_has_no_remarks(text: str, tmp_path: Path) -> None:
    found = remarks(tmp_path, text)

    # a column of per cent may hold half a per cent: only whoever made it knows, so it is asked
    assert set(found) == ({"percent-and-share"} if "percent" in text else set())


WRONG = (
    ("rate-above-one", "race,flagged,people\nA,12,10\nB,3,10\n", "'flagged' is larger than 'people', a rate above 1, for 'A'"),
    ("rate-above-one", "race,rate\nA,1.2\nB,0.3\nC,0.4\n", "rates below 0 or above 1 (100 %), for 'A'"),
    ("rate-above-one", "race,rate\nA,-0.1\nB,0.3\nC,0.4\n", "for 'A'"),
    ("rate-above-one", "race,percent\nA,104.0\nB,30\nC,40\n", "for 'A'"),
    ("percent-and-share", "race,tasa\nA,0.45\nB,23.4\nC,21.5\nD,14.8\n", "look at 'A'"),
    # 40 of 100 is 0.40, not 0.45
    ("rate-not-its-counts", "race,flagged,people,rate\nA,40,100,0.45\nB,20,100,0.20\n", "'A: 0.45, by its counts 0.4'"),
    # white over Black under a name that says Black over white
    ("ratio-inverted", "race,black_rate,white_rate,black_white_ratio\nN,0.4,0.2,0.5\nS,0.3,0.1,0.33\n", "the inverse"),
    # B is the reference with 1; A's 0.40 over 0.20 would be 2, and 0.5 is printed
    ("ratio-inverted", "race,flagged,people,ratio\nA,40,100,0.50\nB,20,100,1.00\nC,30,100,0.67\n", "'B' over that of each group"),
    # (1 - 0.4) / (1 - 0.2) = 0.75 and (1 - 0.3) / (1 - 0.2) = 0.875: the favourable form of the four-fifths rule
    ("ratio-of-favourable-rates", "race,flagged,people,ratio\nA,40,100,0.75\nB,20,100,1.00\nC,30,100,0.875\n", "not flagged"),
    ("ratio-not-its-rates", "race,flagged,people,ratio\nA,40,100,3.1\nB,20,100,1.0\nC,30,100,7.7\n", "does not follow"),
    ("total-row", "race,k,n\nA,10,100\nB,20,200\nTotal,30,300\n", "looks like a total: 'Total'"),
    ("total-row", "raza,k,n\nNegra,10,100\nBlanca,20,200\nTodos,30,300\n", "'Todos'"),
    # unnamed, and equal to the sum of the other three in both columns: 60 = 10 + 20 + 30, 600 = 100 + 200 + 300
    ("total-row", "race,k,n\nA,10,100\nB,20,200\nC,30,300\nCounty,60,600\n", "'County'"),
    # 10 + 20 = 30, and 35 is stated
    ("total-not-sum", "race,k,n\nA,10,101\nB,20,202\nTotal,35,303\n", "'k: 35 stated, 30 by its rows'"),
    # 400 + 100 + 80 + 120 = 700
    ("parts-not-whole", "race,TN,FP,FN,TP,n\nA,400,100,80,120,710\nB,3,1,8,2,14\n", "'A: 710 stated, 700 by its cells'"),
    ("parts-not-whole", "geoid,pop,black,white,preds\n" + "".join(f"{i},{99 if i == 3 else 100},40,60,1\n" for i in range(30)), "in 1 areas, such as '3'"),
    # 60 of 400 residents are in neither column
    ("residents-left-out", "geoid,pop,black,white,preds\n1,100,40,40,7\n2,100,30,60,5\n3,200,70,100,3\n", "15% of residents"),
    ("counted-twice", "race,k,n\nA,1,10\nB,2,10\nC,2,10\nD,4,10\nA,1,10\n", "more than once for 'A'"),
    ("withheld-cells", "race,TN,FP,FN,TP\nA,400,100,<10,120\nB,300,100,*,120\n", "2 cells hold '*', '<10'"),
    ("numbers-as-text", 'race,n\nA,"1,234"\nB,"2,345"\n', "columns 'n' hold numbers with commas"),
    ("empty-rows", "race,k,n\n,,\nA,1,10\nB,2,10\n", "1 rows hold nothing at all"),
    ("outcome-for-some", "id,race,flagged,outcome\n1,A,1,1\n2,B,0,\n3,A,0,\n4,B,1,0\n", "more than a fifth"),
    ("arrest-as-outcome", "id,race,flagged,rearrested\n1,A,1,1\n2,B,0,0\n3,A,0,1\n", "seem to hold arrests"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "found"), WRONG, ids=[f"{code}-{at}" for at, (code, *_) in enumerate(WRONG)]
)
def test_what_looks_wrong_is_found_and_named(code: str, text: str, found: str, tmp_path: Path) -> None:
    remark = remarks(tmp_path, text)[code]

    assert found in remark.found
    assert remark.ask


def test_totals_that_are_off_by_rounding_are_left_alone(tmp_path: Path) -> None:
    # counts rounded to 10: 12 + 14 + 14 = 40 may be printed as 10 + 10 + 10 and 40
    found = remarks(tmp_path, "race,k,n\nA,10,110\nB,10,220\nC,10,330\nTotal,40,660\n")

    assert "total-not-sum" not in found


def test_withheld_parts_may_be_missing_from_a_sum_but_not_exceed_it(tmp_path: Path) -> None:
    within = remarks(tmp_path, "race,k,n\nA,11,101\nB,<10,202\nC,3,303\nTotal,19,606\n")
    beyond = remarks(tmp_path, "race,k,n\nA,11,101\nB,<10,202\nC,13,303\nTotal,19,606\n")

    assert "total-not-sum" not in within
    assert "total-not-sum" in beyond


def test_groups_of_one_table_that_another_lacks_are_named(tmp_path: Path) -> None:
    found = remarks(
        tmp_path, "race,k,n\nBlack,1,10\nWhite,2,10\nAsian,1,10\n", "race,k,n\nblack,1,10\nWhite,2,10\n"
    )

    assert found["group-in-one-table"].found == "groups of race that 'table1.csv' does not have: 'asian'."


def test_areas_that_the_other_table_lacks_are_counted(tmp_path: Path) -> None:
    found = remarks(
        tmp_path, "geoid,preds\n1,5\n2,6\n3,7\n9,8\n", "geoid,pop,black,white\n1,9,4,5\n2,9,4,5\n3,9,4,5\n"
    )

    assert found["areas-unmatched"].found.startswith("25% of the areas in 'geoid'")


def test_a_printed_number_stands_for_the_range_it_was_rounded_from() -> None:
    found = read_printed(["0.4", "0.25", "45%", "1,234", "<10", None])

    # two decimals in the column, so 0.4 is 0.40: from 0.395 to 0.405
    assert found[0] is not None
    assert (found[0].low, found[0].high) == pytest.approx((0.395, 0.405))
    assert [one and one.value for one in found] == [0.4, 0.25, 0.45, 1234.0, None, None]
