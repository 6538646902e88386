"""A chart as it comes: bytes of a file, or a text. Finds out the encoding; knows no format of charts."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sideman.errors import UnreadableError

MAX_BYTES = 8 << 20  # of a file; texts are bounded by MAX_CHARACTERS
MAX_CHARACTERS = 1 << 20
LONE = re.compile("[\ud800-\udfff]")  # halves of pairs: JSON and command lines may hold them, no encoding does


@dataclass(frozen=True)
class Source:
    """What is to be read: ``data`` as it came. ``name`` is the file's, where there is one."""

    data: bytes
    name: str = ""

    @classmethod
    def of(cls, chart: str | bytes, name: str = "") -> Source:
        """A source. Raises :class:`UnreadableError` where it is too large."""
        if len(chart) > (MAX_BYTES if isinstance(chart, bytes) else MAX_CHARACTERS):
            limit = f"{MAX_BYTES >> 20} MB" if isinstance(chart, bytes) else f"{MAX_CHARACTERS:,} characters"
            raise UnreadableError(f"too long a chart: at most {limit} are read")
        if isinstance(chart, bytes):
            return cls(chart, name)
        chart = LONE.sub("\N{REPLACEMENT CHARACTER}", chart)
        source = cls(chart.encode(), name)
        source.__dict__["text"] = chart
        return source

    @cached_property
    def text(self) -> str | None:
        """The text, None where the bytes are none."""
        if self.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            text = self.data.decode("utf-16", "replace")
        else:
            data = self.data.removeprefix(BOM_UTF8)
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                text = data.decode("cp1252", "replace")
        if "\0" in text or len(text) > MAX_CHARACTERS:
            return None
        return text

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON object that the text is, empty where it is none."""
        text = (self.text or "").lstrip()
        try:
            document: dict[str, Any] = json.loads(text) if text.startswith("{") else {}
        except (ValueError, RecursionError):
            return {}
        return document
