"""Text from vendors stays text: it cannot reorder a line, hide in one, or become markup."""

import re
import unicodedata

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")
ENGLISH_STARTS, ENGLISH_ENDS = "\ue000", "\ue001"
"""Around a message without a translation, until the page is finished; in text from vendors they are dropped."""
ISOLATE, POP = "\u2068", "\u2069"
"""Around a value in a text that runs from right to left, so that neither reorders the other; vendors' own are dropped."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def clean(text: str) -> str:
    r"""Drop control, private and invisible formatting characters, such as those that reverse the reading direction.

    >>> clean("safe\u202eevil\x07")
    'safeevil'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cf", "Co", "Cs"}
    )


def markdown(text: object) -> str:
    r"""Escape what Markdown or HTML would read as markup.

    >>> markdown("a|b <i> [x](y)")
    'a\\|b \\<i\\> \\[x\\]\\(y\\)'
    """
    plain = _MARKDOWN.sub(r"\\\1", clean(str(text)).replace("\n", " ").replace("&", "&amp;"))
    return plain.replace("://", r"\://").replace(
        "www.", r"www\."
    )  # some readers turn bare addresses into links


def spreadsheet(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula.

    >>> spreadsheet("=HYPERLINK(1)"), spreadsheet("Asian")
    ("'=HYPERLINK(1)", 'Asian')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
