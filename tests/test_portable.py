"""Nothing that plays needs POSIX: what Windows lacks is called in the places below alone, which have a way round it.

Reads the sources, since no Windows is at hand; what is run there stands in docs/platforms.md.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.cases import cases

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for place in (
        "src",
        "build_hooks",
        "reference",
        "docs_build.py",
        "hatch_build.py",
        "script/windows.py",
        "script/try_wheel",
    )
    for path in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.py"))
)
MODULES = {"crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
# Of modules that Windows has, what it lacks there or what does something else.
NAMES = {
    "asyncio": "add_signal_handler",
    "mmap": "PROT_READ PROT_WRITE MAP_SHARED MAP_PRIVATE madvise",
    "multiprocessing": "Process Pool",  # without a context: some systems fork, which threads don't survive
    "os": "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_SYNC chown chroot confstr ctermid fchdir fchmod fchown "
    "fdatasync fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getsid getuid "
    "kill killpg lchown lockf mkfifo mknod nice openpty posix_fadvise pread preadv pwrite sched_getaffinity "
    "sched_setaffinity sched_yield sendfile setegid seteuid setgid setpgid setpriority setsid setuid statvfs sync "
    "sysconf uname wait wait3 wait4",
    "signal": "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 alarm pause pthread_kill pthread_sigmask "
    "setitimer sigwait",
    "socket": "AF_UNIX SO_REUSEPORT socketpair",
    "time": "tzset",
}
ALLOWED = {  # and what is done where there is none
    ("src/sideman/machine.py", "os.sched_getaffinity"): "asked for with hasattr; os.cpu_count() in its place",
    **dict.fromkeys(
        (
            ("src/sideman/files.py", name)
            for name in ("fcntl", "fcntl.flock", "fcntl.LOCK_EX", "fcntl.LOCK_NB", "os.O_NOFOLLOW")
        ),
        "elsewhere than on Windows alone; there a half-written file is not locked, and not removed either",
    ),
    **dict.fromkeys(
        (
            ("src/sideman/web/server.py", name)
            for name in (
                "resource",
                "resource.RLIM_INFINITY",
                "resource.RLIMIT_NOFILE",
                "resource.getrlimit",
                "resource.setrlimit",
            )
        ),
        "elsewhere than on Windows alone, which limits no files",
    ),
    ("src/sideman/training/memory.py", "os.sysconf"): "asked with glibc alone",
}
READERS = {"read_text", "write_text", "open", "fdopen", "TextIOWrapper"}
RUNNERS = {"run", "Popen", "check_output", "check_call"}


Nodes = list[ast.AST]


def nodes_of(source: str) -> Nodes:
    return [*ast.walk(ast.parse(source))]


@cache
def files() -> list[tuple[str, Nodes]]:
    return [(path.relative_to(ROOT).as_posix(), nodes_of(path.read_text("utf-8"))) for path in SOURCES]


def uses(nodes: Nodes) -> Iterator[tuple[int, str]]:
    """Line and name, as ``os.fork``, of what is imported or called of the modules above."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.lineno, f"{node.value.id}.{node.attr}"


def lacking(name: str) -> bool:
    module, _, rest = name.partition(".")
    return module in MODULES or rest in NAMES.get(module, "").split()


def undeclared(nodes: Nodes) -> Iterator[tuple[int, str]]:
    """Line and name of calls that read or write text in the system's encoding, which is not UTF-8 on Windows."""
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        literals = [value.value for value in (*call.args, *given.values()) if isinstance(value, ast.Constant)]
        if "encoding" in given or None in given or any(value in {"utf-8", "utf-8-sig"} for value in literals):
            continue
        is_binary = any(isinstance(value, str) and "b" in value for value in literals)
        if (name in RUNNERS and given.keys() & {"text", "universal_newlines"}) or (name in READERS and not is_binary):
            yield call.lineno, name


def test_what_windows_lacks_is_called_where_there_is_a_way_round() -> None:
    found = {(file, name): line for file, nodes in files() for line, name in uses(nodes) if lacking(name)}
    assert found.keys() == ALLOWED.keys(), {f"{file}:{line}": name for (file, name), line in found.items()}


# What opens no text: a file of a zip, a descriptor, a page, the server's parts.
OPENERS = {
    "script/windows.py",
    "src/sideman/charts/musicxml/archive.py",
    "src/sideman/files.py",
    "src/sideman/web/arrangements.py",
}


def test_text_is_utf_8_everywhere() -> None:
    found = [
        f"{file}:{line}: {name}"
        for file, nodes in files()
        for line, name in undeclared(nodes)
        if not (name == "open" and file in OPENERS)
    ]
    assert found == []


@cases(
    ("source", "found"),
    [
        ("import fcntl", True),
        ("from os import fork", True),
        ("import os\nos.fork()", True),
        ("import signal\nsignal.alarm(3)", True),
        ("import signal\nsignal.SIGINT", False),
        ("import os\nos.replace(a, b)", False),
    ],
)
def test_it_sees_what_it_looks_for(source: str, found: bool) -> None:
    assert any(lacking(name) for _, name in uses(nodes_of(source))) == found


@cases(
    ("source", "found"),
    [
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("open(path)", True),
        ("open(path, 'w')", True),
        ("run(command, text=True)", True),
        ("path.read_text('utf-8')", False),
        ("path.write_text(text, encoding='utf-8')", False),
        ("path.open('rb')", False),
        ("run(command, text=True, encoding='utf-8')", False),
        ("run(command)", False),
    ],
)
def test_it_sees_an_encoding_that_is_missing(source: str, found: bool) -> None:
    assert any(undeclared(nodes_of(source))) == found
