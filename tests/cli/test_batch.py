"""`sideman arrange --batch`: every line that can be read becomes files, every other is reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from sideman.cli.outputs import safe_id
from sideman.errors import OptionError
from sideman.music.band import Role
from sideman.render.midi import read_midi

A = {"id": "a", "prompt": "C:4|G:4"}


def lines(*values: Any) -> str:  # noqa: ANN401 - JSON
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.mid"))


def test_each_line_becomes_its_samples(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "prompts.jsonl").write_text(
        lines(A, "", {"id": 7, "prompt": "Am:16", "tempo": 90, "style": "Jazz", "tracks": "bass,drums"})
    )
    code, out, err = run("arrange", "--batch", "prompts.jsonl", "-o", "new/out", "--samples", 3, "--weights", weights)
    assert (code, err) == (0, "")
    assert out == "2 of 2 lines arranged: 6 files in new/out\n"
    assert names(tmp_path / "new/out") == [f"{name}_{sample}.mid" for name in ("7", "a") for sample in range(3)]
    band = read_midi(tmp_path / "new/out/7_0.mid")
    assert band.tempo == 90
    assert set(band.roles) <= {Role.BASS, Role.DRUMS}


def test_samples_are_the_takes_of_its_seed(run: Run, weights: Path, tmp_path: Path) -> None:
    stdin = lines({**A, "seed": 5, "tracks": ["piano", "bass"]})
    run("arrange", "--batch", "-", "-o", "out", "--samples", 2, "--weights", weights, stdin=stdin)
    run(
        "arrange", A["prompt"], "-o", "b.mid", "--takes", 2, "--seed", 5, "--tracks", "piano,bass", "--weights", weights
    )
    for sample in range(2):
        assert read_midi(tmp_path / f"out/a_{sample}.mid") == read_midi(tmp_path / f"b_{sample + 1}.mid")


def test_every_line_has_a_seed_of_its_own_which_is_told(run: Run, weights: Path, tmp_path: Path) -> None:
    stdin = lines(A, {**A, "id": "b"}, {**A, "id": "c", "seed": 0})
    out = run("arrange", "--batch", "-", "-o", "out", "--samples", 2, "--weights", weights, "--json", stdin=stdin).out
    seeds = {(entry["id"], entry["sample"]): entry["seed"] for entry in json.loads(out)["written"]}
    assert seeds["c", 0] == 0
    assert len({seeds[name, 0] for name in "abc"}) == 3
    assert all(seeds[name, 0] == seeds[name, 1] for name in "abc")
    assert len({(tmp_path / f"out/{name}_{sample}.mid").read_bytes() for name, sample in seeds}) == 6
    run("arrange", A["prompt"], "-o", "b.mid", "--seed", seeds["b", 1], "--takes", 2, "--weights", weights)
    assert (tmp_path / "b_2.mid").read_bytes() == (tmp_path / "out/b_1.mid").read_bytes()


def test_options_hold_for_lines_without_their_own(run: Run, weights: Path, tmp_path: Path) -> None:
    stdin = lines({**A, "tempo": None}, {"id": "b", "prompt": "C:4", "tempo": 180.5})
    run("arrange", "--batch", "-", "-o", "out", "--tempo", 77, "--weights", weights, stdin=stdin)
    assert [read_midi(tmp_path / f"out/{name}_0.mid").tempo for name in "ab"] == [77, 180.5]


def test_what_means_nothing_is_ignored_and_told_once(run: Run, weights: Path) -> None:
    stdin = lines(
        {**A, "title": "x", "source": 1}, {**A, "id": "b", "title": None}, {"id": "c", "prompt": "H", "title": ""}
    )
    arguments = ("arrange", "--batch", "-", "-o", "out", "--weights", weights)
    _, _, err = run(*arguments, stdin=stdin)
    assert err.splitlines()[0] == "ignored: 'title' (3 lines), 'source' (1 line)"
    assert err.count("ignored") == 1
    assert json.loads(run(*arguments, "--json", stdin=stdin).out)["ignored"] == {"title": 3, "source": 1}
    many = {f"{number}\n{'x' * 99}": number for number in range(10)}
    _, _, err = run(*arguments, stdin=lines({**A, **many}))
    assert err.startswith(f"ignored: '0\\n{'x' * 30}' (1 line), ")
    assert err.endswith("(1 line), and 2 more\n")


@pytest.mark.parametrize(
    ("own", "arguments", "tempo"),
    [
        ({}, (), 90),
        ({"tempo": None}, (), 90),
        ({"tempo": 80}, (), 80),
        ({}, ("--tempo", 70), 70),
        ({}, ("--tempo", 120), 120),
    ],
    ids=str,
)
def test_a_chart_names_its_tempo_and_options_count_more(
    run: Run, weights: Path, tmp_path: Path, own: dict[str, Any], arguments: tuple[object, ...], tempo: float
) -> None:
    stdin = lines({"id": "a", "prompt": "Tempo: 90\nC | Am", **own})
    run("arrange", "--batch", "-", "-o", "out", "--weights", weights, *arguments, stdin=stdin)
    assert read_midi(tmp_path / "out/a_0.mid").tempo == tempo


FAILURES = [
    ("{", "not JSON"),
    ("[1]", "not an object"),
    ('"text"', "not an object"),
    ("[" * 100_000, "not JSON"),
    ({"prompt": "C:4"}, '"id"'),
    ({"id": True, "prompt": "C:4"}, '"id"'),
    ({"id": 1.5, "prompt": "C:4"}, '"id"'),
    ({"id": "x"}, '"prompt"'),
    ({"id": "x", "prompt": ["C"]}, '"prompt"'),
    ({"id": "x", "prompt": "H7:4"}, "'H7'"),
    ({"id": "x", "prompt": "C:4", "tempo": "fast"}, "tempo"),
    ({"id": "x", "prompt": "C:4", "tempo": 10**400}, "tempo"),
    ({"id": "x", "prompt": "C:4", "tempo": float("inf")}, "tempo"),
    ({"id": "x", "prompt": "C:4", "style": "polka"}, "polka"),
    ({"id": "x", "prompt": "C:4", "tracks": ["drums", 3]}, "'3'"),
    ({"id": "x", "prompt": "C:4", "tracks": {}}, "tracks"),
    ({"id": "x", "prompt": "C:4", "seed": 1.5}, "seed"),
    ({"id": "x", "prompt": "C:4", "seed": True}, "seed"),
    ({"id": "..", "prompt": "C:4"}, "id"),
    ({"id": "a", "prompt": "C:4"}, "earlier line"),
    ({"id": "x", "prompt": "C:4", "stile": "jazz"}, "unknown key 'stile': perhaps style; else give it another name"),
    ({"id": "x", "prompt": "C:4", "Tempo": None}, "unknown key 'Tempo': perhaps tempo"),
    ({"id": "x", "prompt": "C:4", "play-tempo": 90}, "unknown key 'play-tempo': perhaps play_tempo"),
    ({"id": "x", "prompt": "C:4", "roles": "bass"}, "unknown key 'roles': perhaps tracks"),
    ({"id": "x", "prompt": "C:4", "takes": 3}, "give --samples"),
]


def test_a_line_may_be_swung_and_in_another_key(run: Run, weights: Path, tmp_path: Path) -> None:
    felt = {"id": "b", "swing": 67, "transpose": 2}
    stdin = lines({**A, "seed": 5}, {**A, "seed": 5, **felt}, {**A, "id": "c", "swing": 90})
    out = run("arrange", "--batch", "-", "-o", "out", "--weights", weights, "--json", stdin=stdin).out
    assert [entry["error"] for entry in json.loads(out)["failed"]] == ["swing 90 is out of range: give 50 to 75"]
    plain, swung = (read_midi(tmp_path / f"out/{name}_0.mid") for name in "ab")
    assert plain.note_count == swung.note_count
    assert plain != swung


@pytest.mark.parametrize(("line", "word"), FAILURES, ids=lambda value: str(value)[:40])
def test_a_failure_is_reported_and_stops_nothing(
    run: Run,
    weights: Path,
    tmp_path: Path,
    line: Any,  # noqa: ANN401 - JSON
    word: str,
) -> None:
    stdin = lines(A, line, {"id": "z", "prompt": "G:4"})
    code, out, err = run("arrange", "--batch", "-", "-o", "out", "--weights", weights, "--json", stdin=stdin)
    assert code == 1
    assert names(tmp_path / "out") == ["a_0.mid", "z_0.mid"]
    report = json.loads(out)
    assert [(entry["id"], entry["sample"]) for entry in report["written"]] == [("a", 0), ("z", 0)]
    (failure,) = report["failed"]
    assert failure["line"] == 2
    identity = line.get("id") if isinstance(line, dict) else None
    assert failure["id"] == (identity if identity in ("a", "x") else None)
    assert word in failure["error"]
    assert err.startswith(f"failed: line 2 ({failure['id']}): " if failure["id"] else "failed: line 2: ")
    assert err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_a_failure(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "out/a_0.mid").mkdir(parents=True)
    code, out, err = run(
        "arrange", "--batch", "-", "-o", "out", "--weights", weights, stdin=lines(A, {"id": "b", "prompt": "C:4"})
    )
    assert (code, out) == (1, "1 of 2 lines arranged: 1 file in out\n")
    assert "it is a folder" in err


def test_a_line_of_which_one_sample_cannot_be_written_has_failed(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "out/a_1.mid").mkdir(parents=True)
    code, out, _ = run("arrange", "--batch", "-", "-o", "out", "--samples", 2, "--weights", weights, stdin=lines(A))
    assert (code, out) == (1, "0 of 1 line arranged: 1 file in out\n")


@pytest.mark.parametrize("way", ["file", "standard input"])
def test_what_is_no_text_spoils_its_own_line_alone(run: Run, weights: Path, tmp_path: Path, way: str) -> None:
    good = lines(A).encode()
    batch = b'\xef\xbb\xbf{"id": "\xe9", "prompt": "\xff:4"}\r\n\xff\xfe\n' + good
    (tmp_path / "prompts.jsonl").write_bytes(batch)
    source = "-" if way == "standard input" else "prompts.jsonl"
    code, out, err = run("arrange", "--batch", source, "-o", "out", "--weights", weights, stdin=batch)
    assert (code, out) == (1, "1 of 3 lines arranged: 1 file in out\n")
    assert [line[:14] for line in err.splitlines()] == ["failed: line 1", "failed: line 2"]
    assert names(tmp_path / "out") == ["a_0.mid"]


def test_a_batch_without_end_is_refused(run: Run, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.cli.batch.MAX_FILE", 1000)
    code, out, err = run("arrange", "--batch", "-", "-o", "out", "--weights", weights, stdin="\n" * 2000)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "1,000 characters" in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--batch", "missing.jsonl", "-o", "out"), "missing.jsonl"),
        (("--batch", "folder", "-o", "out"), "folder"),
        (("--batch", "-", "-o", "out"), "no line"),
        (("--batch", "good", "-o", "file"), "a file is in its place"),
        (("--batch", "good", "-o", "out", "--samples", "0"), "takes"),
        (("--batch", "good", "-o", "out", "--tempo", "1"), "tempo"),
    ],
)
def test_nothing_can_be_done(run: Run, weights: Path, tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "good").write_text(lines(A))
    (tmp_path / "file").touch()
    code, out, err = run("arrange", *arguments, "--weights", weights)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert word in err
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Oh_Johnny,_oh_Johnny,_Oh!", "Oh_Johnny,_oh_Johnny,_Oh!"),
        ("St._Mary's", "St._Mary's"),
        ("../../etc/passwd", "____etc_passwd"),
        ("C:\\song", "C__song"),
        ("a\0b\nc", "a_b_c"),
        ("日本", "日本"),
        ("\udc80x", "_x"),
        ("x" * 500, "x" * 120),
    ],
)
def test_ids_stay_in_their_folder(text: str, name: str) -> None:
    assert safe_id(text) == name


@pytest.mark.parametrize("text", ["", "..", "/", " ", "...", "\n"], ids=repr)
def test_ids_that_make_no_name(text: str) -> None:
    with pytest.raises(OptionError, match="no file name"):
        safe_id(text)


# Several processes, and batches that go on


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.mid")}


@pytest.mark.slow
def test_several_processes_write_the_same_files_and_report(run: Run, weights: Path, tmp_path: Path) -> None:
    batch = lines(*({"id": name, "prompt": "C:4|Am:4|F:4", "seed": seed} for seed, name in enumerate("abcde")), "{")
    options = ("--batch", "-", "--samples", 2, "--weights", weights, "--json")
    one = run("arrange", *options, "-o", "one", stdin=batch)
    two = run("arrange", *options, "-o", "two", "--workers", 2, stdin=batch)
    assert two.code == one.code == 1
    assert files(tmp_path / "two") == files(tmp_path / "one")
    assert json.loads(two.out.replace("two/", "one/")) == json.loads(one.out)
    assert len(files(tmp_path / "one")) == 10


def test_a_batch_goes_on_with_what_is_not_done(run: Run, weights: Path, tmp_path: Path) -> None:
    options = ("arrange", "--batch", "-", "-o", "out", "--samples", 2, "--weights", weights, "--json")
    first = json.loads(run(*options, stdin=lines(A, {**A, "id": "b"}, {**A, "id": "c"})).out)
    before = files(tmp_path / "out")
    (tmp_path / "out/b_1.mid").unlink()
    with (tmp_path / "out/report.jsonl").open("a") as report:
        report.write('{"id": "c", "samp')  # killed while it wrote
    changed = {**A, "id": "c", "prompt": "Dm:4|G:4"}
    batch = lines({**A, "id": "new"}, A, {**A, "id": "b"}, changed)
    second = json.loads(run(*options, "--resume", stdin=batch).out)
    assert [(entry["id"], entry["line"]) for entry in second["kept"]] == [("a", 2), ("a", 2)]
    assert [entry["seed"] for entry in second["kept"]] == [entry["seed"] for entry in first["written"][:2]]
    assert [entry["id"] for entry in second["written"]] == ["new", "new", "b", "b", "c", "c"]
    assert {name: data for name, data in files(tmp_path / "out").items() if name[0] == "a"} == {
        name: data for name, data in before.items() if name[0] == "a"
    }
    third = run(*options[:-1], "--resume", stdin=batch)
    assert third.out == "4 of 4 lines arranged: 0 files in out, 8 files kept\n"
    fourth = json.loads(run(*options, "--resume", "--seed", 3, stdin=lines(A)).out)
    assert (len(fourth["written"]), fourth["kept"]) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workers", 2), "it is for --batch"),
        (("--resume",), "it is for --batch"),
        (("--cluster", "auto"), "it is for --batch"),
        (("--batch", "-", "--workers", 0), "workers is 0"),
        (("--batch", "-", "--workers", 2, "--cluster", "auto"), "leave one out"),
    ],
)
def test_workers_that_make_no_sense(run: Run, arguments: tuple[object, ...], words: str) -> None:
    code, _, err = run("arrange", *(("C:4",) if "--batch" not in arguments else ()), "-o", "out", *arguments)
    assert code == 2
    assert words in err
