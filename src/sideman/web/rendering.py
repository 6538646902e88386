"""Sound that is asked for: of which take, in which mix, encoded how. Knows what JSON can hold; no files, no sound.

:class:`Renderer` is the port for who makes it: the process that was asked, or a worker elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

from sideman.render.audio import USUAL, Encoding
from sideman.web.mixing import Mix
from sideman.web.store import Piece

AUDIO, STEMS, BUNDLE = "audio", "stems", "bundle"


class Wanted(NamedTuple):
    """Which take, and with which candidate of a revision, if any."""

    take: int
    candidate: int | None = None


@dataclass(frozen=True)
class Asked:
    """A file of sound: :data:`AUDIO`, :data:`STEMS` or :data:`BUNDLE`, the ``kind`` of what is in it, and of what."""

    what: str
    take: int
    candidate: int | None
    mix: Mix
    kind: str
    encoding: Encoding

    @classmethod
    def of(cls, what: str, part: Wanted, mix: Mix, kind: str = "", encoding: Encoding = USUAL) -> Self:
        """From what a request says."""
        return cls(what, part.take, part.candidate, mix, kind, encoding)

    @property
    def json(self) -> dict[str, Any]:
        """The same, as JSON can hold it."""
        return {
            "what": self.what,
            "take": self.take,
            "candidate": self.candidate,
            "mix": self.mix.asked,
            "kind": self.kind,
            "encoding": {"bits": self.encoding.bits, "tail": self.encoding.tail},
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """From :attr:`json`. Raises :class:`OptionError` where it says something else."""
        mix, encoding = Mix.asking(data["mix"]), Encoding(**data["encoding"])
        return cls(data["what"], data["take"], data["candidate"], mix, data["kind"], encoding)


class Renderer(Protocol):
    """Makes files of sound somewhere else."""

    def render(self, piece: Piece, name: str, asked: Asked) -> None:
        """Have a file made, and wait until it is kept. Raises :class:`Problem` where it can't be."""
