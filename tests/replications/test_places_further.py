"""Cases P14 to P18 of methods 9.2 through the front door: other areas, displacement, and the trade-off."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import auditkit
from auditkit.statistics.merging import s_maup

AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[records]
path = "records.csv"
area = "area"
decision = { column = "hot", flagged = ["1"] }
outcome = { column = "n", kind = "count", means = "incidents", source = "call" }
"""
NOTHING_WITHHELD = "[publication]\nsmallest_cell = 0\n"
YEARLY = 'time = "year"\nperiod = "year"\n'
ROLES = """
[displacement]
path = "roles.csv"
area = "area"
role = "role"
treated = ["treated"]
before = [2018-01-01, 2018-12-31]
after = [2019-01-01, 2019-12-31]
"""

Numbers = dict[str, dict[str, Any]]


def table(header: str, *rows: tuple[object, ...]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def audited(folder: Path, sections: str, **files: str) -> tuple[Numbers, dict[str, str]]:
    """Run an audit of tables, and return its measurements by id and its reports."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    (folder / "audit.toml").write_text(AUDIT + sections)
    audit = auditkit.run_audit(folder / "audit.toml")
    found = json.loads(audit.files["audit.json"])["measurements"]
    return {item["id"]: item for item in found}, {
        kind: audit.files[f"report.en.{kind}"].decode() for kind in ("html", "md")
    }


def row_of_squares(areas: int) -> str:
    """Squares beside each other; each shares a side with the next."""

    def square(i: int) -> dict[str, object]:
        west = round(10 + 0.01 * i, 2)
        east = round(west + 0.01, 2)
        ring = [[west, 50], [east, 50], [east, 50.01], [west, 50.01], [west, 50]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"area": f"c{i}"}, "geometry": geometry}

    return json.dumps({"type": "FeatureCollection", "features": [square(i) for i in range(areas)]})


def test_p14_merged_cells_give_another_accuracy_index_and_the_report_says_so(tmp_path: Path) -> None:
    found, reports = audited(
        tmp_path,
        '[areas]\npath = "areas.geojson"\nid = "area"\n' + NOTHING_WITHHELD,
        records__csv=table("area,hot,n", ("c0", 1, 10), ("c1", 0, 0), ("c2", 0, 0), ("c3", 0, 10)),
        areas__geojson=row_of_squares(4),
    )

    def index(stratum: str = "") -> float:
        value: float = found[f"predictive_accuracy_index/rule=tool{stratum}"]["value"]
        return value

    # one of four cells holds 10 of 20; one of two pairs holds 10 of 20
    assert index() == pytest.approx(2)
    assert index("@assuming%3Aareas-in-pairs") == pytest.approx(1)
    # from another origin: c0 alone, c1 with c2, c3 alone; c0 is a quarter of the city again
    assert index("@assuming%3Ashifted-origin") == pytest.approx(2)
    # in fours there would be one area
    assert not [name for name in found if "areas-in-fours" in name]
    for text in reports.values():
        said = re.sub(r"</?span[^>]*>", "", text)  # around the number, which leads to what was counted
        assert "At 2 other ways of drawing areas it lies between 1.00 and 2.00." in said


def test_p14_s_maup_is_a_library_call() -> None:
    assert s_maup(78, 39, moran=0.24366) == pytest.approx(0.152213, abs=5e-7)


def moved(folder: Path, counts: dict[str, tuple[int, int]], roles: str) -> tuple[Numbers, dict[str, str]]:
    """Audit one area for each role, with so many incidents before and after."""
    return audited(
        folder,
        YEARLY + '[areas]\npath = "areas.csv"\nid = "area"\n' + ROLES + roles + NOTHING_WITHHELD,
        records__csv=table(
            "area,year,hot,n",
            *(
                (role, 2018 + at, int(role == "treated"), n)
                for role, pair in counts.items()
                for at, n in enumerate(pair)
            ),
        ),
        areas__csv=table("area", *((role,) for role in counts)),
        roles__csv=table("area,role", *((role, role) for role in counts)),
    )


def test_p15_quotient_of_displacement(tmp_path: Path) -> None:
    counts = {"treated": (100, 70), "buffer": (50, 45), "control": (500, 480)}
    found, reports = moved(tmp_path, counts, 'buffer = ["buffer"]\ncontrol = ["control"]\n')
    quotient = found["displacement_wdq/role=buffer~role=control"]

    assert quotient["value"] == pytest.approx(0.1154, abs=5e-5)
    # 100 to 70 against 500 to 480 could be chance, so no quotient can be ruled out
    assert quotient["interval"] == [None, None]
    # the buffer has no areas to compare it with
    for role in ("buffer", "treated%20and%20buffer"):
        other = "buffer_control" if role == "buffer" else "control"
        assert found[f"displacement_wdd/role={role}~role={other}"]["reason"] == "NE-TRUTH"
    for text in reports.values():
        assert "Change next door over the change where it was done (WDQ): 0.12." in text
        assert "Next door: no number, because no areas to compare with were named." in text
    # the table of areas has no positions, so nothing says which areas are neighbours
    assert not [name for name in found if "areas-in" in name or "shifted" in name]
    for text in reports.values():
        assert "Only one way of drawing areas could be had." in text
        assert "Whether the findings hold with larger or smaller areas" in text


def test_p16_net_changes_with_the_right_standard_errors(tmp_path: Path) -> None:
    counts = {"treated": (20, 10), "buffer": (30, 20), "control": (20, 20), "beyond": (30, 30)}
    found, reports = moved(
        tmp_path, counts, 'buffer = ["buffer"]\ncontrol = ["control"]\nbuffer_control = ["beyond"]\n'
    )
    expected = {
        "role=treated~role=control": (-10, 8.3666),
        "role=buffer~role=buffer_control": (-10, 10.4881),  # not 31.30, the known bug
        "role=treated%20and%20buffer~role=control": (-20, 13.4164),
    }

    for name, (value, error) in expected.items():
        item = found[f"displacement_wdd/{name}"]
        assert item["value"] == value
        low, high = item["interval"]
        assert (high - low) / 2 / 1.959964 == pytest.approx(error, abs=5e-5)
    assert pytest.approx(-1.4907, abs=5e-5) == -20 / 13.4164
    # one period before and one after: nothing can show how much counts vary
    assert "displacement_dispersion/everyone" not in found
    for text in reports.values():
        assert "nothing can show how much counts vary" in text
        assert "-10.0 incidents beside the comparison areas" in text.replace("\\", "")


def test_p17_two_counts_by_the_e_test_which_alone_show_no_effect(tmp_path: Path) -> None:
    counts = {"treated": (3, 0), "buffer": (6, 2), "beyond": (20, 10)}
    found, reports = moved(tmp_path, counts, 'buffer = ["buffer"]\nbuffer_control = ["beyond"]\n')

    for role, p in (("treated", 0.0884), ("buffer", 0.1749), ("buffer_control", 0.0688)):
        assert found[f"displacement_e_test/role={role}"]["value"] == pytest.approx(p, abs=5e-5)
    # nothing to compare the treated areas with
    for metric in ("displacement_wdd/role=treated~role=control", "displacement_wdq/role=buffer~role=control"):
        assert found[metric]["reason"] == "NE-TRUTH"
    for text in reports.values():
        assert "So a fall or a rise here shows no effect of anything." in text


def test_p18_the_trade_off_and_the_cap_that_no_choice_keeps(tmp_path: Path) -> None:
    incidents, shares = (10, 9, 6, 5), (90, 80, 30, 20)
    names = "abcd"
    found, reports = audited(
        tmp_path,
        YEARLY
        + '[areas]\npath = "areas.csv"\nid = "area"\nresidents = "people"\n'
        + 'resident_groups.race = { Black = "black" }\n'
        + '[history]\npath = "history.csv"\narea = "area"\ntime = "year"\ncount = "n"\n'
        + '[frontier]\ngroup = { race = "Black" }\ncaps = [0.85, 0.6, 0.55, 0.5, 0.25, 0.24]\n'
        + NOTHING_WITHHELD,
        records__csv=table(
            "area,year,hot,n", *((a, 2019, int(a in "ab"), n) for a, n in zip(names, incidents, strict=True))
        ),
        history__csv=table("area,year,n", *((a, 2018, n) for a, n in zip(names, incidents, strict=True))),
        areas__csv=table("area,people,black", *((a, 100, n) for a, n in zip(names, shares, strict=True))),
    )
    hits = {cap: found[f"frontier_hit_rate/choice=cap%20{cap}"] for cap in (0.85, 0.6, 0.55, 0.5, 0.25, 0.24)}

    assert {cap: item["numerator"] for cap, item in hits.items()} == {
        0.85: 19, 0.6: 16, 0.55: 15, 0.5: 14, 0.25: 11, 0.24: None,
    }  # fmt: skip
    assert hits[0.24]["reason"] == "NE-CAP"
    assert found["frontier_group_share/choice=cap%200.5"]["value"] == pytest.approx(0.5)
    assert found["frontier_hit_rate/choice=tool"]["numerator"] == 19
    # four areas are no basis for ranges
    assert hits[0.5]["interval"] is None
    for text in reports.values():
        assert "No point is recommended." in text
        assert "not possible: no choice of as many areas keeps within the cap" in text
        assert "No tolerated loss was set, so no alternative was judged." in text
    assert "recorded incidents found" in reports["html"]
