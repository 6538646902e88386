"""`sideman serve` and `sideman work`: options in, a running process out. Knows no requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Redis = Annotated[
    str | None, typer.Option(help="Redis of a server on many machines, such as redis://cache:6379/0.", metavar="URL")
]
Database = Annotated[
    str | None, typer.Option(help="Its PostgreSQL, such as postgresql://user:password@db/sideman.", metavar="URL")
]
Files = Annotated[
    str | None, typer.Option(help="Its object store, such as s3://bucket/folder or file:///folder.", metavar="URL")
]
AsJson = Annotated[bool, typer.Option("--json", help="Log as JSON lines.")]


def serve(  # noqa: PLR0913, PLR0917 - options of the command
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
    redis: Redis = None,
    database: Database = None,
    files: Files = None,
    as_json: AsJson = False,
) -> None:
    """Serve the HTTP interface, until Ctrl-C.

    \b
    Examples:
      sideman serve
      sideman serve --host 0.0.0.0 --port 8080 --data pieces
      sideman serve --redis redis://cache --database postgresql://sideman@db/sideman --files s3://pieces

    \b
    With --redis, --database and --files it answers alone, and any number of it may: `sideman work` composes.
    Everything else is set by environment variables such as SIDEMAN_RETENTION_DAYS=7.
    """  # noqa: D301 - \b keeps typer from filling the lines
    import signal

    from sideman.web.server import serve as run
    from sideman.web.settings import Settings

    flags = {"host": host, "port": port, "data": data, "weights": weights, "soundfont": soundfont}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # uvicorn has its own way to end, and hands the signal on
    run(Settings.read(**flags, redis=redis, database=database, files=files, json_logs=as_json or None))


def work(
    redis: Redis = None,
    database: Database = None,
    files: Files = None,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    soundfont: Annotated[
        str | None, typer.Option(help="SoundFont of files of sound: a file, or the name of an installed one.")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option("--metrics-port", help="Port of numbers for Prometheus; none if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compose and make sound for servers that answer alone, until Ctrl-C. Any number of it may.

    \b
    Examples:
      sideman work --redis redis://cache --database postgresql://sideman@db/sideman --files s3://pieces
      SIDEMAN_BATCH=32 sideman work --metrics-port 9100

    \b
    Everything else is set by environment variables such as SIDEMAN_DATABASE, or AWS_ENDPOINT_URL for --files.
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.errors import MissingLibraryError
    from sideman.web.settings import Settings

    try:
        from sideman.web.scale.assembling import work as run
    except ImportError as error:
        message = f"`sideman work` needs {error.name}: pip install 'sideman[scale]'"
        raise MissingLibraryError(message) from error
    flags = {"redis": redis, "database": database, "files": files, "weights": weights, "soundfont": soundfont}
    run(Settings.read(**flags, worker_port=metrics_port, json_logs=as_json or None))
