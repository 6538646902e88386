/** What becomes of a file that is chosen or dropped: a SoundFont is played with, anything else is read as a chart. */

import { takeFont } from "../sound/own-font";
import { takeFile } from "../state/files";

const SOUNDFONT = /\.sf[23]$/i;
const KIND = 12; // bytes that tell it

/** Open a file. What can't be read is told. */
export async function openFile(file: File): Promise<void> {
  const head = await file.slice(0, KIND).text();
  const isFont = head.startsWith("RIFF") && head.endsWith("sfbk");
  await (isFont || SOUNDFONT.test(file.name) ? takeFont(file) : takeFile(file));
}
