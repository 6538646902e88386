"""XML in one pass, piece by piece, in bounded memory. Knows no music.

A document with declarations of its own (entities, defaults) is refused, and nothing outside it is ever opened.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection
from xml.etree.ElementTree import Element
from xml.parsers import expat

from sideman.errors import UnreadableError

MAX_DEPTH = 64
MAX_PIECE = 200_000  # elements of one piece
MAX_VALUE = 1_000  # characters of a text that are kept
PIECES = (2, 3)  # depths; the root is at 1

Handler = Callable[[Element, Element], None]


def visit(data: bytes, roots: Collection[str], tags: Collection[str], handle: Handler) -> None:
    """Call ``handle(parent, element)`` for each element two and three levels deep, as it ends, with all below it.

    Elements that are not in ``tags`` are passed over with what is in them. Raises :class:`UnreadableError` for what
    is not well-formed, has another root, or is nested too deep.
    """
    parser = expat.ParserCreate(_encoding(data))
    parser.buffer_text = True
    builder = _Builder(roots, tags, handle)
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        where = f"line {error.lineno}, column {error.offset + 1}"
        raise UnreadableError(f"the XML is damaged or breaks off at {where}: export the file again") from error


class _Builder:
    """Builds the pieces, and lets go of each once it was handled."""

    def __init__(self, roots: Collection[str], tags: Collection[str], handle: Handler) -> None:
        self._roots, self._tags, self._handle = roots, tags, handle
        self._open: list[Element] = []
        self._depth = 0  # of open elements, those that are passed over too
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableError(f"the XML is nested more than {MAX_DEPTH} deep: this is no score")
        if self._depth == 1 and tag not in self._roots:
            raise UnreadableError(f"this is XML, but no score: it holds <{tag[:40]}>, not <{next(iter(self._roots))}>")
        if self._depth - 1 > len(self._open) or (self._depth > 1 and tag not in self._tags):
            return
        element = Element(tag, attributes)
        if self._depth > PIECES[-1]:
            self._open[-1].append(element)
            self._count += 1
            if self._count > MAX_PIECE:
                raise UnreadableError(f"a bar of the score has more than {MAX_PIECE:,} elements")
        self._open.append(element)

    def text(self, text: str) -> None:
        if self._open and len(self._open) == self._depth:
            before = self._open[-1].text or ""
            if len(before) < MAX_VALUE:
                self._open[-1].text = before + text[: MAX_VALUE - len(before)]

    def end(self, tag: str) -> None:  # noqa: ARG002 - expat tells it
        if len(self._open) == self._depth:
            element = self._open.pop()
            if self._depth in PIECES:
                self._handle(self._open[-1], element)
                self._count = 0
        self._depth -= 1


def _check_doctype(name: str, system: str | None, public: str | None, has_declarations: int) -> None:  # noqa: ARG001
    if has_declarations:
        raise UnreadableError("the XML declares entities of its own, which is not read: export it without them")


def _encoding(data: bytes) -> str | None:
    """UTF-8 where it is, whatever the document says of itself: what is pasted has been decoded."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"
