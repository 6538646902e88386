/** What becomes of a file that is chosen or dropped: a SoundFont is played with, a piece opened, all else read as a chart. */

import { takeFont } from "../sound/own-font";
import { takeFile } from "../state/files";
import { takePiece } from "../state/importing";

const SOUNDFONT = /\.(sf[23]|dls)$/i;
const KIND = 12; // bytes that tell it

/** Open a file. What can't be read is told. */
export async function openFile(file: File): Promise<void> {
  const head = await file.slice(0, KIND).text();
  const isFont = head.startsWith("RIFF") && /(sfbk|DLS )$/.test(head);
  if (isFont || SOUNDFONT.test(file.name)) await takeFont(file);
  else if (!(await takePiece(file))) await takeFile(file);
}
