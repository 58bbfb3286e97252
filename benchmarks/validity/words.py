"""The words of the page."""

SIMULTANEOUS = ("range", "adverse impact ratio", "impact ratio")
"""Intervals that rest on every pair of groups at once."""
SUFFIXES = {"_difference": "difference", "_excess": "excess", "_range": "range"}


WHY_OVER = {
    "simultaneous": "by design: it follows from intervals of every pair that hold at once",
    "family": "by design: Bonferroni, and joint intervals of all pairs, hold at least as often as they say",
    "sparse": "few counts are possible, so coverage jumps from count to count; at 95 % on average some worlds would fall below",
    "places": "a fixed number of flags, which blocks left out forget; likeness of blocks never narrows; few periods",
    "other": "small samples: Student's t and bounds that err on the safe side",
}
"""Why intervals of a kind hold the truth more often than 97 times in 100."""


def kind_of(measure: str) -> str:
    """Name what kind of number a measure of the rates is."""
    if measure in {"adverse_impact_ratio", "impact_ratio"}:
        return measure.replace("_", " ")
    if measure.endswith("_ratio"):
        return "ratio of favourable rates" if measure.startswith("favourable") else "ratio"
    return next((kind for suffix, kind in SUFFIXES.items() if measure.endswith(suffix)), "rate")


TEXT = """# Validity

How often audits are right, in made worlds whose truth is known.
`make benchmark-validity` runs every world and writes this page.

{worlds} worlds, drawn {draws} times in all; {again} of them were drawn a second time, see below.

{machine}

## Targets

{targets}

"Alone" means the interval of one number. "Family" means that all intervals of a family held at once.
Where the worst of many worlds is named, chance makes some estimates stray. It counts as missed beyond three standard errors.

## What covers more than 97 %

More is no harm to those who read a range, but it is width that an audit did not need. All kinds above 97 %, and why:

{over}

## How it was done

A world is a setting: groups, their sizes, their rates, and what else matters. Its truth follows from the setting.
Each draw fills the same small tables that `tally` makes of a real table. The functions that `measure` calls do the rest, and `judge` judges.
On the first draw of each world a whole audit runs as well; the study stops unless both give the same numbers.
Figures are per cent, with two Monte Carlo standard errors after ±.
For coverage that error is taken as if all intervals of a world failed together, so it is rather too large.
"Lowest" is the world and group in which an interval held the truth least often. Only intervals given 200 times or more count there.
Where an interval is given in some draws only, its worlds weigh in the mean by the share of draws that gave one.
"Too low" means that the interval lay below the truth, "too high" above it. "None given" is the share of draws without an interval.
Rates: worlds in which an interval with all counts filled held in under 92.5 % of draws are drawn anew, five times as often.
Only the second look counts then.

## Rates and comparisons

Worlds are made by a recipe, with a fixed seed.
Two, three, five or eight groups have 12 to 20,000 people each, of equal or of different size. Between 1 and 99 % of them are flagged.
All groups are alike, or one is wronged by odds of a third to three, or every group differs.
Other worlds have outcomes too: wrong flags, misses and predictive values, whose denominators are themselves chance.
Half of all worlds have a reference group; in the others every pair is compared.
The smallest expected count is that of the rarest event, or of its absence, in the groups compared.
An audit leaves groups with fewer than ten people to count out of a range and the like. In each draw these are held to the truth of the others.

{alone}

Sparser cells are held to 92 % on average. In a single sparse world it can be less, and "lowest" shows it:
with fewer than two expected events Wilson's interval holds down to 83.6 % (exact sum). The methods ask for it, and the published numbers are its own.

The same where the truth is equality:

{equal}

All intervals of a family at once:

{family}

## Worlds exactly at a limit

100 to 20,000 people in a group, of whom 5, 30 or 60 % are flagged, or favoured in rows on impact ratios.
"Most" is the world in which it happened most often.

{limits}

## Fair worlds under the default policy

Four races, two sexes, three ages, and race with sex. Nothing depends on any of them; 5 or 30 % of people are wrongly flagged.
The policy requires one limit and informs about three. Only the required one has its false alarms held to 5 %.

{fair}

## Power

Two groups, or one of four against a reference, of 60 to 30,000 people. The comparison rate is .03, .2, .5 or .85.
The group stands exactly at the smallest gap that the audit says it would have found 4 times in 5.

{power}

## Screening of neighbourhoods

60 areas of 60, 300 or 1,500 people. In some worlds as many areas lie .12 above the city's rate of .2 as lie below it.

{screening}

## Subgroups that nobody named

Four columns, and every combination of two or three of them that holds 100 people: up to 227. None is declared.
The worst in one half are tested in the other. In some worlds one race of one age is wrongly flagged more often.

{subgroups}
## Bounds

Two or four groups of 200 or 2,000 people, of whom groups and some outcomes are then hidden: at random, by decision or by group.
In other worlds up to a tenth of each group have an outcome that was not recorded.
In the last ones only the probability of belonging to a group is known.

{bounds}

## Repeated people and audit samples

People stand in about four rows each, or in very unequal numbers of rows. A person's rows are independent or alike (correlation .3 or .7).
Three groups are compared; the smallest expected count is that of people, not of rows.
In other worlds all flagged people have outcomes, and a random sample of those who were not flagged.
The smallest expected count there is that of one kind of person among those whose outcome is known.

{designs}

## Scores, circumstances, follow-up

Ten scores whose log odds are a straight line; five strata with one common odds ratio; people who leave before the common time.

{finer}

Tests where what they test is true, so that 5 % is the promise:

{tests}

## Places

Cities of 80 to 320 areas, in blocks of four. Residents and incidents of neighbouring areas are alike up to the named reach.
The tool flags a tenth of the areas each month, by counts as informative as last month's or by smoothed ones.
The truth is that of all such cities, from {cities} more of them.
Where likeness reaches four areas, a city has few independent parts. Its areas say so, and ranges are widened.
Gains in hit rate are held least often, in the largest of these cities. Their blocks look less alike than they are.
A share or a mean of one rule or group covers too much: the tool flags as many areas each month, and blocks drawn anew forget that.

{places}

## fairlearn beside it

The largest gap between groups, with fairlearn's `difference_ci` and `ratio_ci` from 100 bootstrap draws, on the same tables.

{peers}

A bootstrap of the largest gap rarely comes near zero, so it cannot hold a true zero.

## What it does not say

- Every made world follows its own rules. Real records break rules that nobody thought of.
- Wrong records, missing people and a badly chosen outcome are no chance, and no interval holds them.
- Coverage says nothing about how wide an interval is.
"""
