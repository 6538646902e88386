"""The table of options: what its rows allow, and that a new row is at every door."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from tests.tiny import tiny_checkpoint

from sideman.errors import OptionError
from sideman.model.checkpoint import save_checkpoint
from sideman.music.band import ROLES, Role
from sideman.option import Option
from sideman.options import OPTIONS, PLAYING, RANDOM_SEEDS, ArrangeOptions, by_attribute, options_of, values_of
from sideman.tokens.vocabulary import DENSITIES, STYLES, VOCABULARY

# Values


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tempo": 19.9}, "tempo 19.9 is out of range: give 20 to 400"),
        ({"tempo": float("nan")}, "tempo nan"),
        ({"tempo": 10**400}, "tempo 1000"),
        ({"tempo": "fast"}, "tempo is 'fast': give a number"),
        ({"tempo": None}, "tempo is 'None': give a number"),
        ({"style": "zydeco"}, r"unknown style 'zydeco': give one of rock, .*punk or ambient"),
        ({"style": "bossa"}, "unknown style 'bossa': perhaps latin; give one of"),
        ({"style": "Jaz"}, "unknown style 'Jaz': perhaps jazz; give one of"),
        ({"roles": "drumss"}, "unknown tracks 'drumss': perhaps drums; give one or more of"),
        ({"mix": "rythm"}, "unknown mix 'rythm': perhaps rhythm; give one of"),
        ({"style": 3}, "style is '3': give a text"),
        ({"roles": ("drums", "banjo")}, "unknown tracks 'banjo': give one or more of drums, .* or strings"),
        ({"roles": ["drums", 3]}, "unknown tracks '3'"),
        ({"roles": ()}, "tracks wants at least one, each once"),
        ({"roles": " , "}, "tracks wants at least one"),
        ({"roles": ("bass", "bass")}, "tracks wants at least one, each once"),
        ({"roles": ["bass", "Bass"]}, "tracks wants at least one, each once"),
        ({"roles": {}}, "tracks is '{}': give a list"),
        ({"takes": 0}, "takes 0 is out of range: give 1 to 64"),
        ({"takes": 2.0}, "takes is '2.0': give a whole number"),
        ({"takes": True}, "takes is 'True'"),
        ({"density": 5}, "density 5 is out of range: give 0 to 4"),
        ({"temperature": -1}, "temperature -1 is out of range: give 0 or 0.01 to 10"),
        ({"temperature": 0.001}, "temperature 0.001"),
        ({"temperature": float("inf")}, "temperature inf"),
        ({"top_p": 0}, "top_p 0 is out of range: give more than 0, at most 1"),
        ({"top_p": 1.1}, "top_p 1.1"),
        ({"top_p": float("nan")}, "top_p nan"),
        ({"seed": -1}, "seed -1 is out of range: give 0 to 18446744073709551615"),
        ({"seed": 2**64}, "seed 18446744073709551616"),
        ({"seed": 1.5}, "seed is '1.5': give a whole number"),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_told_with_what_would_be_right(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ArrangeOptions(**options)


@pytest.mark.parametrize(
    "options",
    [
        *({"tempo": 20}, {"tempo": 400.0}, {"style": None}, {"style": "hip-hop"}, {"density": 0}, {"density": None}),
        *({"temperature": 0}, {"temperature": 0.01}, {"temperature": 10}, {"top_p": 1}, {"top_p": 5e-324}),
        *({"seed": 0}, {"seed": 2**64 - 1}, {"seed": None}, {"takes": 64}),
    ],
    ids=str,
)
def test_the_ends_of_a_range_belong_to_it(options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    assert getattr(ArrangeOptions(**options), name) == value


@pytest.mark.parametrize("roles", ["bass, Drums,bass", ["bass", "drums"], (Role.BASS, Role.DRUMS)])
def test_several_are_a_list_or_names_with_commas(roles: Any) -> None:  # noqa: ANN401 - of either type
    options = ArrangeOptions(roles=roles)
    assert options.roles == (Role.BASS, Role.DRUMS)
    assert all(isinstance(role, Role) for role in options.roles)


@pytest.mark.parametrize(
    ("name", "value", "choice"),
    [
        ("style", "Jazz", "jazz"),
        ("style", "HIP-HOP", "hip-hop"),
        ("ending", "Ring", "ring"),
        ("mix", "Studio", "studio"),
        ("roles", ["Drums", "BASS"], (Role.DRUMS, Role.BASS)),
        ("straight", "Piano", (Role.PIANO,)),
    ],
    ids=str,
)
def test_choices_may_be_written_in_capitals(
    name: str,
    value: Any,  # noqa: ANN401 - a text or a list
    choice: str | tuple[Role, ...],
) -> None:
    assert getattr(ArrangeOptions(**{name: value}), name) == choice


def test_who_gives_no_seed_gets_a_random_one() -> None:
    seeds = {ArrangeOptions().seeded().seed for _ in range(5)}
    assert len(seeds) == 5
    assert all(seed is not None and 0 <= seed < RANDOM_SEEDS for seed in seeds)
    chosen = ArrangeOptions(seed=0)
    assert chosen.seeded() is chosen


# The table


def test_values_go_by_the_names_of_the_table() -> None:
    assert ArrangeOptions() == options_of({})
    options = options_of({"tracks": ["piano"], "tempo": 90, "top_p": 0.5})
    assert options == ArrangeOptions(roles=(Role.PIANO,), tempo=90, top_p=0.5)
    assert options_of(values_of(options)) == options
    with pytest.raises(OptionError, match="unknown option 'roles': there are tempo, style, tracks"):
        options_of({"roles": ["piano"]})


def test_python_has_the_names_of_all_doors() -> None:
    assert by_attribute({"tracks": "bass", "tempo": 90}) == by_attribute({"roles": "bass", "tempo": 90})
    assert by_attribute({"swing": 60}, PLAYING) == {"swing": 60}
    with pytest.raises(OptionError, match="two of them are the same one"):
        by_attribute({"tracks": "bass", "roles": "drums"})
    with pytest.raises(OptionError, match="unknown option 'tempi': perhaps tempo; there are"):
        by_attribute({"tempi": 90})
    with pytest.raises(OptionError, match="unknown option 'style': there are swing"):
        by_attribute({"style": "jazz"}, PLAYING)


def test_numbers_of_numpy_are_numbers() -> None:
    options = ArrangeOptions(tempo=np.float32(90), seed=np.int64(3), takes=np.uint8(2))  # type: ignore[arg-type]
    assert options == ArrangeOptions(tempo=90.0, seed=3, takes=2)
    assert {type(value) for value in (options.tempo, options.seed, options.takes)} == {float, int}


def test_choices_are_those_of_the_vocabulary() -> None:
    rows = {option.name: option for option in OPTIONS}
    assert rows["style"].choices == STYLES
    assert len(STYLES) == VOCABULARY.range("style").stop - VOCABULARY.range("style").start
    assert rows["density"].maximum == DENSITIES - 1
    assert rows["tracks"].choices == ROLES


def test_every_default_is_a_value() -> None:
    for option in OPTIONS:
        assert option.check(option.default) == option.default


# A row more

ADDED = """
import sys
from dataclasses import field, make_dataclass
import sideman.options as options

row = options.Option("number", "Late off-beats", 50, 75, nothing="straight")
lilt = ("lilt", float | None, field(default=None, metadata=row.row))
options.ArrangeOptions = make_dataclass("ArrangeOptions", [lilt], bases=(options.ArrangeOptions,), frozen=True)
options.OPTIONS = options.table(options.ArrangeOptions)
"""


# Commands one after the other, as people would type them; what each prints is an item of a list.
COMMANDS = """
import contextlib
import io
import json
import sys

import sideman.cli


def said(*arguments, stdin=""):
    sys.argv = ["sideman", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        sideman.cli.main()
    return out.getvalue()


told = [said(*arguments, stdin=stdin) for arguments, stdin in json.load(sys.stdin)]
"""

SCHEMAS = """
from sideman.web.options import OptionsView
from sideman.web.schemas import ArrangementRequest, ArrangementView
from sideman.web.settings import Settings

asked = ArrangementRequest.model_validate_json('{"progression": "C", "lilt": 62}')
print(json.dumps([*told, {
    "request": ArrangementRequest.model_json_schema()["properties"]["lilt"],
    "view": "lilt" in ArrangementView.model_json_schema()["properties"],
    "offered": {option.name: option.model_dump() for option in OptionsView.of(Settings(), "model").options}["lilt"],
    "options": asked.arrange_options().lilt,
}]))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What a program tells that has a row more in its table: help, a piece, a batch; and its schemas."""
    folder = tmp_path_factory.mktemp("lilt")
    weights = folder / "tiny.safetensors"
    save_checkpoint(tiny_checkpoint(), weights)
    options = ("--weights", str(weights), "--json")
    lines = [{"id": name, "prompt": "C:4", "lilt": lilt} for name, lilt in (("a", 60), ("b", 99), ("c", None))]
    asked = [
        (("arrange", "--help"), ""),
        (("arrange", "C:4", "-o", "a.mid", *options, "--lilt", "62"), ""),
        (("arrange", "--batch", "-", "-o", "out", *options), "\n".join(map(json.dumps, lines))),
    ]
    command = [sys.executable, "-c", ADDED + COMMANDS + SCHEMAS]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, input=json.dumps(asked), timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    return list(json.loads(result.stdout))


def test_a_new_row_is_on_the_command_line_and_in_batches(told: list[Any]) -> None:
    help_, piece, batch, _ = told
    assert "--lilt <float> Late off-beats; 50 to 75; straight if left out." in " ".join(help_.split())
    assert json.loads(piece)["lilt"] == 62
    report = json.loads(batch)
    assert [entry["id"] for entry in report["written"]] == ["a", "c"]
    assert [entry["error"] for entry in report["failed"]] == ["lilt 99 is out of range: give 50 to 75"]


def test_a_new_row_is_a_field_of_requests_and_offered_to_the_page(told: list[Any]) -> None:
    *_, schemas = told
    assert schemas["options"] == 62
    assert schemas["view"] is True
    assert schemas["request"]["anyOf"] == [{"type": "number", "minimum": 50, "maximum": 75}, {"type": "null"}]
    assert schemas["request"]["description"] == "Late off-beats; null: straight."
    assert schemas["offered"] == {
        "name": "lilt",
        "kind": "number",
        "help": "Late off-beats",
        "default": None,
        "nothing": "straight",
        "minimum": 50,
        "maximum": 75,
        "choices": None,
        "shapes": True,
        "relative": False,
        "live": True,
    }


def test_a_row_has_its_attribute_for_a_name() -> None:
    assert {option.name for option in OPTIONS if option.name != option.attribute} == {"tracks"}
    assert isinstance(OPTIONS[0], Option)
