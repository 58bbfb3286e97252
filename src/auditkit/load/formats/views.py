"""Views: queries that a sender wrote, which are given no file but their own and only so much time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Timer

from auditkit.load.formats.opening import SourceFile, choose, problem, unreadable

MINUTES = 10.0
"""A view that has not answered by then is refused."""


def table_or_view(named: str | None, tables: list[str], views: list[str], *, where: str) -> str:
    """Choose the table or view that the audit file names, or the only one there is.

    Raises
    ------
    InputError
        If there is none of that name, or several and none is named.
    """
    several = "tables and views" if views else "tables"
    return choose(named, [*tables, *views], key="table", where=where, several=several)


@contextmanager
def running(
    view: str, file: SourceFile, *, interrupt: Callable[[], object], errors: type[Exception]
) -> Iterator[None]:
    """Stop a view that takes too long, and turn what goes wrong into one sentence.

    Parameters
    ----------
    view
        Its name.
    file
        Where it stands.
    interrupt
        Makes its engine raise one of `errors`.

    Raises
    ------
    InputError
        If it was stopped, or its engine could not run it.
    """
    late = Event()

    def stop() -> None:
        late.set()
        interrupt()

    timer = Timer(60 * MINUTES, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except errors as error:
        if late.is_set():
            found = f"its view '{view}' takes longer than {MINUTES:g} minutes."
            raise problem(file.shown_as, found, "Send what it yields as a table.") from error
        mend = "A view may read the tables of its own file alone; send what it yields as a table."
        raise unreadable(file, f"view '{view}'", error, mend) from error
    finally:
        timer.cancel()
