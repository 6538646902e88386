/** A file of instruments, of whichever format. Loaded when somebody has one. */

import { DownloadableSounds } from "./dls";
import { HEAD } from "./riff";
import { SoundFont } from "./soundfont";

/** Look into it. Throws a `SoundError` where it is none, or damaged. */
export async function openFont(file: Blob): Promise<SoundFont | DownloadableSounds> {
  const head = await file.slice(0, HEAD).text();
  return head.endsWith("DLS ") ? DownloadableSounds.open(file) : SoundFont.open(file);
}
