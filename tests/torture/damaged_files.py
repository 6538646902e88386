"""Ten thousand damaged files of each kind, through all that reads them: own errors alone, no crash, bounded memory."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import mido
import numpy as np
from tests.tiny import tiny_checkpoint
from tests.torture.charts import SIGNS, follow
from tests.torture.fuzzing import Case, Fuzz
from tests.torture.mutation import as_json, mutated_bytes, mutated_json, mutated_text, mutated_zip, packed, unpacked
from tests.training.conftest import TINY, band_file

from sideman.arranging import Model, arrange
from sideman.charts import read
from sideman.charts.writing import write
from sideman.cli.batch import run_batch
from sideman.errors import SidemanError
from sideman.model.checkpoint import load_checkpoint, save_checkpoint
from sideman.music.band import Role
from sideman.music.time import COMMON_BARS
from sideman.options import ArrangeOptions, values_of
from sideman.pieces.changes import Selection
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.pieces.labels import name_of
from sideman.render.audio import write_audio, write_file_audio
from sideman.render.given import read_given
from sideman.render.midi import read_midi, read_track
from sideman.render.presets import SoundFont, presets_of
from sideman.render.soundfont import check_soundfont, preset_font, stand_ins
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.config import TrainConfig
from sideman.training.encode import Source, encode_dataset
from sideman.training.inspect import band_of, dump_bar, statistics
from sideman.training.lpd5 import read_lpd
from sideman.training.midi_folder import read_midi_song
from sideman.workers.local import LocalWorkers

TEN_THOUSAND = 10_000
SOUND_SHARE = 0.1  # of MIDI files and SoundFonts are played, too: that takes most of the time
DAMPENED = 16  # bits of a number of ticks: a file that is hours long is no fault
CHART = "[Verse]\nDm7 G7 | Cmaj7 |\n[Chorus]\n|: Am F | C/E G7 :|\n"


@cache
def model() -> Model:
    """A small network that knows nothing."""
    return Model(tiny_checkpoint())


@cache
def piece() -> str:
    """The document of a piece with a revision, candidates and something undone."""
    made = Composition.of(arrange("C:4|Am:4|F:4", seed=1, takes=2, model=model()))
    redone = made.redo(Selection((Role.PIANO,), (1,)), 2, model())
    return to_document(redone.redo(Selection((Role.BASS,), (0,)), 3, model()).at(1))


@cache
def songs() -> tuple[bytes, ...]:
    """MIDI files: one of ours, and one as sequencers write them."""
    band = from_document(piece()).bands[0]
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    for message in (
        *(mido.MetaMessage("track_name", name="Piano"), mido.MetaMessage("set_tempo", tempo=500_000)),
        *(mido.MetaMessage("time_signature", numerator=3, denominator=4), mido.MetaMessage("key_signature", key="Eb")),
        *(mido.MetaMessage("text", text="Cm7"), mido.Message("program_change", program=4)),
        *(mido.Message("control_change", control=control, value=90) for control in (7, 10, 64, 91, 0, 32)),
        *(mido.Message("note_on", note=60 + step, velocity=80, time=120) for step in (0, 3, 7)),
        *(mido.Message("pitchwheel", pitch=2000), mido.Message("sysex", data=(0x7E, 0x7F, 9, 1))),
        *(mido.Message("note_off", note=60 + step, time=240) for step in (0, 3)),
        *(mido.MetaMessage("set_tempo", tempo=900_000, time=480), mido.Message("note_on", note=67, velocity=0)),
    ):
        track.append(message)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return band.midi(), buffer.getvalue()


def _midi(random: Random) -> Case:
    data = random.choice(songs())
    return Case(mutated_bytes(data, random, songs()[0]), ".mid")


def _enter_midi(case: Case, folder: Path) -> None:
    path = folder / "song.mid"
    path.write_bytes(case.data)
    random = Random(len(case.data))
    all_of(
        lambda: read_midi(path),
        lambda: read_midi_song(path),
        lambda: read_track(case.data, Role.MELODY, COMMON_BARS),
        lambda: read_track(case.data, Role.PIANO, COMMON_BARS, "1"),
        lambda: follow(read(case.data, name="song.mid"), random),
        lambda: (
            write_file_audio(path, folder / "song.wav") if random.random() < SOUND_SHARE and is_short(path) else None
        ),
    )


def is_short(path: Path) -> bool:
    """Whether a file, as far as it can be read, plays for minutes at most: hours are played, and are no fault."""
    try:
        return bool(mido.MidiFile(path, clip=True).length < 600)
    except Exception:  # mido raises whatever it likes
        return False


def all_of(*doors: Callable[[], object]) -> None:
    """Go through all doors, whatever they raise of ours; then raise the last of it."""
    last: SidemanError | None = None
    for door in doors:
        try:
            door()
        except SidemanError as error:
            last = error
    if last is not None:
        raise last


@cache
def rolls() -> bytes:
    """A file as the Lakh Pianoroll Dataset has them."""
    return packed(band_file(1, 4).members())


def _npz(random: Random) -> Case:
    return Case(mutated_zip(rolls(), random), ".npz")


def _enter_npz(case: Case, folder: Path) -> None:
    path = folder / "song.npz"
    path.write_bytes(case.data)
    read_lpd(path)


@cache
def scores() -> tuple[str, ...]:
    """MusicXML: a chart's, and a band's."""
    return write(read(CHART), "musicxml"), from_document(piece()).bands[0].score("A song")


XML = (*SIGNS, "<measure>", "</measure>", '<repeat direction="backward"/>', "<harmony>", "<root-step>", "&amp;", "&x;")


def _musicxml(random: Random) -> Case:
    text = mutated_text(random.choice(scores()), random, XML, random.choice(scores()))
    if random.random() < 0.5:
        return Case(text.encode("utf-8", "surrogatepass"), ".musicxml")
    container = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
    members = {"META-INF/container.xml": container.encode(), "a.xml": text.encode("utf-8", "replace")}
    return Case(mutated_zip(packed(members), random) if random.random() < 0.7 else packed(members), ".mxl")


def _enter_chart(case: Case, _: Path) -> None:
    all_of(
        lambda: follow(read(case.data, name=f"song{case.suffix}"), Random(len(case.data))),
        lambda: read_given(case.data, Role.MELODY, COMMON_BARS, 4),
    )


@cache
def links() -> tuple[str, ...]:
    """Links of iReal Pro, of one tune and of several."""
    one = write(read(CHART), "ireal").strip()
    return (
        one,
        f"{one}==={one.partition('://')[2]}===List",
        f'<a href="{one}">x</a>',
        one.replace("irealb", "irealbook"),
    )


IREAL = (
    *SIGNS,
    "===",
    "=",
    "%20",
    "%",
    "%FF",
    "1r34LbKcu7",
    "irealb://",
    "irealbook://",
    "Kcl",
    "XyQ",
    "LZ|",
    "<",
    "T44",
)


def _ireal(random: Random) -> Case:
    text = mutated_text(random.choice(links()), random, IREAL, random.choice(links()))
    return Case(text.encode("utf-8", "surrogatepass"), random.choice((".irealb", ".html", ".txt")))


@cache
def fonts() -> tuple[bytes, ...]:
    """SoundFonts of one instrument: with compressed samples, and with plain ones."""
    compressed = preset_font(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "font.sf3")
        path.write_bytes(compressed)
        font = SoundFont(path)
    tables = {name: table.copy() for name, table in font._tables.items()}
    rows = tables["shdr"]
    frames = 1_000
    for number, row in enumerate(rows[:-1]):
        begin = number * (frames + 46)
        row["start"], row["end"], row["loop_start"], row["loop_end"] = (
            begin,
            begin + frames,
            begin + 8,
            begin + frames - 8,
        )
        row["type"] = row["type"] & 0b1111
    sound = np.random.default_rng(0).integers(-9_000, 9_000, (len(rows) - 1) * (frames + 46), np.int16).tobytes()
    parts = {b"INFO": font._info, b"sdta": chunk(b"smpl", sound)}
    parts[b"pdta"] = b"".join(chunk(name.encode(), table.tobytes()) for name, table in tables.items())
    body = b"".join(chunk(b"LIST", name + part) for name, part in parts.items())
    return compressed, chunk(b"RIFF", b"sfbk" + body)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a RIFF file."""
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def _font(random: Random) -> Case:
    number = random.randrange(2)
    data = fonts()[number]
    tables = data.find(b"pdta")
    if random.random() < 0.7:  # most of a file are samples, most of what can be wrong are tables
        changed = data[:tables] + mutated_bytes(data[tables:], random)
    else:
        changed = mutated_bytes(data, random)
    return Case(changed, (".sf3", ".sf2")[number])


def _enter_font(case: Case, folder: Path) -> None:
    path = folder / f"font{case.suffix}"
    path.write_bytes(case.data)

    def preset() -> None:
        font = SoundFont(path)
        for bank, program in font.presets:
            font.preset(bank, program)

    def sound() -> None:
        if Random(len(case.data)).random() < SOUND_SHARE:
            write_audio(band_of_one_bar(), folder / "song.wav", soundfont=path)

    all_of(
        lambda: presets_of(path),
        lambda: check_soundfont(path),
        lambda: stand_ins(path, [(0, False), (40, False), (0, True)]),
        preset,
        sound,
    )


@cache
def band_of_one_bar() -> Any:  # noqa: ANN401 - a rendition
    """Something to play."""
    return arrange("C:4", seed=1, tempo=200, model=model()).band


@cache
def weights() -> bytes:
    """A file of weights."""
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(tiny_checkpoint(), Path(folder, "w.safetensors"))
        return Path(folder, "w.safetensors").read_bytes()


def _safetensors(random: Random) -> Case:
    data = weights()
    size = int.from_bytes(data[:8], "little")
    if random.random() < 0.3:
        return Case(mutated_bytes(data, random), ".safetensors")
    header = json.loads(data[8 : 8 + size])
    if random.random() < 0.5:
        facts = {
            key: json.loads(value) if value[:1] in "[{" else value for key, value in header["__metadata__"].items()
        }
        changed = mutated_json(facts, random)
        header["__metadata__"] = {
            str(key): value if isinstance(value, str) else json.dumps(value) for key, value in changed.items()
        }
        written = as_json(header)
    elif random.random() < 0.5:
        written = as_json(mutated_json(header, random))
    else:
        written = mutated_bytes(data[8 : 8 + size], random)
    return Case(len(written).to_bytes(8, "little") + written + data[8 + size :], ".safetensors")


def _enter_safetensors(case: Case, folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(case.data)
    load_checkpoint(path, VOCABULARY.sizes)
    arrange("C:4", seed=1, roles=(Role.BASS,), model=Model.load(path))


@cache
def dataset() -> bytes:
    """The files of a dataset, as a zip."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(3):
            band_file(number).write(folder / "songs" / f"{number}.npz")
        with contextlib.redirect_stderr(io.StringIO()):
            encode_dataset([Source(folder / "songs", "train")], folder / "made", workers=1)
        return packed(folder_of(folder / "made"))


def folder_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unfold(case: Case, folder: Path) -> Path:
    """A case's files in a new folder."""
    made = folder / "folder"
    shutil.rmtree(made, ignore_errors=True)
    for name, data in unpacked(case.data).items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(data)
    return made


def _members(data: bytes, random: Random) -> Case:
    members = unpacked(data)
    name = random.choice(list(members))
    if name.endswith(".json") and random.random() < 0.7:
        members[name] = as_json(mutated_json(json.loads(members[name]), random))
    elif name.endswith(".csv") and random.random() < 0.7:
        members[name] = mutated_text(members[name].decode(), random, (",", "\n", "9" * 20, "-1", '"', "x")).encode(
            "utf-8", "replace"
        )
    elif random.random() < 0.1:
        del members[name]
    else:
        members[name] = mutated_bytes(members[name], random)
    return Case(packed(members), ".zip")


def _enter_dataset(case: Case, folder: Path) -> None:
    from sideman.training.shards import Dataset

    opened = Dataset(unfold(case, folder))
    all_of(
        lambda: list(opened),
        lambda: statistics(opened).to_dict(),
        lambda: dump_bar(opened, "1", 2),
        lambda: band_of(opened, "2", 4),
    )


@cache
def run() -> bytes:
    """The files of a training run."""
    import torch

    from sideman.model.gpt2 import GPT2
    from sideman.training.state import RunFolder, weights_of

    torch.manual_seed(0)
    network = weights_of(GPT2(TINY.network))
    place = {"step": 5, "tokens": 1280, "seconds": 12.6, "best": 6.5}
    state: dict[str, Any] = {"config": TINY.to_dict(), "weights": network, "place": place}
    with tempfile.TemporaryDirectory() as name:
        folder = RunFolder(Path(name, "run"))
        folder.create(TINY)
        folder.save_best(state)
        folder.save(state, 5, keep=3)
        return packed(folder_of(folder.path))


def _enter_run(case: Case, folder: Path) -> None:
    from sideman.training.export import export_run
    from sideman.training.state import RunFolder
    from sideman.training.weights import load_network

    made = unfold(case, folder)
    made.mkdir(exist_ok=True)
    opened = RunFolder(made)
    all_of(
        opened.config,
        opened.load,
        lambda: load_network(made),
        lambda: export_run(made, folder / "w.safetensors", which="best"),
        lambda: export_run(made, folder / "w.safetensors", which="newest"),
    )


TOML = (
    "=",
    "[",
    "]",
    '"',
    "\n",
    "'''",
    "9" * 5000,
    "1e400",
    "nan",
    "inf",
    "[[a]]",
    "[" * 3000,
    "a.b.c",
    "0x",
    "true",
    "-",
)


def _toml(random: Random) -> Case:
    lines = [f"{key} = {json.dumps(value)}" for key, value in TINY.to_dict().items() if random.random() < 0.5]
    text = mutated_text("\n".join(lines) or "seed = 1", random, TOML)
    return Case(text.encode("utf-8", "surrogatepass"), ".toml")


def _enter_toml(case: Case, folder: Path) -> None:
    path = folder / "train.toml"
    path.write_bytes(case.data)
    words = case.data.decode("utf-8", "replace").split()
    all_of(lambda: TrainConfig.load(path), lambda: TrainConfig.load(None, words[:3]))


LINES = (
    {"id": "a", "prompt": "C:2", "tempo": 90, "style": "rock", "tracks": "drums,bass", "seed": 1},
    {"id": "b", "prompt": "C | Am", "swing": 60, "density": 2, "ending": "ring"},
)


def _batch(random: Random) -> Case:
    lines = [as_json(mutated_json(line, random)) if random.random() < 0.7 else as_json(line) for line in LINES]
    data = b"\n".join(lines)
    return Case(mutated_bytes(data, random) if random.random() < 0.3 else data, ".jsonl")


def _enter_batch(case: Case, folder: Path) -> None:
    import typer

    path, weights_path = folder / "lines.jsonl", folder / "tiny.safetensors"
    path.write_bytes(case.data)
    if not weights_path.exists():
        weights_path.write_bytes(weights())
    wishes = values_of(ArrangeOptions())
    with contextlib.suppress(typer.Exit), contextlib.redirect_stdout(io.StringIO()):
        run_batch(
            *(str(path), folder / "out", 1, wishes, {}, weights_path),
            workers=LocalWorkers(1),
            resume=False,
            as_json=True,
        )


def _piece(random: Random) -> Case:
    document = json.loads(piece())
    if random.random() < 0.2:
        return Case(mutated_bytes(piece().encode(), random), ".json")
    changed = mutated_json(document, random)
    if random.random() < 0.3 and changed.get("takes"):
        import base64
        import zlib

        with contextlib.suppress(Exception):  # what was changed before may be anything
            track = changed["takes"][0]
            role = random.choice(list(track))
            ids = mutated_bytes(zlib.decompress(base64.b64decode(track[role])), random)
            track[role] = base64.b64encode(zlib.compress(ids)).decode()
    return Case(as_json(changed), ".json")


def _enter_piece(case: Case, _: Path) -> None:
    composition = name_of(from_document(case.data))[1]
    for take, band in enumerate(composition.bands):
        band.midi()
        composition.rendition(take).score()
    assert from_document(to_document(composition)).bands


DOORS = (
    ("midi", "MIDI files: read as a band, a song, a chart, a part; played as they are", _midi, _enter_midi),
    ("npz", "piano-roll archives", _npz, _enter_npz),
    ("musicxml", "MusicXML, plain and compressed", _musicxml, _enter_chart),
    ("ireal", "links of iReal Pro", _ireal, _enter_chart),
    ("soundfont", "SoundFonts, SF2 and SF3: listed, cut, played", _font, _enter_font),
    ("safetensors", "weights: loaded and played", _safetensors, _enter_safetensors),
    ("dataset", "folders of a dataset", lambda random: _members(dataset(), random), _enter_dataset),
    ("run", "folders of a training run", lambda random: _members(run(), random), _enter_run),
    ("config", "configurations in TOML and on the command line", _toml, _enter_toml),
    ("batch", "lines of a batch, composed", _batch, _enter_batch),
    ("piece", "documents of pieces: opened, played, engraved, written again", _piece, _enter_piece),
)
FILES = tuple(Fuzz(name, about, TEN_THOUSAND, make, enter) for name, about, make, enter in DOORS)
