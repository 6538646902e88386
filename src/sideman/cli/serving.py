"""`sideman serve`: options in, a running server out. Knows no requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 127.0.0.1, this machine alone, if left out.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 8000 if left out, 0 takes a free one.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of all pieces; your system's one for such things if left out.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    soundfont: Annotated[
        str | None, typer.Option(help="SoundFont of files of sound: a file, or the name of an installed one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Log as JSON lines.")] = False,
) -> None:
    """Serve the HTTP interface, until Ctrl-C.

    \b
    Examples:
      sideman serve
      sideman serve --host 0.0.0.0 --port 8080 --data pieces

    \b
    Everything else is set by environment variables such as SIDEMAN_RETENTION_DAYS=7.
    """  # noqa: D301 - \b keeps typer from filling the lines
    import signal

    from sideman.web.server import serve as run
    from sideman.web.settings import Settings

    flags = {"host": host, "port": port, "data": data, "weights": weights, "soundfont": soundfont}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # uvicorn has its own way to end, and hands the signal on
    run(Settings.read(**flags, json_logs=as_json or None))
