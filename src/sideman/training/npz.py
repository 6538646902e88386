"""Reads the numpy archives (npz) of strangers: only plain numbers, only sizes that were promised.

Knows zip and npy, nothing of music. numpy's own loader takes a millisecond longer a file, and trusts
the sizes that a file claims. Here nothing is unpickled, nothing beyond the limits is inflated, and
every fault is a :class:`DataError` that names the file and the member.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.files import read_limited

MAX_FILE_BYTES = 64 << 20
MAX_BYTES = 256 << 20  # of all wanted members together, inflated

_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of the name and of the extra field
_MAGIC = re.compile(rb"\x93NUMPY(?:\x01\x00(?P<short>..)|[\x02\x03]\x00(?P<long>....))", re.DOTALL)
_HEADER = re.compile(
    rb"\{'descr': '(?P<descr>[|<>=][biuf]\d)', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>[\d, ]{0,100})\),? ?\}\s*"
)


def read_members(path: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The members of the zip file at ``path`` whose name is ``wanted``, inflated, by name.

    Raises :class:`DataError` for what is not a sound zip file, or larger than the limits.
    """
    data = read_limited(path, MAX_FILE_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if wanted(member.filename)]
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise DataError(f"{path}: unpacks to more than {MAX_BYTES >> 20} MB")
        return {member.filename: _inflate(data, member) for member in members}
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: not a sound npz file: {error}") from error


def array(raw: bytes, where: str) -> npt.NDArray[Any]:
    """The array of numbers in the bytes of an npy file, read-only.

    ``where`` begins the message of the :class:`DataError` that anything else raises.
    """
    magic = _MAGIC.match(raw)
    if magic is None:
        raise DataError(f"{where}: not an npy array")
    start = magic.end() + int.from_bytes(magic["short"] or magic["long"], "little")
    header = _HEADER.fullmatch(raw[magic.end() : start])
    if header is None:
        raise DataError(f"{where}: not an array of plain numbers")
    try:
        dtype = np.dtype(header["descr"].decode())
        shape = tuple(int(size) for size in header["shape"].replace(b" ", b"").split(b",") if size)
    except TypeError as error:
        raise DataError(f"{where}: {error}") from error
    if len(raw) - start != math.prod(shape) * dtype.itemsize:
        raise DataError(f"{where}: {len(raw) - start} bytes of data do not fill the shape {shape}")
    try:
        values: npt.NDArray[Any] = np.frombuffer(raw, dtype, offset=start)
        return values.reshape(shape, order="F" if header["fortran"] == b"True" else "C")
    except (ValueError, OverflowError) as error:  # an axis of length 0 hides one that is longer than memory
        raise DataError(f"{where}: no array has the shape {shape}: {error}") from error


def _inflate(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """The bytes of one member, which are exactly as many as it claims."""
    if member.flag_bits & 1:
        raise zipfile.BadZipFile(f"{member.filename} is encrypted")
    header = member.header_offset
    signature, name, extra = _LOCAL_HEADER.unpack_from(data, header)
    if signature != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"{member.filename} is not where the directory says")
    start = header + _LOCAL_HEADER.size + name + extra
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_DEFLATED:
        # One byte more than claimed is enough to see that the claim is false.
        raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.file_size + 1)
    elif member.compress_type == zipfile.ZIP_STORED:
        raw = packed
    else:
        raise zipfile.BadZipFile(f"{member.filename} is packed by method {member.compress_type}")
    if len(raw) != member.file_size or zlib.crc32(raw) != member.CRC:
        raise zipfile.BadZipFile(f"{member.filename} is damaged")
    return raw
