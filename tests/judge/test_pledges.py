"""A pledge held against an audit: what was there then, whether it was kept, and what follows."""

import datetime as dt
import hashlib

import pytest

from auditkit.definitions.pledge import KeptPledge, Pledge, PledgedFile, PledgedPolicy
from auditkit.judge.pledges import check_pledge, with_pledge
from auditkit.results.findings import Code, Judgement
from auditkit.results.pledges import PledgeCheck, Predates

DAY = dt.timedelta(days=1)
CREATED = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
TEXT = 'name = "ours"\n'
POLICY = hashlib.sha256(TEXT.encode()).hexdigest()
AUDIT, OTHER = "a" * 64, "0" * 64


def seen(
    days: int | None, *, size: int = 61, file: str = "people.csv", table: str = "records"
) -> PledgedFile:
    """An input as it stands: dated so many days after the pledge; None where it is not there."""
    return PledgedFile(
        table=table, file=file, existed=days is not None, bytes=None if days is None else size,
        modified=None if days is None else CREATED + days * DAY,
    )  # fmt: skip


def held(
    then: PledgedFile,
    now: PledgedFile,
    *more: tuple[PledgedFile, PledgedFile],
    policy: str = POLICY,
    audit: str = AUDIT,
) -> PledgeCheck:
    pairs = ((then, now), *more)
    pledge = Pledge(
        schema_version="1", created=CREATED, auditkit="0.1.0", audit_sha256=AUDIT,
        policy=PledgedPolicy(name="ours", version="7", file="ours.toml", sha256=POLICY, text=TEXT),
        inputs=tuple(first for first, _ in pairs),
    )  # fmt: skip
    return check_pledge(
        KeptPledge(pledge=pledge, sha256="b" * 64, file="pledge.json"), policy_sha256=policy, audit_sha256=audit,
        inputs=tuple(second for _, second in pairs),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("then", "now", "predates"),
    [
        (seen(None), seen(1), "absent"),
        (seen(None), seen(None), "absent"),
        (seen(None), seen(-1), "older"),
        (seen(-1), seen(-1), "unchanged"),
        (seen(-1), seen(1), "changed"),
        (seen(-1), seen(-1, size=62), "changed"),
        (seen(-1), seen(None), "changed"),
        (seen(None), seen(1, file="other.csv"), "not_pledged"),
        (seen(None), seen(1, table="history"), "not_pledged"),
    ],
)
def test_what_was_there_when_the_pledge_was_made(
    then: PledgedFile, now: PledgedFile, predates: Predates
) -> None:
    found = held(then, now)

    assert [one.predates for one in found.inputs] == [predates]
    assert found.status == ("before_data" if predates == "absent" else "data_existed")


def test_one_file_that_was_there_is_enough_for_data_to_have_existed() -> None:
    areas = seen(-1, file="areas.csv", table="areas")

    found = held(seen(None), seen(1), (areas, areas))

    assert [one.predates for one in found.inputs] == ["absent", "unchanged"]
    assert found.status == "data_existed"


def test_other_limits_than_the_pledged_ones_outweigh_everything_else() -> None:
    found = held(seen(None), seen(1), policy=OTHER)

    assert (found.same_policy, found.status) == (False, "limits_differ")
    assert (found.policy_name, found.policy_version, found.policy_sha256) == ("ours", "7", POLICY)


def test_an_audit_file_that_changed_later_is_said_beside_the_status() -> None:
    found = held(seen(None), seen(1), audit=OTHER)

    assert (found.same_policy, found.same_audit_file, found.status) == (True, False, "before_data")


KEPT, BROKEN = held(seen(None), seen(1)), held(seen(None), seen(1), policy=OTHER)


@pytest.mark.parametrize("pledge", [None, KEPT])
@pytest.mark.parametrize("code", ["do_not_deploy", "not_ready", "ready_for_board_vote"])
def test_a_pledge_that_was_kept_or_never_made_changes_no_advice(
    pledge: PledgeCheck | None, code: Code
) -> None:
    judged = Judgement(findings=(), recommendation=code, decided_by=("limit/race",))

    assert with_pledge(judged, pledge) == judged


@pytest.mark.parametrize(
    ("before", "code", "decided"),
    [
        ("ready_for_board_vote", "not_ready", ("pledge",)),
        ("not_ready", "not_ready", ("pledge", "limit/race")),
        ("do_not_deploy", "do_not_deploy", ("limit/race",)),
    ],
)
def test_with_other_limits_than_pledged_nothing_is_ready_for_a_vote(
    before: Code, code: Code, decided: tuple[str, ...]
) -> None:
    found = with_pledge(Judgement(findings=(), recommendation=before, decided_by=("limit/race",)), BROKEN)

    assert (found.recommendation, found.decided_by) == (code, decided)
