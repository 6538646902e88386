"""The page's files: found, kept by browsers as long as they are true, and nothing else is."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.web.conftest import Start

from sideman.render.presets import SoundFont
from sideman.render.soundfont import BUNDLED_SOUNDFONT
from sideman.web import page

SCRIPT = "export const tempo = 120;\n" * 100
INDEX = '<!doctype html><script type="module" src="/assets/page-1a2b.js"></script>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page as the front end's build leaves it."""
    built = tmp_path_factory.mktemp("built") / "page"
    (built / "assets").mkdir(parents=True)
    (built / "licences.txt").write_text("Some library (MIT)", "utf-8")
    (built / "index.html").write_text(INDEX, "utf-8")
    (built / "favicon.svg").write_text("<svg/>", "utf-8")
    (built / "sw.js").write_text(SCRIPT, "utf-8")
    (built / "manifest.webmanifest").write_text('{"name": "Sideman"}', "utf-8")
    (built / "assets/page-1a2b.js").write_text(SCRIPT, "utf-8")
    (built / "assets/small-3c4d.css").write_text("p {}", "utf-8")
    (built.parent / "secret.js").write_text("secret", "utf-8")
    return built


@pytest.fixture(scope="module", name="visitor")
def _visitor(start: Start, folder: Path) -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "FOLDER", folder)
        server = start()
    with server.browser() as browser:
        yield browser


def test_the_page_is_asked_for_every_time(visitor: httpx.Client) -> None:
    response = visitor.get("/")
    assert response.text == INDEX
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    again = visitor.get("/", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


def test_assets_are_kept_for_ever(visitor: httpx.Client) -> None:
    response = visitor.get("/assets/page-1a2b.js")
    assert response.text == SCRIPT
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_text_is_sent_compressed_to_who_can_read_it(visitor: httpx.Client) -> None:
    path = "/assets/page-1a2b.js"
    with visitor.stream("GET", path) as response:
        body = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) == len(body) < len(SCRIPT) / 10
    assert gzip.decompress(body).decode() == SCRIPT
    plain = visitor.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    assert plain.headers["vary"] == response.headers["vary"] == "Accept-Encoding"
    for known in (response.headers["etag"], plain.headers["etag"]):
        assert visitor.get(path, headers={"If-None-Match": known}).status_code == 304
    part = visitor.get(path, headers={"Range": "bytes=0-5"})
    assert (part.status_code, part.text) == (206, "export")


def test_a_page_that_is_built_anew_is_another(visitor: httpx.Client, folder: Path) -> None:
    path, file = "/assets/page-1a2b.js", folder / "assets/page-1a2b.js"
    before = visitor.get(path)
    file.write_text(SCRIPT * 2, "utf-8")
    after = visitor.get(path, headers={"If-None-Match": before.headers["etag"]})
    file.write_text(SCRIPT, "utf-8")
    assert (after.status_code, after.text) == (200, SCRIPT * 2)


def test_what_is_small_is_sent_as_it_is(visitor: httpx.Client) -> None:
    response = visitor.get("/assets/small-3c4d.css")
    assert response.text == "p {}"
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("path", ["/favicon.svg", "/favicon.ico"])
def test_the_icon(visitor: httpx.Client, path: str) -> None:
    response = visitor.get(path)
    assert (response.text, response.headers["content-type"]) == ("<svg/>", "image/svg+xml")


def test_the_manifest_is_one_for_browsers(visitor: httpx.Client) -> None:
    response = visitor.get("/manifest.webmanifest")
    assert response.json() == {"name": "Sideman"}
    assert response.headers["content-type"] == "application/manifest+json"


def test_the_worker_is_asked_for_every_time(visitor: httpx.Client) -> None:
    response = visitor.get("/sw.js")
    assert (response.text, response.headers["cache-control"]) == (SCRIPT, "no-cache")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


def test_the_licences_of_what_the_page_is_built_from(visitor: httpx.Client) -> None:
    response = visitor.get("/licences.txt")
    assert (response.text, response.headers["content-type"]) == ("Some library (MIT)", "text/plain; charset=utf-8")


def test_an_instrument_is_of_the_soundfont_that_audio_is_made_with(visitor: httpx.Client) -> None:
    response = visitor.get("/instruments/program-25.sf3", params={"v": "1"})
    assert response.content == SoundFont(BUNDLED_SOUNDFONT).preset(0, 25)
    assert response.headers["content-type"] == "audio/x-soundfont"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in response.headers
    known = {"If-None-Match": response.headers["etag"]}
    assert visitor.get("/instruments/program-25.sf3", headers=known).status_code == 304
    assert visitor.get("/instruments/program-25.sf3").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["program-127", "kit-1", "kit-", "program", "-0", "bank-0", "program-2²", f"kit-{'9' * 99}"]
)
def test_an_instrument_that_there_is_not(visitor: httpx.Client, name: str) -> None:
    assert visitor.get(f"/instruments/{name}.sf3").status_code == 404


def test_heads_have_no_body(visitor: httpx.Client) -> None:
    for path in ("/", "/assets/page-1a2b.js", "/instruments/kit-0.sf3"):
        response = visitor.head(path)
        assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/", "/assets/%2e%2e", "/assets/..%2findex.html", "/assets/..%2f..%2fsecret.js"),
        *("/assets/%2fetc%2fpasswd", "/assets/..%5cindex.html", "/assets/%00", f"/assets/{'x' * 5000}", "/secret.js"),
        *("/index.html", "/assets/nothing.js", "/page/index.html"),
    ],
)
def test_nothing_else_is_found(visitor: httpx.Client, path: str) -> None:
    response = visitor.get(httpx.URL(f"{visitor.base_url}{path}"))
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"


def test_without_a_page_it_says_how_to_build_one(start: Start, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "FOLDER", tmp_path / "none")
        server = start()
    with server.browser() as browser:
        response = browser.get("/")
        assert response.headers["content-type"].startswith("text/html")
        assert "npm run build" in response.text
        assert "Node 20.19 or later of 20, or from 22.12" in response.text
        assert "/api/openapi.json" in response.text
        for sign in ("<script", "style", "http://", "https://"):
            assert sign not in response.text
        assert browser.get("/assets/page.js").status_code == 404
        assert browser.get("/favicon.svg").status_code == 404
        (tmp_path / "none").mkdir()
        (tmp_path / "none/index.html").write_text("built meanwhile")
        assert browser.get("/").text == "built meanwhile"
