"""Every error this package raises on purpose.

    SidemanError
    ├── ChordSyntaxError   a progression that cannot be read: value, character position, remedy
    ├── ChartError         a chart that cannot be read: all its faults, each with line and column
    ├── UnreadableError    a file or text that is no chart, or one of a kind that is not read
    ├── OptionError        an option outside its range
    ├── TokenError         ids that are not music, or music that is off the grid
    ├── DataError          a file or dataset that cannot be read or written
    ├── CheckpointError    weights that are missing, damaged or made for another vocabulary
    └── MissingLibraryError  a library of the system that is not installed, and how to get it

Knows nothing of the rest of the package. The command line turns each into one line and exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ChartError",
    "CheckpointError",
    "ChordSyntaxError",
    "DataError",
    "MissingLibraryError",
    "OptionError",
    "SidemanError",
    "TokenError",
    "UnreadableError",
    "line_and_column",
]


class SidemanError(Exception):
    """Base of all errors raised on purpose. The message is one line: what, where and the remedy."""


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character counted from 0."""
    before = text[:offset]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class ChordSyntaxError(SidemanError):
    """A progression that cannot be read.

    ``value`` is the offending text, ``position`` its first character (1-based) in the whole text, ``finding`` what is
    wrong with it, ``remedy`` what would be right. ``suggestions`` are texts to put in place of the value, the likeliest
    first; there are none where the remedy is advice.
    """

    def __init__(self, problem: str, value: str, position: int, remedy: str, suggestions: tuple[str, ...] = ()) -> None:
        self.value = value
        self.position = position
        self.finding = f"{problem} {value!r} at character {position}"
        self.remedy = remedy
        self.suggestions = suggestions
        super().__init__(f"{self.finding}: {remedy}")


class ChartError(SidemanError):
    """A chart that cannot be read: all ``faults``, each with its place; ``text`` is what their positions count in.

    The message tells the first, with line and column where the text has several, and how many more there are.
    """

    def __init__(self, text: str, faults: Sequence[ChordSyntaxError]) -> None:
        self.text = text
        self.faults = tuple(faults)
        more = len(self.faults) - 1
        super().__init__(self.told(self.faults[0]) + (f" (and {more} more)" if more else ""))

    def told(self, fault: ChordSyntaxError) -> str:
        """A fault in a line of words: what, where and the remedy."""
        if "\n" not in self.text:
            return str(fault)
        line, column = self.line_and_column(fault)
        finding = fault.finding.replace(f"at character {fault.position}", f"in line {line}, column {column}")
        return f"{finding}: {fault.remedy}"

    def line_and_column(self, fault: ChordSyntaxError) -> tuple[int, int]:
        """Where a fault stands: its line and its column, both from 1."""
        return line_and_column(self.text, fault.position - 1)


class UnreadableError(SidemanError):
    """A file or text that is no chart, or one of a kind that is not read. The message names it, and the remedy."""


class OptionError(SidemanError):
    """An option or argument outside its range."""


class TokenError(SidemanError):
    """A sequence of ids that is not music, or music that is not on the token grid."""


class DataError(SidemanError):
    """A file or dataset that cannot be read or written."""


class CheckpointError(SidemanError):
    """Weights that are missing, damaged or made for another vocabulary."""


class MissingLibraryError(SidemanError):
    """A library of the system that is not installed. The message says how to get it."""
