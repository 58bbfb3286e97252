"""Looking at partial data: open, guess, lint, answer, propose."""

from collections.abc import Sequence
from pathlib import Path

from auditkit.definitions.audit_file import Engine
from auditkit.errors import InputError, Problem, shown
from auditkit.examine.answers import answers
from auditkit.examine.choosing import Choice, choose
from auditkit.examine.draft import Draft
from auditkit.examine.lint import remarks
from auditkit.examine.people_draft import draft_people
from auditkit.examine.place_draft import counts_extract, draft_alert, draft_place
from auditkit.examine.profiles import open_file
from auditkit.examine.tables import candidate
from auditkit.load.engine import connect
from auditkit.results.examination import Examination

POLICIES = {"person": "journalist", "place": "journalist", "alert": "default"}
"""The policy that a proposal names: for information where there is one for the type of tool."""


def examine(paths: Sequence[str | Path], *, folder: str | Path = ".") -> Examination:
    """Say what tables can be, what looks wrong in them, what can be concluded, and propose an audit file.

    Parameters
    ----------
    paths
        Tables in any format that an audit reads; their order makes no difference, save where two fit equally well.
    folder
        Where the proposed audit file will lie; paths in it are relative to that folder.

    Raises
    ------
    InputError
        With every file that cannot be read as a table.
    """
    tables, problems = [], list[Problem]()
    with connect(Engine()) as connection:
        for number, path in enumerate(dict.fromkeys(map(Path, paths))):
            try:
                tables.append(candidate(open_file(connection, path, number=number)))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        choice = choose(tuple(tables))
        draft = None if choice is None else _draft(choice, folder=Path(folder))
        return Examination(
            tables=tuple(table.result() for table in tables), remarks=tuple(remarks(tuple(tables), choice)),
            answers=answers(choice, tuple(tables)), blanks=() if draft is None else tuple(draft.blanks),
            proposal=None if draft is None else draft.text(),
            extract=None if choice is None else counts_extract(choice),
        )  # fmt: skip


def _draft(choice: Choice, *, folder: Path) -> Draft:
    draft = Draft(folder=folder, policy=POLICIES[choice.kind])
    kind, reason = choice.records.kind
    draft.tool(choice.kind, f"{shown([choice.records.opened.file])} holds {kind.replace('_', ' ')}: {reason}")
    if choice.kind == "person":
        draft_people(draft, choice.records)
    elif choice.kind == "place":
        draft_place(draft, choice)
    else:
        draft_alert(draft, choice)
    return draft
