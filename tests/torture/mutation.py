"""Inputs as chance makes them: texts, bytes, JSON and zip files, changed in a few places. Knows no formats of music."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

SPECIAL = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
ODD: tuple[Any, ...] = (
    *(None, True, "", "x", [], {}, [[]], 0, -1, 1.5, 1e308, -1e308, float("nan"), float("inf")),
    *(2**31, 2**63, -(2**63), 10**400, 739, 999_999_999, "9" * 5000, "\ud800", "C:4|Am:4", [[0, 1, 2, 3]], {"a": 1}),
)
MOST_CHANGES = 8


def mutated_bytes(data: bytes, random: Random, other: bytes = b"") -> bytes:
    """A few changes of bytes: bits, numbers, ranges left out, doubled, moved, filled, taken of ``other``."""
    changed = bytearray(data)
    for _ in range(random.randint(1, MOST_CHANGES)):
        if not changed:
            changed += random.randbytes(8)
        at = random.randrange(len(changed))
        span = min(len(changed) - at, random.choice((1, 2, 4, 8, 64, 1024)))
        match random.randrange(8):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                size = random.choice((1, 2, 4))
                number = random.choice(SPECIAL) & ((1 << 8 * size) - 1)
                changed[at : at + size] = number.to_bytes(size, random.choice(("little", "big")))
            case 2:
                del changed[at : at + span]
            case 3:
                changed[at:at] = changed[at : at + span]
            case 4:
                changed[at : at + span] = bytes(span) if random.random() < 0.5 else b"\xff" * span
            case 5:
                changed[at : at + span] = random.randbytes(span)
            case 6 if other:
                begin = random.randrange(len(other))
                changed[at : at + span] = other[begin : begin + random.choice((4, 64, 1024))]
            case _:
                if random.random() < 0.3:
                    del changed[at:]
    return bytes(changed)


def mutated_text(text: str, random: Random, tokens: Sequence[str], other: str = "") -> str:
    """A few changes of a text: pieces left out, doubled, swapped, tokens put in, characters changed, another's part."""
    for _ in range(random.randint(1, MOST_CHANGES)):
        at = random.randrange(len(text) + 1)
        end = min(len(text), at + random.choice((1, 1, 3, 10, 40)))
        match random.randrange(6):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:end] + text[at:end] * random.choice((1, 1, 2, 20)) + text[end:]
            case 2:
                text = text[:at] + random.choice(tokens) + text[at:]
            case 3:
                text = text[:at] + character(random) + text[end:]
            case 4 if other:
                begin = random.randrange(len(other))
                text = text[:at] + other[begin : begin + random.choice((3, 20, 200))] + text[at:]
            case _:
                text = text[at:end] + text[:at] + text[end:]
    return text


def character(random: Random) -> str:
    """One of all there are, the likely ones more often."""
    low, high = random.choice(
        (
            (32, 126),
            (32, 126),
            (0, 31),
            (0x80, 0x24F),
            (0x2000, 0x2BFF),
            (0x266D, 0x266F),
            (0xD800, 0xDFFF),
            (0, 0x10FFFF),
        )
    )
    return chr(random.randint(low, high))


def mutated_json(value: Any, random: Random) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same value with a few of its parts, at any depth, left out, doubled or another."""
    changed = json.loads(json.dumps(value))
    for _ in range(random.randint(1, MOST_CHANGES)):
        inside = changed
        while isinstance(inside, dict | list) and inside:
            key: Any = random.choice(list(inside)) if isinstance(inside, dict) else random.randrange(len(inside))
            if isinstance(inside[key], dict | list) and inside[key] and random.random() < 0.8:
                inside = inside[key]
                continue
            match random.randrange(5):
                case 0:
                    del inside[key]
                case 1 if isinstance(inside, list):
                    inside.insert(key, deepcopy(inside[key]))
                case 2 if isinstance(inside[key], int | float) and not isinstance(inside[key], bool):
                    inside[key] = random.choice((inside[key] + 1, -inside[key], inside[key] * 1000))
                case _:
                    inside[key] = deepcopy(random.choice(ODD))
            break
    return changed


def as_json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    """Its text; lone halves of surrogate pairs as they are escaped."""
    return json.dumps(value).encode()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    """A zip file of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def mutated_zip(data: bytes, random: Random) -> bytes:
    """A member changed and packed again, or one left out or called otherwise; now and then the archive's own bytes."""
    if random.random() < 0.3:
        return mutated_bytes(data, random)
    members = unpacked(data)
    name = random.choice(list(members))
    match random.randrange(6):
        case 0:
            del members[name]
        case 1:
            members[name[:-1] or "x"] = members.pop(name)
        case _:
            members[name] = mutated_bytes(members[name], random, random.choice(list(members.values())))
    return packed(members)
