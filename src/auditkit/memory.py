"""Python's search for cycles, kept out of audits."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """Pause Python's search for objects that hold each other; as a decorator, while a function runs.

    An audit holds tens of thousands of small objects until its end, and hardly any hold each other. Python would look
    through all of them again and again: a third of the time of judging and writing. What does hold each other is freed
    afterwards. In other threads of the same program the search rests too.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
