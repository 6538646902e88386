/** Charts from outside: files, and what other programs share. Knows no page. */

import { batch } from "@preact/signals";
import { Problem } from "../api";
import { accept, readSong } from "./chart";
import { loadText, type Source, version } from "./history";
import { complain, tell } from "./notice";

/** The most that the server takes: characters of a text, and bytes of a file that is none. */
export const MAX_CHARACTERS = 1 << 20;
export const MAX_BYTES = 1_500_000;
const LARGEST = 4 * MAX_CHARACTERS; // bytes of any file that is looked into
const CHUNK = 0x8000; // bytes that are turned to characters at a time
const UTF_16 = [
  ["utf-16le", 0xff, 0xfe],
  ["utf-16be", 0xfe, 0xff],
] as const;

export const TOO_LONG = "This text is too long for a chart: at most a million characters are read.";

/** Have a file read, and put it into the field. What can't be read is told. */
export async function takeFile(file: File): Promise<void> {
  const called = file.name || "The file";
  const bytes = file.size > LARGEST ? null : new Uint8Array(await file.arrayBuffer());
  const text = bytes && decode(bytes);
  const isTooLarge = text === null ? file.size > MAX_BYTES : text.length > MAX_CHARACTERS;
  if (bytes === null || isTooLarge) {
    complain(`${called} is too large for a chart: at most 1.5 MB, or a million characters of text, are read.`);
    return;
  }
  const source: Source = text === null ? { data: encode(bytes) } : { text };
  const name = file.name.slice(-200); // its ending tells the kind
  try {
    const song = await readSong({ ...source, name });
    batch(() => {
      loadText(text ?? song.text, { name, source: text === null ? source : null });
      accept(version.peek(), song);
      tell(`${called} was read as ${song.format === "text" ? "a text" : song.format}.`);
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.kind === "chart" && text !== null)
      loadText(text, { name }); // to be mended in the field
    else complain(`${called} can't be read: ${error.message}`);
  }
}

/** Put into the field what another program shared through the page's address. Returns whether there was anything. */
export function takeShared(): boolean {
  const shared = new URLSearchParams(location.search);
  const text = ["text", "url", "title"].map((name) => shared.get(name)?.trim()).find(Boolean);
  if (!text) return false;
  history.replaceState(null, "", location.pathname + location.hash);
  loadText(text);
  return true;
}

/** The text of a file; null where it is none. */
function decode(bytes: Uint8Array): string | null {
  const marked = UTF_16.find(([, first, second]) => bytes[0] === first && bytes[1] === second);
  if (marked) return new TextDecoder(marked[0]).decode(bytes);
  if (bytes.includes(0) || isZip(bytes)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const isZip = ([first, second]: Uint8Array): boolean => first === 0x50 && second === 0x4b;

/** Bytes in base 64. */
export function encode(bytes: Uint8Array): string {
  let characters = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    characters += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(characters);
}
