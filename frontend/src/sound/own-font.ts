/** What happens when the person picks a SoundFont, or a DLS file: it is looked into, played with, and kept by the browser. Knows no page. */

import { isTakingFont, type OwnFont, ownFont } from "../state/font";
import { complain, tell } from "../state/notice";
import { store, stored } from "../state/stored";
import { forgetFile, keepFile, recallFile } from "./font-store";
import { SoundError } from "./synth";

const IS_KEPT = "sideman.soundfont"; // a word by which a page without one needn't ask
const MAX_BYTES = 2 ** 31;
const TOO_LARGE = "it is larger than 2 GB";
const NO_INSTRUMENTS = "it has no instruments of General MIDI";
const UNKEPT = "Your browser has no room to keep it: it plays until the page is closed.";

let attempt = 0; // of several files that are picked the last one counts

/** Play with the SoundFont of a file from now on. One that can't be played is told; then all is as before. */
export async function takeFont(file: File): Promise<void> {
  attempt += 1;
  const mine = attempt;
  isTakingFont.value = true;
  try {
    const font = await look(file);
    const isKept = await keepFile(file);
    if (mine !== attempt) return;
    store(IS_KEPT, isKept ? "yes" : null);
    ownFont.value = font;
    tell(`The page plays with ${file.name}.${isKept ? "" : ` ${UNKEPT}`}`);
  } catch (error) {
    if (mine === attempt) complain(`${file.name} can't be played: ${wordsOf(error)}.`);
  } finally {
    if (mine === attempt) isTakingFont.value = false;
  }
}

/** Go back to the page's own instruments. */
export async function dropFont(): Promise<void> {
  attempt += 1;
  ownFont.value = null;
  isTakingFont.value = false;
  store(IS_KEPT, null);
  await forgetFile();
}

/** Play with what was kept at the last visit. */
export async function recallFont(): Promise<void> {
  if (stored(IS_KEPT) === null) return;
  attempt += 1;
  const mine = attempt;
  const file = await recallFile();
  const font = file && (await look(file).catch(() => null));
  if (mine !== attempt) return;
  if (font) ownFont.value = font;
  else store(IS_KEPT, null); // the browser has forgotten it
}

async function look(file: File): Promise<OwnFont> {
  if (file.size > MAX_BYTES) throw new SoundError(TOO_LARGE);
  const { openFont } = await import("./font-file");
  const font = await openFont(file);
  if (font.isEmpty) throw new SoundError(NO_INSTRUMENTS);
  return {
    name: file.name,
    has: (program, isDrum) => font.has(program, isDrum),
    read: (program, isDrum) => font.read(program, isDrum),
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof SoundError) return error.message;
  return "the browser can't read it";
}
