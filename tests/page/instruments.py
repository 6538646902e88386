"""Instruments for pages that play: one sine for all keys, which needs no decoding, in the place of recorded ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from struct import pack

from playwright.sync_api import BrowserContext, Route

ADDRESSES = re.compile(r"/instruments/(kit|program)-(\d+)\.sf3")
DRUM_BANK = 128
RATE = 44_100  # samples a second
PERIOD = 168  # samples: about the C in the middle of a keyboard
PERIODS = 4
ROOT = 60
SILENT_SAMPLES = 46  # after each sample, as SoundFont 2.04 wants them
INSTRUMENT, SAMPLE, MODES, LOOPS = 41, 53, 54, 1  # generators, and a value


def give(context: BrowserContext) -> None:
    """Have the pages of a browser play with these."""
    context.route(ADDRESSES, _answer)


def _answer(route: Route) -> None:
    asked = ADDRESSES.search(route.request.url)
    assert asked is not None
    route.fulfill(body=font(int(asked[2]), DRUM_BANK if asked[1] == "kit" else 0), content_type="audio/x-sf3")


@cache
def font(program: int, bank: int) -> bytes:
    """A SoundFont with this program alone."""
    wave = [round(12_000 * math.sin(2 * math.pi * at / PERIOD)) for at in range(PERIOD * PERIODS)]
    samples = pack(f"<{len(wave) + SILENT_SAMPLES}h", *wave, *[0] * SILENT_SAMPLES)
    rows = {  # each with a last one that only says where those before it end
        "phdr": (pack("<20s3H3I", b"Sine", program, bank, 0, 0, 0, 0), pack("<20s3H3I", b"EOP", 0, 0, 1, 0, 0, 0)),
        "pbag": (pack("<2H", 0, 0), pack("<2H", 1, 0)),
        "pmod": (bytes(10),),
        "pgen": (pack("<2H", INSTRUMENT, 0), bytes(4)),
        "inst": (pack("<20sH", b"Sine", 0), pack("<20sH", b"EOI", 1)),
        "ibag": (pack("<2H", 0, 0), pack("<2H", 2, 0)),
        "imod": (bytes(10),),
        "igen": (pack("<2H", MODES, LOOPS), pack("<2H", SAMPLE, 0), bytes(4)),
        "shdr": (
            pack("<20s5IBbHH", b"Sine", 0, len(wave), PERIOD, len(wave) - PERIOD, RATE, ROOT, 0, 0, 1),
            pack("<20s5IBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ),
    }
    info = _list("INFO", [_chunk("ifil", pack("<2H", 2, 1)), _chunk("isng", b"EMU8000\0"), _chunk("INAM", b"Sine\0\0")])
    data = _list("sdta", [_chunk("smpl", samples)])
    return _chunk("RIFF", b"sfbk" + info + data + _list("pdta", [_chunk(name, b"".join(rows[name])) for name in rows]))


def _chunk(name: str, data: bytes) -> bytes:
    return name.encode() + pack("<I", len(data)) + data


def _list(name: str, chunks: Iterable[bytes]) -> bytes:
    return _chunk("LIST", name.encode() + b"".join(chunks))
