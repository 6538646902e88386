"""The page takes single instruments out of a SoundFont as the server does.

``frontend/src/sound/soundfont.golden.json`` holds hashes of instruments that the server takes out of the bundled file.
The page's tests take the same out of it. With SIDEMAN_WRITE_GOLDEN set, this test writes it (then `npm run format`).
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

from sideman.render.soundfont import preset_font

GOLDEN = Path(__file__).parents[2] / "frontend/src/sound/soundfont.golden.json"
INSTRUMENTS = ((0, False), (25, False), (48, False), (0, True), (40, True))


def test_the_page_takes_out_the_same_instruments() -> None:
    found = [
        {"program": program, "isDrum": is_drum, "sha256": sha256(preset_font(program, is_drum=is_drum)).hexdigest()}
        for program, is_drum in INSTRUMENTS
    ]
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(found) + "\n", "utf-8")
    assert json.loads(GOLDEN.read_text("utf-8")) == found
