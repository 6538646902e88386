/** One file out of a zip, without the others. Knows the format (PKWARE's APPNOTE 6.3); no files by name. */

const END = 0x06054b50; // signatures
const ENTRY = 0x02014b50;
const END_BYTES = 22; // of the end, before a comment
const MAX_COMMENT = 0xffff;
const ENTRY_BYTES = 46; // of an entry of the directory, before its name
const LOCAL_BYTES = 30; // of what stands before a file, before its name
const MAX_DIRECTORY = 1 << 20;
const STORED = 0;
const DEFLATED = 8;

/** The text of a file at the top of a zip; null where there is none of that name, or of more than `most` bytes. */
export async function textInZip(zip: Blob, name: string, most: number): Promise<string | null> {
  const end = await view(zip, Math.max(zip.size - END_BYTES - MAX_COMMENT, 0), zip.size);
  let place = end.byteLength - END_BYTES;
  while (place >= 0 && end.getUint32(place, true) !== END) place -= 1;
  if (place < 0) return null;
  const [size, from] = [end.getUint32(place + 12, true), end.getUint32(place + 16, true)];
  if (size > MAX_DIRECTORY) return null;
  const entry = entryIn(await view(zip, from, from + size), name);
  if (entry === null || entry.size > most || ![STORED, DEFLATED].includes(entry.method)) return null;
  const local = await view(zip, entry.place, entry.place + LOCAL_BYTES);
  if (local.byteLength < LOCAL_BYTES) return null;
  const begin = entry.place + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = zip.slice(begin, begin + entry.packed).stream();
  return textOf(entry.method === STORED ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw")), most);
}

interface Entry {
  readonly place: number;
  readonly method: number;
  readonly packed: number; // bytes
  readonly size: number; // bytes, as the zip says
}

function entryIn(directory: DataView<ArrayBuffer>, name: string): Entry | null {
  for (let at = 0; at + ENTRY_BYTES <= directory.byteLength && directory.getUint32(at, true) === ENTRY; ) {
    const [length, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const called = new TextDecoder().decode(directory.buffer.slice(at + ENTRY_BYTES, at + ENTRY_BYTES + length));
    if (called === name) {
      return {
        place: directory.getUint32(at + 42, true),
        method: directory.getUint16(at + 10, true),
        packed: directory.getUint32(at + 20, true),
        size: directory.getUint32(at + 24, true),
      };
    }
    at += ENTRY_BYTES + length + extra + comment;
  }
  return null;
}

/** A text of at most so many bytes, whatever the zip has said; null where there are more, or it is damaged. */
async function textOf(stream: ReadableStream<Uint8Array>, most: number): Promise<string | null> {
  const [decoder, reader] = [new TextDecoder(), stream.getReader()];
  let [text, size] = ["", 0];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > most) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(next.value, { stream: true });
    }
    return text + decoder.decode();
  } catch {
    return null;
  }
}

const view = async (file: Blob, from: number, to: number): Promise<DataView<ArrayBuffer>> =>
  new DataView(await file.slice(from, to).arrayBuffer());
