/** Moving all chords by semitones: within the text where that can be done, else as chords alone. Knows no page. */

import { batch, computed } from "@preact/signals";
import { parseChords, readChart } from "../api";
import { moveKey } from "../music/heads";
import { isSameKey, movedKey } from "../music/key";
import { isSameRow, OCTAVE, type Song } from "../music/piece";
import { respell } from "../music/spelling";
import { textOf } from "../music/text";
import { accept, readNow, refuse, requestOf } from "./chart";
import { goOn, type Origin, type Version, version } from "./history";
import { tell } from "./notice";

const WITHOUT_WORDS = "Transposed. Chords and head of the chart are written anew: Undo brings your text back.";

/** By how much the chords were transposed, -11 to 11. */
export const semitones = computed(() => version.value.semitones);

let transposing: Promise<void> = Promise.resolve();

/** Move all chords by some semitones, one call after the other. Twelve up, or as many back, is the same text again. */
export function transpose(by: number): Promise<void> {
  const next = () => transposeNow(by);
  transposing = transposing.then(next, next);
  return transposing;
}

async function transposeNow(by: number): Promise<void> {
  const present = version.peek();
  try {
    const total = (present.semitones + by) % OCTAVE;
    const kept = present.semitones === 0 ? null : present.origin;
    const song = kept ? kept.song : await readNow();
    if (song === null) return; // what is wrong stands at the field
    const here = version.peek(); // it may have followed what was read
    const from = kept ?? { version: here, song };
    const isCounted = present.semitones === 0 || present.origin !== null;
    const distance = isCounted ? total : by;
    const moved = distance === 0 ? null : await move(from, distance);
    if (version.peek() !== here) return; // edited meanwhile: that counts
    const base = moved ?? from;
    const next: Version = { ...base.version, isTyped: false, changed: null, semitones: total };
    const origin = isCounted ? from : null;
    batch(() => {
      goOn({ ...next, taken: here.taken, brought: here.brought, origin });
      if (base.song) accept(version.peek(), base.song);
      if (moved && !moved.song) tell(WITHOUT_WORDS);
    });
  } catch (error) {
    refuse(present, error);
  }
}

/** Another version of the same music elsewhere; its song where that is known. */
async function move({ version: from, song }: Origin, by: number): Promise<{ version: Version; song: Song | null }> {
  const chart = await parseChords(song.chart.progression, song.meters, by);
  const key = song.key === null ? null : movedKey(song.key, by);
  const names = chart.chords.map(({ name }) => name);
  const isMovable = song.format === "text" || from.source !== null; // others hold more that would have to move
  const text = isMovable ? respell(from.text, song, names) : null;
  if (text !== null) {
    const own = from.source === null ? from : { ...from, source: null, name: "", choices: {} }; // the file's own
    const written = { ...own, text: key === null ? text : moveKey(text, by) };
    const read = await readChart(requestOf(written)).catch(() => null);
    const isRight = read?.chart.progression === chart.progression && isSameRow(read.meters, song.meters);
    const isInKey = key === null || isSameKey(read?.key ?? "", key);
    if (read && isRight && isInKey) return { version: written, song: read };
  }
  const { meters, passages: sections, title, composer, style, tempo } = song;
  const written = textOf({ chart, meters, sections, key, title, composer, style, tempo });
  const plain = { ...from, text: written, source: null, name: "", choices: {} };
  return { version: plain, song: null };
}
