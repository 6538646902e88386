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
MANY = (
    "scale/compose.yaml",
    "scale/nginx.conf",
    "scale/alerts.yaml",
    "scale/dashboard.json",
    "kubernetes/sideman.yaml",
)
PATHS = [route.path for part in (routes, revision_routes) for route in part.router.routes if isinstance(route, Route)]
BUILDING = {"SIDEMAN_STRICT"}
SCALE = (ROOT / "docs/scale.md").read_text("utf-8")
DOCUMENT = (ROOT / "docs/deploying.md").read_text("utf-8")


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


@pytest.mark.parametrize("name", [*FILES, *MANY])
def test_variables_are_settings(name: str) -> None:
    known = {f"{ENV_PREFIX}{field.upper()}" for field in Settings.model_fields} | BUILDING
    assert {*re.findall(r"\bSIDEMAN_\w+", text(name))} <= known
    assert name in DOCUMENT or name in text("compose.yaml") or name in SCALE


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


def test_many_machines_are_composed_of_what_there_is() -> None:
    composed: dict[str, Any] = yaml.safe_load(text("scale/compose.yaml"))
    services = composed["services"]
    for name in ("web", "worker"):
        build = services[name]["build"]
        assert (DEPLOY / "scale" / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Containerfile")
        assert (ROOT / f"requirements/{build['args']['REQUIREMENTS']}.txt").exists()
        assert {"SIDEMAN_REDIS", "SIDEMAN_DATABASE", "SIDEMAN_FILES"} <= services[name]["environment"].keys()
    assert {*services["web"]["depends_on"], "proxy", "bucket", "web", "worker"} == services.keys()
    volumes = {each.partition(":")[0] for service in services.values() for each in service.get("volumes", ())}
    assert {each for each in volumes if not each.startswith(".")} == composed["volumes"].keys()
    for option in services["worker"]["command"][2::2]:
        assert option in text("../man/sideman.1").replace("\\-", "-")


def test_kubernetes_takes_the_manifests() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    documents: list[dict[str, Any]] = [*yaml.safe_load_all(text("kubernetes/sideman.yaml"))]
    assert len(documents) == 8
    for document in documents:
        validate.validate(document, validate.latest_version(), strict=True)
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in documents if each["kind"] == "Deployment"]
    (service,) = (each for each in documents if each["kind"] == "Service")
    assert service["spec"]["selector"] in labels


def test_rules_and_dashboard_ask_for_numbers_that_there_are() -> None:
    pytest.importorskip("redis", reason="pip install -e .[scale]")
    from sideman.web.metrics import Metrics

    told = {sample.name for metric in Metrics().registry.collect() for sample in metric.samples}
    told |= {metric.name for metric in Metrics().registry.collect()}
    told |= {f"{metric.name}_total" for metric in Metrics().registry.collect()}
    told |= {"sideman_request_seconds_bucket", "sideman_workers", "sideman_taken_over_total"}
    source = (ROOT / "src/sideman/web/scale").rglob("*.py")
    code = "".join(path.read_text("utf-8") for path in source)
    assert '"sideman_workers"' in code
    assert '"sideman_taken_over"' in code
    for name in ("scale/alerts.yaml", "scale/dashboard.json"):
        assert {*re.findall(r"\bsideman_\w+", text(name))} <= told
    rules = yaml.safe_load(text("scale/alerts.yaml"))["groups"][0]["rules"]
    assert all(rule.keys() >= {"alert", "expr", "labels", "annotations"} for rule in rules)


@pytest.mark.skipif(not shutil.which("promtool"), reason="RULES WERE NOT CHECKED: apt-get install prometheus")
def test_prometheus_takes_the_rules() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", DEPLOY / "scale/alerts.yaml"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="NGINX'S SITE WAS NOT CHECKED: there is no nginx")
def test_nginx_takes_the_site_of_many(tmp_path: Path) -> None:
    site = re.sub(r"listen \d+", f"listen unix:{tmp_path}/socket", text("scale/nginx.conf"))
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{site}\n}}")
    options = [
        "-t",
        "-p",
        str(tmp_path),
        "-c",
        str(tmp_path / "nginx.conf"),
        "-g",
        f"pid {tmp_path}/pid; error_log stderr;",
    ]
    done = subprocess.run(["nginx", *options], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
