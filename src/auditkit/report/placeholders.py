"""What a translation must keep of its message: the places where values go, and nothing that a page would read as markup."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Message

_NAMED = re.compile(r"%\((\w+)\)s")
_OPEN = re.compile(r"\{[^}]*\}")
_MARKUP = re.compile(r"</?[a-zA-Z]|&\w+;")


def fault(message: "Message") -> str | None:
    """Say what is wrong with a translation; None where nothing is, or nothing is translated.

    Parameters
    ----------
    message
        A message of a catalogue. Those of templates are format strings, and mark a per cent sign as `%%`.
    """
    originals = message.id if isinstance(message.id, list | tuple) else (message.id,)
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if message.fuzzy or not all(forms):
        return None
    formatted = any(str(file).endswith(".j2") for file, _ in message.locations)
    found = (_fault(str(form), tuple(map(str, originals)), formatted=formatted) for form in forms)
    return next((one for one in found if one), None)


def _fault(form: str, originals: tuple[str, ...], *, formatted: bool) -> str | None:
    if _MARKUP.search(form) and not any(_MARKUP.search(text) for text in originals):
        return "it holds markup"
    if formatted:
        return _misplaced(form, originals)
    kept = len(_OPEN.findall(form)) == len(_OPEN.findall(originals[0]))
    return None if kept else "it has more or fewer {} than its message"


def _misplaced(form: str, originals: tuple[str, ...]) -> str | None:
    """Hold a format string against its message; one of several word forms may leave the number out."""
    wanted = {name for text in originals for name in _NAMED.findall(text)}
    named = set(_NAMED.findall(form))
    if named - wanted or (len(originals) == 1 and wanted - named):
        return f"it differs from its message in {', '.join(f'%({name})s' for name in sorted(wanted ^ named))}"
    try:
        form % dict.fromkeys(wanted, "")
    except (KeyError, TypeError, ValueError):
        return "a % stands alone in it; write %%, or %(name)s with an s at the end"
    return None
