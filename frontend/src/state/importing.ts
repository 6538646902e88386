/** Pieces that were taken away: their document, or the bundle that holds it, is opened as it is. Knows no page. */

import { importArrangement } from "../api";
import { offer } from "./band";
import { complain, tell } from "./notice";
import { open, refreshPieces, report } from "./session";

const MAX_BYTES = 2_000_000; // that the server takes
const IN_BUNDLE = "piece.json";
const FORMAT = '"sideman piece"';
const ZIP = "PK\u0003\u0004";

/** Open a file where it is a piece's document, or a bundle with one. False: it is something else. What can't be is told. */
export async function takePiece(file: File): Promise<boolean> {
  const text = await documentIn(file);
  if (text === null) return false;
  if (text === TOO_LARGE) {
    complain(`${file.name} is too large for a piece: at most 2 MB are read.`);
    return true;
  }
  try {
    const piece = await importArrangement({ document: text });
    await open(piece);
    const isOurs = piece.model === offer.peek()?.model;
    tell(`${piece.name} is open as it was.${isOurs ? "" : ` ${ANOTHER_MODEL}`}`);
    void refreshPieces();
  } catch (error) {
    report(error);
  }
  return true;
}

const ANOTHER_MODEL = "Another model composed it: what you have played anew is played by the one here.";
const TOO_LARGE = Symbol("too large");

/** The text of the document; null where there is none. */
async function documentIn(file: File): Promise<string | typeof TOO_LARGE | null> {
  const head = await file.slice(0, 1_000).text();
  if (head.startsWith(ZIP)) {
    const { textInZip } = await import("./unzip");
    return textInZip(file, IN_BUNDLE, MAX_BYTES);
  }
  if (!head.trimStart().startsWith("{")) return null;
  if (file.size > MAX_BYTES) return head.includes(FORMAT) ? TOO_LARGE : null;
  const text = await file.text();
  return text.includes(FORMAT) ? text : null;
}
