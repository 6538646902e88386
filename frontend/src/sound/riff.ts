/** Files of chunks (RIFF), of which only what is needed is read. Knows no instruments. */

import { SoundError } from "./synth";

export const HEAD = 12; // bytes: "RIFF", a length, what it is
export const CHUNK = 8; // bytes: a name, a length
const MEGABYTE = 1 << 20;
/** The most that an instrument may have: it is copied and decoded in memory, of which phones have little. */
export const MAX_INSTRUMENT = 100 * MEGABYTE;

export const CUT_OFF = "it is damaged: its end is missing";
export const DAMAGED = "it is damaged";
export const TOO_LARGE = `it is larger than the ${MAX_INSTRUMENT / MEGABYTE} MB that an instrument may have here`;

/** A part of a file. */
export interface Range {
  readonly from: number; // bytes
  readonly to: number;
}

/** A chunk: its name, or of a list that of what it holds, and its content. */
export interface Chunk extends Range {
  readonly name: string;
}

/** The chunks of a part of a file, in their order. Throws {@link SoundError} where the file ends too early. */
export async function chunksIn(file: Blob, { from, to }: Range): Promise<readonly Chunk[]> {
  const found: Chunk[] = [];
  for (let place = from; place + CHUNK <= to; ) {
    const head = await bytes(file, { from: place, to: place + HEAD });
    const name = word(head, 0);
    const range = { from: place + CHUNK, to: place + CHUNK + head.getUint32(4, true) };
    if (range.to > file.size) throw new SoundError(CUT_OFF);
    found.push({ name: name === "LIST" && head.byteLength === HEAD ? word(head, CHUNK) : name, ...range });
    place = range.to + ((range.to - range.from) % 2);
  }
  return found;
}

/** The same by their names. */
export async function chunks(file: Blob, range: Range): Promise<ReadonlyMap<string, Range>> {
  return new Map((await chunksIn(file, range)).map((each) => [each.name, each]));
}

export const bytes = async (file: Blob, { from, to }: Range): Promise<DataView<ArrayBuffer>> =>
  new DataView(await file.slice(from, to).arrayBuffer());

export const word = (view: DataView, place: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((each) => view.getUint8(place + each)));

export function chunk(name: string, parts: readonly BlobPart[]): Blob {
  const body = new Blob([...parts]);
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, body.size, true);
  return new Blob([name, size, body, ...(body.size % 2 ? [new Uint8Array(1)] : [])]);
}

export const list = (name: string, parts: readonly BlobPart[]): Blob => chunk("LIST", [name, ...parts]);
