"""deploy/ asks for what there is: commands, options, variables, paths and files."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from sideman.web import revision_routes, routes
from sideman.web.settings import ENV_PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = ("Containerfile", "compose.yaml", "sideman.service", "nginx.conf", "Caddyfile")
PATHS = [route.path for part in (routes, revision_routes) for route in part.router.routes if isinstance(route, Route)]
BUILDING = {"SIDEMAN_STRICT"}
DOCUMENT = (ROOT / "docs/deploying.md").read_text("utf-8")


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_variables_are_settings(name: str) -> None:
    known = {f"{ENV_PREFIX}{field.upper()}" for field in Settings.model_fields} | BUILDING
    assert {*re.findall(r"\bSIDEMAN_\w+", text(name))} <= known
    assert name in DOCUMENT or name in text("compose.yaml")


def test_settings_of_the_examples_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = re.findall(r"^ *#? *(SIDEMAN_\w+): (.+?)(?: #.*)?$", text("compose.yaml"), re.MULTILINE)
    for name, value in examples:
        monkeypatch.setenv(name, yaml.safe_load(value))
    settings = Settings.read()
    assert settings.allowed_hosts == {"band.example.org", "127.0.0.1"}
    assert settings.https
    assert settings.trust_proxy


def test_container_is_of_files_that_are_there() -> None:
    file = text("Containerfile")
    assert "ARG REQUIREMENTS=playing" in file
    for name in ("playing", "scale"):
        assert (ROOT / f"requirements/{name}.txt").exists()
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert not {"requirements", "src", "frontend", "build_hooks", "man", "docs"} & {*ignored}
    assert 'CMD ["sideman", "serve"]' in file
    assert "USER 10001" in file
    assert file.count("VOLUME") == 1


def test_health_is_asked_where_it_is_told() -> None:
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+?)'", text("Containerfile"))
    assert path in PATHS


def test_composed_service_is_the_container() -> None:
    services: dict[str, Any] = yaml.safe_load(text("compose.yaml"))["services"]
    (service,) = services.values()
    build = service["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Containerfile")
    assert service["volumes"] == ["pieces:/data"]


def test_every_stream_of_events_is_unbuffered() -> None:
    (pattern,) = re.findall(r"location ~ (\S+) \{\n[^}]*proxy_buffering off", text("nginx.conf"))
    streams = [path for path in PATHS if path.endswith("/events")]
    assert len(streams) > 1
    for path in PATHS:
        assert bool(re.search(pattern, path)) == (path in streams), path
    assert "flush_interval -1" in text("Caddyfile")


def test_bodies_that_the_server_takes_pass() -> None:
    assert Settings.model_fields["body_bytes"].default == 2 * 2**20
    assert "client_max_body_size 2m;" in text("nginx.conf")
    assert "max_size 2MiB" in text("Caddyfile")


@pytest.mark.skipif(not shutil.which("nginx"), reason="NGINX'S SITE WAS NOT CHECKED: there is no nginx")
@pytest.mark.skipif(not shutil.which("openssl"), reason="NGINX'S SITE WAS NOT CHECKED: there is no openssl")
def test_nginx_takes_the_site(tmp_path: Path) -> None:
    make = "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=band.example.org"
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    subprocess.run(["openssl", *make, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    site = text("nginx.conf").replace("/etc/ssl/band.example.org.pem", str(certificate))
    site = site.replace("/etc/ssl/band.example.org.key", str(key))
    site = re.sub(r"listen \d+", "listen unix:" + str(tmp_path / "socket"), site, count=1)
    site = re.sub(r"listen \d+", "listen unix:" + str(tmp_path / "secure"), site, count=1)
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{site}\n}}")
    options = f"pid {tmp_path}/pid; error_log stderr;"
    done = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-g", options],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="THE SERVICE WAS NOT CHECKED: there is no systemd")
def test_systemd_takes_the_service(tmp_path: Path) -> None:
    """With a program that is here, and without the man page, which may not be."""
    service = tmp_path / "sideman.service"
    unit = text("sideman.service").replace("/opt/sideman/bin/sideman", "/bin/sh", 1)
    service.write_text(re.sub(r"^Documentation=.*\n", "", unit, flags=re.MULTILINE), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", service], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    service.write_text(unit.replace("Restart=on-failure", "Restart=sometimes"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", service], check=False, capture_output=True, text=True)
    assert "sometimes" in done.stderr  # it looks
