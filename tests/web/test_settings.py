"""Settings, log lines and limits."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest

from sideman.errors import OptionError
from sideman.web.limiter import Limiter
from sideman.web.logs import JsonLines, TextLines, configure
from sideman.web.problems import Problem
from sideman.web.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs/server.md").read_text("utf-8")


def test_without_a_word_only_this_machine_is_served() -> None:
    settings = Settings.read()
    assert settings.host == "127.0.0.1"
    assert settings.is_local
    assert settings.allowed_hosts == {"127.0.0.1", "localhost", "::1"}
    assert Settings.read(host="0.0.0.0").allowed_hosts == frozenset()
    assert Settings.read(host="0.0.0.0", hosts=("a",)).allowed_hosts == {"a"}


def test_the_package_is_no_place_for_pieces() -> None:
    assert "site-packages" not in str(Settings.read().data)
    assert Settings.read().data.is_absolute()


def test_flags_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEMAN_PORT", "9000")
    monkeypatch.setenv("SIDEMAN_HOSTS", '["band.example"]')
    monkeypatch.setenv("SIDEMAN_RETENTION_DAYS", "7")
    settings = Settings.read(port=None, host=None)
    assert (settings.port, settings.hosts, settings.retention_days) == (9000, ("band.example",), 7)
    assert Settings.read(port=9001).port == 9001


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("PORT", "x"), ("HOSTS", "a,b"), ("BATCH", "0"), ("GRACE", "-1")]
)
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SIDEMAN_{name}", value)
    with pytest.raises(OptionError) as caught:
        Settings.read()
    assert name.lower() in str(caught.value).lower()
    assert "\n" not in str(caught.value)


def test_every_setting_is_described_and_documented() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description
        (row,) = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `SIDEMAN_{name.upper()}` |")]
        assert row.endswith(f"| {field.description} |")
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert f"| `{field.default:.10g}` |" in row


def test_log_lines_cannot_be_forged() -> None:
    record = logging.LogRecord("sideman.web", logging.INFO, "", 0, "request", None, None)
    path = "/a\nforged: \x1b[31mline\u2028"
    record.__dict__ |= {"path": path, "status": 200}
    line = JsonLines().format(record)
    assert line.isprintable()
    assert json.loads(line)["path"] == path
    assert json.loads(line)["status"] == 200
    text = TextLines().format(record)
    assert text.isprintable()
    assert "status=200" in text


@pytest.mark.parametrize("as_json", [True, False])
def test_faults_are_logged_with_their_trace(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure(as_json=as_json)
    logging.getLogger().handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
    logging.getLogger("sideman.web").error("a fault", exc_info=ValueError("why"))
    text = capsys.readouterr().err
    assert "a fault" in text
    assert "ValueError: why" in text
    assert len(text.splitlines()) == 1 or not as_json


def test_rates_are_of_an_address() -> None:
    limiter = Limiter("things", 2)
    for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2", "unknown"):
        limiter.check(address)
    with pytest.raises(Problem, match="2 things a minute"):
        limiter.check("10.0.0.1")


def test_a_network_of_ipv6_is_one_address() -> None:
    limiter = Limiter("things", 2)
    limiter.check("2001:db8::1")
    limiter.check("2001:db8::2")
    with pytest.raises(Problem):
        limiter.check("2001:db8::3")
    limiter.check("2001:db8:0:1::1")


def test_addresses_of_ipv4_that_came_by_ipv6_are_their_own() -> None:
    limiter = Limiter("things", 1)
    limiter.check("::ffff:10.0.0.1")
    limiter.check("::ffff:10.0.0.2")
    with pytest.raises(Problem):
        limiter.check("10.0.0.1")
