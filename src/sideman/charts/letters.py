"""Rehearsal letters: lines and beginnings of lines that name a section, and are not a chord. Knows no bars."""

from __future__ import annotations

from collections.abc import Sequence

from sideman.charts.labels import Label, letter
from sideman.charts.lexing import Lexer, Piece
from sideman.charts.lines import Line, classify
from sideman.charts.reading import Notes
from sideman.music.song import Place

ANSWERS = ("section", "chord")
FOLLOWED = 3  # pieces of a line that begins with a letter: the letter, a bar line, a chord


def name_letters(lines: Sequence[Line], notes: Notes, lexer: Lexer) -> None:
    """Make labels of the lines that are a letter, and of letters before a double bar line."""
    _name_lines(lines, notes, lexer)
    _name_beginnings(lines, notes)


def _name_lines(lines: Sequence[Line], notes: Notes, lexer: Lexer) -> None:
    """Letters alone: in brackets, with a colon, between lines with bars, or A, B, C in their order."""
    lone = [line for line in lines if line.kind in ("plain", "label") and _letter(line)]
    has_bars = any(line.kind == "barred" for line in lines)
    has_inline = any(line.kind == "inline" for line in lines)
    letters = [_letter(line) for line in lone]
    are_many = has_bars or len(set(letters)) > 1
    for line, name in zip(lone, letters, strict=True):
        text = line.text.strip()
        bracketed = text[0] in "[("
        if (bracketed and not has_inline) or text.endswith(":") or (are_many and _are_in_order(letters)):
            place = Place(line.start, line.start + len(line.text))
            if bracketed or notes.ask("letter", ANSWERS, place, name) == "section":
                line.kind, line.pieces = "label", []
                line.label = line.maybe or Label(text.strip("()[]:."), 1, len(line.text), True)
        elif line.kind == "label":
            line.kind = "words"
            classify(line, lexer)
            line.kind, line.label = ("plain", None) if line.pieces else ("words", None)


def _name_beginnings(lines: Sequence[Line], notes: Notes) -> None:
    """``A || G7 | C7``: a letter, a double bar line, and what the section begins with."""
    rows = [line for line in lines if line.kind == "barred" and line.label is None and _leads(line.pieces)]
    letters = [line.pieces[0].text for line in rows]
    for line, name in zip(rows, letters, strict=True):
        first = line.pieces[0]
        place = Place(first.start, first.end)
        if _are_in_order(letters) and notes.ask("letter", ANSWERS, place, name) == "section":
            line.label, line.pieces = Label(name, 1, 1, True), line.pieces[1:]


def _are_in_order(letters: Sequence[str]) -> bool:
    """Whether new ones come in the order of the alphabet, from A on."""
    firsts = list(dict.fromkeys(letters))
    return firsts == sorted(firsts) and firsts[0] == "A"


def _leads(row: Sequence[Piece]) -> bool:
    is_letter = len(row) >= FOLLOWED and row[0].kind == "chord" and len(row[0].text) == 1
    return is_letter and row[1].text in ("||", "‖", "|:", "||:")


def _letter(line: Line) -> str:
    """The letter that a line consists of, but for how often; nothing for other lines."""
    return letter(line.maybe.name if line.maybe else line.text) or ""
