"""Python's search for cycles rests during an audit, and is afterwards what it was before."""

import gc
from collections.abc import Iterator

import pytest

from auditkit import run_audit
from auditkit.memory import without_search_for_cycles


@pytest.fixture(autouse=True)
def left_on() -> Iterator[None]:
    yield
    gc.enable()


def test_the_search_rests_inside_and_goes_on_afterwards_even_after_an_error() -> None:
    seen = []

    @without_search_for_cycles()
    def fail() -> None:
        seen.append(gc.isenabled())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert seen == [False]
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.disable()

    with without_search_for_cycles():
        pass

    assert not gc.isenabled()


def test_an_audit_rests_it_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fail(_: object) -> None:
        seen.append(gc.isenabled())
        raise ZeroDivisionError

    monkeypatch.setattr("auditkit.pipeline.read_audit_file", fail)
    with pytest.raises(ZeroDivisionError):
        run_audit("audit.toml")

    assert seen == [False]
    assert gc.isenabled()
