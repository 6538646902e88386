"""Keeping freed memory for the next step. Knows no music.

A step frees and takes back more than a gigabyte; getting it from the system page by page took a tenth of its time and
more (docs/experiments.md). Linux with glibc alone; elsewhere nothing changes.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # parameters of mallopt, glibc's malloc.h
_MOST_INT = 2**31 - 1
_LARGE_PAGES = 0.5  # of the machine's memory may be in them: more than a step takes


def keep_memory() -> bool:
    """Keep what is freed, in large pages where the system has them; whether it could be done.

    For the whole process, which no longer gives memory back before it ends: for programs that train.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = (ctypes.c_size_t,)
    library.free.argtypes = (ctypes.c_void_p,)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _MOST_INT), (_ARENA_MAX, 1))
    done: bool = min(library.mallopt(name, value) for name, value in settings) == 1
    size = int(os.sysconf("SC_PHYS_PAGES") * _LARGE_PAGES) * mmap.PAGESIZE
    place = library.malloc(size)  # not touched, so nothing is taken yet
    if not place:  # a limit of memory: small pages then
        return done
    begin = -(-place // mmap.PAGESIZE) * mmap.PAGESIZE
    advised: int = library.madvise(begin, (place + size - begin) // mmap.PAGESIZE * mmap.PAGESIZE, mmap.MADV_HUGEPAGE)
    library.free(place)
    return done and advised == 0
