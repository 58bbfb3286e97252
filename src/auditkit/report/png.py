"""Charts as PNG, for those whose page takes no SVG."""

from collections.abc import Callable, Mapping

from auditkit.errors import MissingExtraError, ReportError

WIDTH = 1600
"""Pixels across."""
BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="18"></text></svg>'

Draw = Callable[..., bytes]


def check_png() -> None:
    """Refuse PNG where it cannot be drawn, before any work is done.

    Raises
    ------
    MissingExtraError
        If resvg-py is not installed.
    ReportError
        If no font is installed; charts would be drawn without their words.
    """
    draw = _resvg()
    if draw(svg_string=BLANK) == draw(svg_string=BLANK.replace("></text>", ">M</text>")):
        raise ReportError(
            where="charts as PNG", found="no font is installed, so their words cannot be drawn.",
            mend="On Debian: apt-get install fonts-dejavu-core.",
        )  # fmt: skip


def png_files(charts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Draw SVG files as PNG of 1,600 pixels across, by path; nothing is fetched."""
    draw = _resvg()
    return {
        name.removesuffix("svg") + "png": draw(svg_string=content.decode(), width=WIDTH, background="#ffffff")
        for name, content in charts.items()
    }


def _resvg() -> Draw:
    try:
        from resvg_py import svg_to_bytes
    except ModuleNotFoundError as error:
        feature = "A report for journalists, with its charts as PNG,"
        raise MissingExtraError(feature=feature, command="pip install 'auditkit[png]'") from error
    return svg_to_bytes
