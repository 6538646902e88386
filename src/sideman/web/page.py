"""The page as files: what a browser loads to show it, and the instruments it plays. Knows paths, caches and gzip.

The front end's build writes the page to :data:`FOLDER`. It is not part of the source; without it the server works all
the same, and ``/`` says how to build it.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from http import HTTPStatus
from pathlib import Path

import anyio.to_thread
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from sideman.errors import DataError
from sideman.render.soundfont import preset_font
from sideman.web.sessions import SECONDS_PER_DAY

FOLDER = Path(__file__).parent / "page"
INDEX = "index.html"
READING = ["GET", "HEAD"]
# Those of the machine may be anything, and browsers believe them.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".sf3": "audio/x-soundfont",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = (".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm")
LEAST_BYTES = 1_000  # below, gzip gains nothing
MOST_COMPRESSED = 64  # files that are kept compressed

KIT, PROGRAM = "kit", "program"
INSTRUMENT = re.compile(f"({KIT}|{PROGRAM})-([0-9]{{1,3}})")
TAG_DIGITS = 16  # of a hash

ALWAYS_ASK = "no-cache"
A_DAY = f"public, max-age={SECONDS_PER_DAY}"
FOR_EVER = f"public, max-age={365 * SECONDS_PER_DAY}, immutable"  # the name holds a hash of the content

WITHOUT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sideman</title>
<h1>Sideman</h1>
<p>Chords in, a band out. This server works, but its page was not built.</p>
<p>To build it, install Node 20.19 or later of 20, or from 22.12, run <code>npm ci</code> and
<code>npm run build</code> in the folder <code>frontend</code> of the source, and load this again.</p>
<p>Programs need no page: they speak to the server as <a href="/api/openapi.json">its OpenAPI document</a> says.</p>
</html>
"""


class Files(StaticFiles):
    """A folder of files that everybody may read; no other file is found, whatever name is asked for."""

    async def answer(self, name: str, scope: Scope, cache: str) -> Response:
        """The file, or that it has not changed. ``cache`` is for Cache-Control. Raises HTTPException for no file."""
        response = await self.get_response(name, scope)
        suffix = Path(name).suffix
        if isinstance(response, FileResponse):
            response.headers["Content-Type"] = MEDIA_TYPES.get(suffix, "application/octet-stream")
            if suffix in COMPRESSED and _takes_gzip(scope):
                response = await anyio.to_thread.run_sync(_compressed, response)
        response.headers["Cache-Control"] = cache
        if suffix in COMPRESSED:
            response.headers["Vary"] = "Accept-Encoding"
        return response


def page_router(folder: Path) -> APIRouter:
    """The routes of the page that was built to ``folder``, at this moment or later."""
    page = Files(directory=folder, check_dir=False)
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=READING)
    async def get_page(request: Request) -> Response:
        """The page, or how to get it."""
        if not await anyio.Path(folder / INDEX).is_file():
            return Response(WITHOUT, media_type="text/html", headers={"Cache-Control": ALWAYS_ASK})
        return await page.answer(INDEX, request.scope, ALWAYS_ASK)

    @router.api_route("/assets/{name}", methods=READING)
    async def get_asset(name: str, request: Request) -> Response:
        """What the page loads."""
        return await page.answer(f"assets/{name}", request.scope, FOR_EVER)

    @router.api_route("/favicon.svg", methods=READING)
    @router.api_route("/favicon.ico", methods=READING)  # browsers ask for it beside what is not HTML
    async def get_icon(request: Request) -> Response:
        """The page's sign."""
        return await page.answer("favicon.svg", request.scope, A_DAY)

    @router.api_route("/manifest.webmanifest", methods=READING)
    async def get_manifest(request: Request) -> Response:
        """What browsers need to install the page, and to share charts with it."""
        return await page.answer("manifest.webmanifest", request.scope, ALWAYS_ASK)

    @router.api_route("/sw.js", methods=READING)
    async def get_worker(request: Request) -> Response:
        """What keeps the page for when this server is out of reach."""
        return await page.answer("sw.js", request.scope, ALWAYS_ASK)

    @router.api_route("/licences.txt", methods=READING)
    async def get_licences(request: Request) -> Response:
        """Under what licences the page was built from the work of others."""
        return await page.answer("licences.txt", request.scope, ALWAYS_ASK)

    @router.api_route("/instruments/{name}.sf3", methods=READING)
    async def get_instrument(name: str, request: Request) -> Response:
        """An instrument of the SoundFont that audio files are made with; a kit begins with ``kit-``."""
        asked = INSTRUMENT.fullmatch(name)
        if asked is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            font = await anyio.to_thread.run_sync(lambda: preset_font(int(asked[2]), is_drum=asked[1] == KIT))
        except DataError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND) from error
        tag = f'"{hashlib.sha256(font).hexdigest()[:TAG_DIGITS]}"'
        headers = {"ETag": tag, "Cache-Control": FOR_EVER if "v" in request.query_params else ALWAYS_ASK}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(font, media_type=MEDIA_TYPES[".sf3"], headers=headers)

    return router


def _takes_gzip(scope: Scope) -> bool:
    headers = Request(scope).headers
    return "gzip" in headers.get("accept-encoding", "") and "range" not in headers


def _compressed(response: FileResponse) -> Response:
    """The same as gzip, under a weak ETag: other bytes, but the same file."""
    status = Path(response.path).stat()
    body = _gzip(str(response.path), status.st_mtime_ns, status.st_size)
    headers = {name: response.headers[name] for name in ("content-type", "last-modified")}
    headers |= {"Content-Encoding": "gzip", "ETag": f"W/{response.headers['etag']}"}
    return Response(body, headers=headers) if body else response


@functools.lru_cache(MOST_COMPRESSED)
def _gzip(path: str, changed: int, size: int) -> bytes:  # noqa: ARG001 - a file that changed is another
    """A file as gzip; nothing where that is not worth it."""
    return gzip.compress(Path(path).read_bytes(), mtime=0) if size >= LEAST_BYTES else b""
