/** A zip for tests. `told`: the size that it says each file has, where that isn't true. */
export async function zipOf(
  files: Readonly<Record<string, string>>,
  isDeflated: boolean,
  told: number | null = null,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  const entries: BlobPart[] = [];
  let place = 0;
  for (const [name, text] of Object.entries(files)) {
    const plain = new Blob([text]);
    const stream = isDeflated ? plain.stream().pipeThrough(new CompressionStream("deflate-raw")) : plain.stream();
    const packed = await new Response(stream).blob();
    const called = new TextEncoder().encode(name);
    const fields = [isDeflated ? 8 : 0, 0, 0]; // the method, and when
    const sizes = row32(0, packed.size, told ?? plain.size);
    parts.push(row32(0x04034b50), row16(20, 0, ...fields), sizes, row16(called.length, 0), called, packed);
    entries.push(row32(0x02014b50), row16(20, 20, 0, ...fields), sizes);
    entries.push(row16(called.length, 0, 0, 0, 0), row32(0, place), called);
    place += 30 + called.length + packed.size;
  }
  const directory = new Blob(entries);
  const count = Object.keys(files).length;
  const end = [row32(0x06054b50), row16(0, 0, count, count), row32(directory.size, place), row16(0)];
  return new Blob([...parts, directory, ...end]);
}

const row16 = (...values: readonly number[]) => new Uint8Array(new Uint16Array(values).buffer);
const row32 = (...values: readonly number[]) => new Uint8Array(new Uint32Array(values).buffer);
