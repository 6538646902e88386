"""The port behind which the files of pieces lie. Knows what is asked of it; no folders, no buckets."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sideman.web.piece_files import Found, Key
from sideman.web.store import Piece


class Filing(Protocol):
    """Keeps what was composed, and sound as long as there is room: in folders (:class:`PieceFiles`), or elsewhere."""

    def is_there(self, piece: Piece) -> bool:
        """Whether a piece has files at all."""

    def has_room(self, size: int) -> bool:
        """Whether so many bytes can be written."""

    def midi(self, piece: Piece, take: int) -> Path:
        """The MIDI file of a take."""

    def made(self, piece: Piece, name: str) -> Path:
        """Where a file lies on this machine, or will, that can be made again."""

    def fetch(self, piece: Piece, name: str) -> bool:
        """Whether it is there; if so, it lies where :meth:`made` says, and is the last one to make room."""

    def keep_made(self, piece: Piece, name: str) -> None:
        """Keep a file that was made where :meth:`made` says."""

    def make_room(self, session: str, size: int, limit: int) -> bool:
        """Delete sound, the longest unused first, until a session of ``limit`` bytes has room for ``size``.

        Returns whether it has.
        """

    def mark(self, piece: Piece, **changes: object) -> None:
        """Write down what ``changes`` of a piece."""

    def keep(self, piece: Piece, bars: Iterable[str], songs: Iterable[bytes] = (), composition: str = "") -> None:
        """Write a MIDI file a take, the bars as JSON, and the piece's document, if it has one.

        Raises :class:`DataError` where they can't be written, or the piece was deleted meanwhile.
        """

    def is_revised(self, piece: Piece) -> bool:
        """Whether a piece that is done was changed since it was composed: all is then made of its document."""

    def revise(self, piece: Piece, composition: str, before: bytes | None = None) -> None:
        """Put another document in the place of a piece's, which several processes saw as it was ``before``.

        Raises :class:`DataError` where it can't be written, or the piece was deleted meanwhile, and :class:`Problem`
        where it was changed.
        """

    def bars(self, piece: Piece) -> list[str]:
        """The bars of a piece that has ended, as JSON; of one that was not finished, those that were kept.

        Raises :class:`Problem` where they are missing.
        """

    def composition(self, piece: Piece) -> bytes | None:
        """The document of a piece that is done; None where an earlier version composed it, which kept none.

        Raises :class:`DataError` where it can't be read.
        """

    def read(self, key: Key) -> Piece | None:
        """A piece as it was marked; None where that can't be read, or is another's."""

    def found(self) -> Found:
        """Everything where pieces are, as far as this is what tells which pieces there are."""

    def deleting(self, key: Key) -> AbstractContextManager[None]:
        """Delete a piece's files; the block deletes whatever else there is of it, and is not left before it did.

        Raises :class:`OSError` where the deletion can't be begun.
        """

    def remove_unfinished(self, keys: Iterable[Key]) -> None:
        """Delete files that a server was writing when it was killed. Only to be called where no other one is alive."""
