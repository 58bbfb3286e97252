"""A table of areas gives residents, sizes, nearest neighbours and blocks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.places import AreaTable
from auditkit.definitions.sources import TableSource
from auditkit.load.areas import attach_centroids, load_areas
from auditkit.load.engine import connect
from auditkit.load.files import open_table
from auditkit.load.neighbours import made_blocks
from auditkit.results.loaded_areas import LoadedAreas

DATA = Path(__file__).parents[3] / "shared" / "data"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


@pytest.fixture
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(connection: ibis.BaseBackend, folder: Path, **keys: Any) -> LoadedAreas:
    return load_areas(connection, AreaTable(**keys), folder=folder, audit_name="audit.toml")


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_a_table_gives_numbers_in_order_of_id(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(
        tmp_path,
        "areas.csv",
        "code,called,pop,b,w,km2,calls,district\n"
        "2,South, 200 ,50,100,2.5,7,B\n"
        "10,,1e2,,60,1,,A\n"
        "01.0,North,0,0,0,3,0,B\n",
    )

    loaded = opened(
        engine, tmp_path, path="areas.csv", id="code", name="called", residents="pop", size_km2="km2",
        resident_groups={"race": {"Black": "b", "White": "w"}}, reference={"race": "White"}, block="district",
        denominators={"calls": "calls"},
    )  # fmt: skip

    areas = loaded.areas
    assert areas.ids == ("1", "10", "2")
    assert areas.names == ("North", "10", "South")
    assert areas.residents is not None
    assert areas.size_km2 is not None
    np.testing.assert_array_equal(areas.residents, [0, 100, 200])
    np.testing.assert_array_equal(areas.size_km2, [3, 1, 2.5])
    assert [(g.dimension, g.group, g.reference) for g in areas.groups] == [
        ("race", "Black", False),
        ("race", "White", True),
    ]
    np.testing.assert_array_equal(areas.groups[0].residents, [0, np.nan, 50])
    ((name, calls),) = areas.denominators
    assert name == "calls"
    np.testing.assert_array_equal(calls, [0, np.nan, 7])
    np.testing.assert_array_equal(areas.blocks, [1, 0, 1])
    assert (areas.blocks_from, areas.contiguity, areas.boundaries) == ("declared", "none", None)
    assert areas.neighbours == ((), (), ())
    for values in (areas.residents, areas.size_km2, areas.groups[0].residents, calls, areas.blocks):
        assert not values.flags.writeable


def test_a_table_says_where_it_came_from_and_what_checks_ask(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    write(tmp_path, "areas.csv", "code,pop,b,w\n1,0,0,0\n2,,5,5\n3,100,50,60\n4,100,20,30\n99,x,,\n99,,,\n")

    loaded = opened(
        engine, tmp_path, path="areas.csv", id="code", residents="pop", not_areas=["99", "77"],
        resident_groups={"race": {"Black": "b", "White": "w"}},
    )  # fmt: skip

    assert loaded.not_areas == (("99", 2), ("77", 0))
    assert loaded.areas.ids == ("1", "2", "3", "4")
    assert loaded.without_residents == ("1",)
    assert loaded.residents_unknown == ("2",)
    assert loaded.islands == ()  # nothing is known about neighbours
    (total,) = loaded.resident_sums
    assert (total.dimension, total.residents, total.in_groups) == ("race", 200, 160)
    assert (total.highest, total.highest_area) == (1.1, "3")
    source = loaded.source
    assert (source.table, source.file, source.format, source.rows) == ("areas", "areas.csv", "csv", 6)
    assert source.columns == ("code", "pop", "b", "w")
    assert source.bytes == (tmp_path / "areas.csv").stat().st_size
    assert len(source.sha256) == 64


def test_opening_areas_leaves_the_main_table_as_it_was(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "records.csv", "code,flag\n1,1\n1,0\n1,1\n")
    write(tmp_path, "areas.csv", "code\n1\n")
    records = open_table(engine, TableSource(path="records.csv"), folder=tmp_path).table

    opened(engine, tmp_path, path="areas.csv", id="code")

    assert records.columns == ("code", "flag")
    assert records.count().execute() == 3


def test_parquet_and_csv_give_the_same_areas(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "areas.csv", "code,pop\n1,10\n2,\n")
    pq.write_table(pa.table({"code": [1, 2], "pop": [10.0, None]}), tmp_path / "areas.parquet")

    text, typed = (
        opened(engine, tmp_path, path=f"areas.{kind}", id="code", residents="pop").areas
        for kind in ("csv", "parquet")
    )

    assert text.ids == typed.ids == ("1", "2")
    np.testing.assert_array_equal(text.residents, typed.residents)


def test_shares_become_people(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "areas.csv", "code,pop,b\na,200,.25\nb,0,\nc,,0.5\nd,10,\n")

    loaded = opened(
        engine, tmp_path, path="areas.csv", id="code", residents="pop", resident_groups={"race": {"Black": "b"}},
        resident_values="share",
    )  # fmt: skip

    # 200 x 0.25 = 50; nobody lives in b; residents of c and the share of d are not known
    np.testing.assert_array_equal(loaded.areas.groups[0].residents, [50, 0, np.nan, np.nan])


def test_nearest_centroids_are_neighbours_both_ways_round(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    # Nine areas on a line: the six nearest of the first are the next six, so the seventh also has the first.
    lines = "".join(f"a{i},{i / 100},0\n" for i in range(9))
    write(tmp_path, "areas.csv", f"code,lon,lat\n{lines}lost,,\n")

    areas = opened(engine, tmp_path, path="areas.csv", id="code", longitude="lon", latitude="lat").areas

    assert areas.contiguity == "nearest"
    assert areas.neighbours[0] == (1, 2, 3, 4, 5, 6)
    assert areas.neighbours[4] == (0, 1, 2, 3, 5, 6, 7, 8)  # three a side, and both ends reach it
    assert areas.neighbours[9] == ()
    for place, near in enumerate(areas.neighbours):
        assert all(place in areas.neighbours[other] for other in near)
    assert areas.centroids is not None
    assert not areas.centroids.flags.writeable
    np.testing.assert_array_equal(areas.centroids[9], [np.nan, np.nan])
    assert areas.blocks_from == "made"
    assert set(areas.blocks.tolist()) == {0, 1}  # ten areas make two blocks of about four
    assert not areas.blocks.flags.writeable


def test_equally_near_centroids_go_by_order(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    # Eight areas on a ring about the first, all equally far: the first six in order are its own choice.
    angles = np.linspace(0, 2 * np.pi, 9)[:8]
    ring = "".join(f"b{i},{np.cos(a)},{np.sin(a)}\n" for i, a in enumerate(angles))
    write(tmp_path, "areas.csv", f"code,lon,lat\na,0,0\n{ring}")

    areas = opened(engine, tmp_path, path="areas.csv", id="code", longitude="lon", latitude="lat").areas

    assert {1, 2, 3, 4, 5, 6} <= set(areas.neighbours[0])


def test_without_residents_nothing_is_said_of_them(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "areas.csv", "code,b\n1,5\n")

    loaded = opened(engine, tmp_path, path="areas.csv", id="code", resident_groups={"race": {"Black": "b"}})

    assert (loaded.without_residents, loaded.residents_unknown, loaded.resident_sums) == ((), (), ())


def test_blocks_are_made_at_true_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def record(_neighbours: object, centroids: Any, *, count: int) -> Any:
        given.extend([centroids, count])
        return np.zeros(9, dtype=np.int64)

    monkeypatch.setattr("auditkit.load.neighbours.contiguous_blocks", record)
    places = np.array([[10.0, 60.0]] * 8 + [[np.nan, np.nan]])

    blocks = made_blocks(((),) * 9, places)

    np.testing.assert_allclose(given[0][0], [5, 60])  # the cosine of 60 degrees is 1/2
    assert np.isnan(given[0][8]).all()
    assert given[1] == 2  # nine areas, four to a block
    assert not blocks.flags.writeable


def test_records_can_give_centroids_to_areas_without_any(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    write(tmp_path, "areas.csv", "code,district\na,x\nb,x\nc,y\n")
    bare = opened(engine, tmp_path, path="areas.csv", id="code").areas
    declared = opened(engine, tmp_path, path="areas.csv", id="code", block="district").areas

    placed = attach_centroids(bare, {"c": (0.02, 0.0), "a": (0.0, 0.0), "elsewhere": (5.0, 5.0)})
    kept = attach_centroids(declared, {"c": (0.02, 0.0), "a": (0.0, 0.0)})

    assert placed.contiguity == "nearest"
    assert placed.neighbours == ((2,), (), (0,))
    assert placed.centroids is not None
    np.testing.assert_array_equal(placed.centroids, [[0, 0], [np.nan, np.nan], [0.02, 0]])
    assert not placed.centroids.flags.writeable
    assert placed.blocks.shape == (3,)
    np.testing.assert_array_equal(kept.blocks, [0, 0, 1])
    assert kept.blocks_from == "declared"
    assert attach_centroids(bare, {"a": (0.0, 0.0)}) is bare  # one place has no neighbour
    assert attach_centroids(placed, {"b": (1.0, 1.0), "c": (2.0, 2.0)}) is placed


@with_data
def test_minneapolis_gives_shares_as_people(engine: ibis.BaseBackend) -> None:
    loaded = opened(
        engine, DATA / "minneapolis_stops", path="MplsDemo.csv", id="neighborhood", residents="population",
        resident_groups={"race": {"Black": "black", "White": "white"}}, resident_values="share",
    )  # fmt: skip

    place = loaded.areas.ids.index("Cedar Riverside")
    black, white = (group.residents[place] for group in loaded.areas.groups)
    assert len(loaded.areas.ids) == 84
    assert black == pytest.approx(8247 * 0.464)  # the file's first row
    assert white == pytest.approx(8247 * 0.353)
    assert loaded.areas.contiguity == "none"
