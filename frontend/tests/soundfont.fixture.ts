/** A small SoundFont for tests: a piano of two samples, of which one is half of a stereo pair, and a kit. */

const encoder = new TextEncoder();

/** Numbers in little endian, by how many bytes each has; texts are filled up to their bytes. */
function row(...fields: readonly (readonly [value: number | string, bytes: number])[]): Uint8Array<ArrayBuffer> {
  return joined(
    fields.map(([value, bytes]) => {
      const field = new Uint8Array(bytes);
      if (typeof value === "string") field.set(encoder.encode(value));
      else for (let byte = 0; byte < bytes; byte += 1) field[byte] = Math.floor(value / 256 ** byte) % 256;
      return field;
    }),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

const chunk = (name: string, ...parts: readonly Uint8Array[]): Uint8Array => {
  const body = joined(parts);
  return joined([encoder.encode(name), row([body.length, 4]), body, new Uint8Array(body.length % 2)]);
};

const preset = (name: string, program: number, bank: number, bag: number) =>
  row([name, 20], [program, 2], [bank, 2], [bag, 2], [0, 12]);
const bag = (generator: number) => row([generator, 2], [0, 2]);
const generator = (kind: number, amount: number) => row([kind, 2], [amount, 2]);
const instrument = (name: string, first: number) => row([name, 20], [first, 2]);
const sample = (
  name: string,
  start: number,
  end: number,
  loop: readonly [number, number],
  link: number,
  type: number,
) =>
  row([name, 20], [start, 4], [end, 4], [loop[0], 4], [loop[1], 4], [44_100, 4], [60, 1], [0, 1], [link, 2], [type, 2]);

const [PIANO, KIT] = [0, 1]; // instruments
const [MONO, RIGHT, LEFT] = [1, 2, 4]; // kinds of samples
const [INSTRUMENT, SAMPLE] = [41, 53]; // generators

/** `kit`: which sample the drums play; one that there is not makes them damaged. */
export function soundFont(kit = 0): Uint8Array<ArrayBuffer> {
  const frames = new Int16Array(Array.from({ length: 300 }, (_, frame) => frame));
  return joined([
    chunk(
      "RIFF",
      encoder.encode("sfbk"),
      chunk("LIST", encoder.encode("INFO"), chunk("ifil", row([2, 2], [4, 2]))),
      chunk("LIST", encoder.encode("sdta"), chunk("smpl", new Uint8Array(frames.buffer))),
      chunk(
        "LIST",
        encoder.encode("pdta"),
        chunk("phdr", preset("Piano", 0, 0, 0), preset("Kit", 0, 128, 1), preset("EOP", 0, 0, 2)),
        chunk("pbag", bag(0), bag(1), bag(2)),
        chunk("pmod", row([0, 10])),
        chunk("pgen", generator(INSTRUMENT, PIANO), generator(INSTRUMENT, KIT), generator(0, 0)),
        chunk("inst", instrument("Piano", 0), instrument("Kit", 1), instrument("EOI", 2)),
        chunk("ibag", bag(0), bag(1), bag(2)),
        chunk("imod", row([0, 10])),
        chunk("igen", generator(SAMPLE, 1), generator(SAMPLE, kit), generator(0, 0)),
        chunk(
          "shdr",
          sample("drum", 0, 100, [0, 0], 0, MONO),
          sample("left", 100, 150, [110, 140], 2, LEFT),
          sample("right", 200, 260, [210, 240], 1, RIGHT),
          sample("EOS", 0, 0, [0, 0], 0, 0),
        ),
      ),
    ),
  ]);
}
