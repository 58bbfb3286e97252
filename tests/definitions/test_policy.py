"""Policies are read strictly; a limit names a measure that exists and bounds that can hold."""

import hashlib
from pathlib import Path

import pytest

from auditkit import bundled, overview
from auditkit.definitions.policy import ChosenPolicy, choose_policy
from auditkit.errors import DefinitionError, Problem
from auditkit.measure.catalogue import measures

LIMIT = """
[[limit]]
id = "wrong-flags"
measure = "false_positive_rate_ratio"
compare = "reference"
at_most = 1.25
required = true
scope = "a city"
source = "council vote of 3 March"
why = "Nobody should be flagged for nothing."
"""
HEAD = 'name = "ours"\nversion = "1"\n'


def choose(folder: Path, text: str) -> ChosenPolicy:
    (folder / "ours.toml").write_text(text)
    return choose_policy("ours.toml", beside=folder, supplied_by="audit file", measures=frozenset(measures()))


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as caught:
        choose(folder, text)

    return caught.value.problems


def problem_at(where: str, folder: Path, text: str) -> Problem:
    return next(problem for problem in problems(folder, text) if problem.where == where)


def test_a_policy_is_found_by_path_and_carries_the_hash_of_its_text(tmp_path: Path) -> None:
    chosen = choose(tmp_path, HEAD + LIMIT)

    assert chosen.policy.name == "ours"
    assert chosen.policy.minimum_n == 10
    assert chosen.file == "ours.toml"
    assert chosen.supplied_by == "audit file"
    assert chosen.sha256 == hashlib.sha256((HEAD + LIMIT).encode()).hexdigest()


@pytest.mark.parametrize("name", bundled.names("checks/policies"))
def test_every_bundled_policy_is_found_by_name(name: str, tmp_path: Path) -> None:
    known = frozenset(overview.catalogue()["metrics"])

    chosen = choose_policy(name, beside=tmp_path, supplied_by="command line", measures=known)

    assert (chosen.policy.name, chosen.supplied_by) == (name, "command line")


def test_an_unknown_policy_names_the_closest_one(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        choose_policy("defualt", beside=tmp_path, supplied_by="audit file", measures=frozenset())

    (problem,) = caught.value.problems
    assert problem.found == "'defualt' is neither a policy nor a file."
    assert problem.mend == "Did you mean 'default'?"


def test_every_unknown_measure_is_reported_with_its_limit_and_the_closest_measure(tmp_path: Path) -> None:
    second = LIMIT.replace("wrong-flags", "other").replace("false_positive_rate_ratio", "bias_score")
    text = HEAD + LIMIT.replace("positive_rate_ratio", "positve_rate_ratio") + second

    first, other = problems(tmp_path, text)

    assert first.where == "ours.toml [[limit]] wrong-flags"
    assert first.found == "the measure 'false_positve_rate_ratio' is unknown."
    assert first.mend == "Did you mean 'false_positive_rate_ratio'?"
    assert other.where == "ours.toml [[limit]] other"
    assert "auditkit catalogue" in other.mend


def test_limits_with_one_id_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, HEAD + LIMIT + LIMIT)

    assert problem.where.startswith("ours.toml")
    assert "repeated: 'wrong-flags'" in problem.mend


def test_a_lower_bound_above_the_upper_one_is_refused(tmp_path: Path) -> None:
    problem = problem_at("ours.toml [limit] 0", tmp_path, HEAD + LIMIT + "at_least = 1.5\n")

    assert "limit 'wrong-flags' has 'at_least' above 'at_most'" in problem.mend


def test_bounds_may_meet(tmp_path: Path) -> None:
    chosen = choose(tmp_path, HEAD + LIMIT + "at_least = 1.25\n")

    assert chosen.policy.limit[0].at_least == 1.25


def test_a_limit_without_a_bound_is_refused(tmp_path: Path) -> None:
    text = HEAD + LIMIT.replace("at_most = 1.25\n", "")

    problem = problem_at("ours.toml [limit] 0", tmp_path, text)

    assert "needs 'at_most', 'at_least' or both" in problem.mend


@pytest.mark.parametrize("bound", ['"1.25"', "true"])
def test_a_bound_that_is_no_number_is_one_problem_at_its_key(bound: str, tmp_path: Path) -> None:
    found = problems(tmp_path, HEAD + LIMIT.replace("1.25", bound))

    assert [problem.where for problem in found if "at_most" in problem.where] == [
        "ours.toml [limit.0] at_most"
    ]


@pytest.mark.parametrize("key", ["id", "measure", "compare", "required", "scope", "source", "why"])
def test_a_limit_needs_its_scope_its_source_and_the_rest(key: str, tmp_path: Path) -> None:
    text = "".join(line for line in LIMIT.splitlines(keepends=True) if not line.startswith(f"{key} ="))

    problem = problem_at(f"ours.toml [limit.0] {key}", tmp_path, HEAD + text)

    assert problem.found == "the key is missing."


@pytest.mark.parametrize("key", ["scope", "source", "why"])
def test_an_empty_scope_source_or_reason_is_refused(key: str, tmp_path: Path) -> None:
    lines = LIMIT.splitlines(keepends=True)
    text = "".join(f'{key} = ""\n' if line.startswith(f"{key} =") else line for line in lines)

    problem = problem_at(f"ours.toml [limit.0] {key}", tmp_path, HEAD + text)

    assert problem.found == "it is left blank."


def test_a_policy_without_limits_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, HEAD)

    assert (problem.where, problem.found) == ("ours.toml [limit]", "the key is missing.")


def test_an_unknown_key_of_a_limit_names_the_closest_known_key(tmp_path: Path) -> None:
    problem = problem_at("ours.toml [limit.0] at_leest", tmp_path, HEAD + LIMIT + "at_leest = 0.8\n")

    assert problem.mend == "Did you mean 'at_least'?"


def test_one_wrong_limit_is_one_problem(tmp_path: Path) -> None:
    found = problems(tmp_path, HEAD + LIMIT + "at_leest = 0.8\n")

    assert [problem.where for problem in found] == ["ours.toml [limit.0] at_leest"]
