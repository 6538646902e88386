/**
 * A SoundFont that a person has, as a file: which instruments are in it, and each as a SoundFont of its own. Of the file
 * only what is needed is read, so that it may be large. Knows the format; makes no sound.
 *
 * SoundFont 2.04 (Creative Technology, 2006): tables of fixed rows, in which presets point to instruments, and these to
 * samples. In a .sf3 file samples are Ogg streams, and a sample's header tells bytes in place of frames.
 */

import {
  bytes,
  CHUNK,
  CUT_OFF,
  chunk,
  chunks,
  DAMAGED,
  HEAD,
  list,
  MAX_INSTRUMENT,
  type Range,
  TOO_LARGE,
  word,
} from "./riff";
import { SoundError } from "./synth";

const KITS = 128; // the bank of kits
const COMPRESSED = 0x10; // of a sample's type
const LINKED = 0b110; // one half of a stereo sample
const INSTRUMENT = 41; // generators that point on
const SAMPLE = 53;
const PAUSE = 46; // frames of silence after a sample, as the format wants it
const MEGABYTE = 1 << 20;
const MAX_TABLES = 64 * MEGABYTE;

const ROWS = { phdr: 38, pbag: 4, pmod: 10, pgen: 4, inst: 22, ibag: 4, imod: 10, igen: 4, shdr: 46 } as const; // bytes
type Table = keyof typeof ROWS;
type Tables = Readonly<Record<Table, readonly DataView<ArrayBuffer>[]>>;
const PRESETS = { owner: "phdr", bag: 24, zone: "pbag", modulator: "pmod", generator: "pgen" } as const;
const INSTRUMENTS = { owner: "inst", bag: 20, zone: "ibag", modulator: "imod", generator: "igen" } as const;
// Where fields stand in the rows.
const PROGRAM = 20;
const BANK = 22;
const AMOUNT = 2;
const MODULATOR = 2;
const [START, END, LOOP_START, LOOP_END, LINK, TYPE] = [20, 24, 28, 32, 42, 44] as const;

const NO_FONT = "it is no SoundFont: take an .sf2, .sf3 or .dls file";

export class SoundFont {
  private constructor(
    private readonly file: Blob,
    private readonly tables: Tables,
    private readonly info: Range, // a list
    private readonly sound: Range, // of all samples
  ) {}

  /** Look into a file. Throws {@link SoundError} where it is none, or damaged. */
  static async open(file: Blob): Promise<SoundFont> {
    const head = await bytes(file, { from: 0, to: HEAD });
    if (head.byteLength < HEAD || word(head, 0) !== "RIFF" || word(head, 8) !== "sfbk") throw new SoundError(NO_FONT);
    const lists = await chunks(file, { from: HEAD, to: Math.min(CHUNK + head.getUint32(4, true), file.size) });
    const [info, sounds, data] = ["INFO", "sdta", "pdta"].map((name) => lists.get(name));
    const sound = sounds && (await chunks(file, { ...sounds, from: sounds.from + 4 })).get("smpl");
    if (!info || !sound || !data || data.to - data.from > MAX_TABLES) throw new SoundError(CUT_OFF);
    const places = await chunks(file, { ...data, from: data.from + 4 });
    const tables: (readonly [string, readonly DataView<ArrayBuffer>[]])[] = [];
    for (const [name, size] of Object.entries(ROWS)) {
      const place = places.get(name);
      if (!place || place.to - place.from < size) throw new SoundError(DAMAGED);
      tables.push([name, rows(await bytes(file, place), size)]);
    }
    return new SoundFont(file, Object.fromEntries(tables) as Tables, info, sound);
  }

  /** Whether there are instruments at all. */
  get isEmpty(): boolean {
    return !this.tables.phdr.slice(0, -1).some((row) => [0, KITS].includes(row.getUint16(BANK, true)));
  }

  /** Whether there is this program of General MIDI, or this kit. */
  has(program: number, isDrum: boolean): boolean {
    return this.find(program, isDrum) >= 0;
  }

  /** One of its instruments as a SoundFont. Throws {@link SoundError} where it is damaged, or larger than may be. */
  async read(program: number, isDrum: boolean): Promise<ArrayBuffer> {
    try {
      return await this.instrument(this.find(program, isDrum));
    } catch (cause) {
      if (cause instanceof RangeError) throw new SoundError(DAMAGED, { cause }); // it points at what isn't there
      throw cause;
    }
  }

  private find(program: number, isDrum: boolean): number {
    return this.tables.phdr
      .slice(0, -1)
      .findIndex(
        (row) => row.getUint16(PROGRAM, true) === program && row.getUint16(BANK, true) === (isDrum ? KITS : 0),
      );
  }

  private async instrument(preset: number): Promise<ArrayBuffer> {
    const presets = this.zoned(PRESETS, [preset]);
    const instruments = pointed(presets.pgen, INSTRUMENT);
    const zones = this.zoned(INSTRUMENTS, instruments);
    const samples = this.withLinks(pointed(zones.igen, SAMPLE));
    renumber(presets.pgen, INSTRUMENT, instruments);
    renumber(zones.igen, SAMPLE, samples);
    const { headers, sound } = this.sounding(samples);
    const tables: Record<Table, readonly DataView<ArrayBuffer>[]> = { ...presets, ...zones, shdr: headers };
    const parts = [
      list("INFO", [this.file.slice(this.info.from + 4, this.info.to)]),
      list("sdta", [chunk("smpl", sound)]),
      list(
        "pdta",
        Object.keys(ROWS).map((name) => chunk(name, tables[name as Table])),
      ),
    ];
    return chunk("RIFF", ["sfbk", ...parts]).arrayBuffer();
  }

  /** Some presets or instruments, with their zones, at their new places; each table keeps its last row. */
  private zoned<Kind extends typeof PRESETS | typeof INSTRUMENTS>(
    { owner, bag, zone, modulator, generator }: Kind,
    chosen: readonly number[],
  ): Record<Kind["owner" | "zone" | "modulator" | "generator"], DataView<ArrayBuffer>[]> {
    const [owners, zones] = [this.tables[owner], this.tables[zone]];
    const [modulators, generators] = [this.tables[modulator], this.tables[generator]];
    const [newOwners, newZones]: DataView<ArrayBuffer>[][] = [[], []] as const;
    const [newModulators, newGenerators]: DataView<ArrayBuffer>[][] = [[], []] as const;
    const place = () => {
      const row = new DataView(new ArrayBuffer(ROWS[zone]));
      row.setUint16(0, newGenerators.length, true);
      row.setUint16(MODULATOR, newModulators.length, true);
      newZones.push(row);
    };
    for (const number of chosen) {
      const row = copy(at(owners, number));
      const [first, last] = [number, number + 1].map((each) => at(owners, each).getUint16(bag, true)) as [
        number,
        number,
      ];
      row.setUint16(bag, newZones.length, true);
      newOwners.push(row);
      for (let each = first; each < last; each += 1) {
        const [here, following] = [at(zones, each), at(zones, each + 1)];
        place();
        newGenerators.push(...slice(generators, here.getUint16(0, true), following.getUint16(0, true)).map(copy));
        newModulators.push(...slice(modulators, here.getUint16(MODULATOR, true), following.getUint16(MODULATOR, true)));
      }
    }
    const end = copy(at(owners, owners.length - 1));
    end.setUint16(bag, newZones.length, true);
    place();
    return {
      [owner]: [...newOwners, end],
      [zone]: newZones,
      [modulator]: [...newModulators, at(modulators, modulators.length - 1)],
      [generator]: [...newGenerators, at(generators, generators.length - 1)],
    } as Record<Kind["owner" | "zone" | "modulator" | "generator"], DataView<ArrayBuffer>[]>;
  }

  /** The samples and, of stereo ones, their other halves. */
  private withLinks(samples: readonly number[]): readonly number[] {
    const { shdr } = this.tables;
    const linked = samples
      .map((number) => at(shdr, number))
      .filter((row) => row.getUint16(TYPE, true) & LINKED)
      .map((row) => row.getUint16(LINK, true))
      .filter((number) => number < shdr.length - 1);
    return [...new Set([...samples, ...linked])].sort((one, other) => one - other);
  }

  /** Headers of samples that stand one behind the other, and their sound. */
  private sounding(samples: readonly number[]): { headers: DataView<ArrayBuffer>[]; sound: BlobPart[] } {
    const { shdr } = this.tables;
    const sound: BlobPart[] = [];
    let place = 0; // bytes
    const headers = samples.map((number) => {
      const row = copy(at(shdr, number));
      const unit = row.getUint16(TYPE, true) & COMPRESSED ? 1 : 2; // bytes
      const [start, end] = [row.getUint32(START, true), row.getUint32(END, true)];
      const [from, to] = [start, end].map((each) => this.sound.from + unit * each) as [number, number];
      if (to < from || to > this.sound.to) throw new RangeError(DAMAGED);
      const pause = unit === 1 ? 0 : unit * PAUSE; // a file has samples of one kind
      const moved = place / unit - start;
      row.setUint32(START, start + moved, true);
      row.setUint32(END, end + moved, true);
      for (const loop of unit === 1 ? [] : [LOOP_START, LOOP_END]) {
        row.setUint32(loop, Math.max(row.getUint32(loop, true) + moved, 0), true);
      }
      row.setUint16(LINK, Math.max(samples.indexOf(row.getUint16(LINK, true)), 0), true);
      sound.push(this.file.slice(from, to), new Uint8Array(pause));
      place += to - from + pause;
      return row;
    });
    if (place > MAX_INSTRUMENT) throw new SoundError(TOO_LARGE);
    return { headers: [...headers, at(shdr, shdr.length - 1)], sound };
  }
}

/** What is pointed at, each once, in order. */
function pointed(generators: readonly DataView[], kind: number): readonly number[] {
  const points = generators.slice(0, -1).filter((row) => row.getUint16(0, true) === kind);
  return [...new Set(points.map((row) => row.getUint16(AMOUNT, true)))].sort((one, other) => one - other);
}

/** Have generators point at the new places of what is kept. */
function renumber(generators: readonly DataView[], kind: number, kept: readonly number[]): void {
  for (const row of generators.slice(0, -1)) {
    if (row.getUint16(0, true) === kind) row.setUint16(AMOUNT, kept.indexOf(row.getUint16(AMOUNT, true)), true);
  }
}

const rows = ({ buffer }: DataView<ArrayBuffer>, size: number): DataView<ArrayBuffer>[] =>
  Array.from({ length: Math.floor(buffer.byteLength / size) }, (_, row) => new DataView(buffer, row * size, size));

const copy = ({ buffer, byteOffset, byteLength }: DataView<ArrayBuffer>): DataView<ArrayBuffer> =>
  new DataView(buffer.slice(byteOffset, byteOffset + byteLength));

function at<Row>(table: readonly Row[], number: number): Row {
  const row = table[number];
  if (row === undefined) throw new RangeError(DAMAGED);
  return row;
}

function slice<Row>(table: readonly Row[], from: number, to: number): readonly Row[] {
  if (from > to || to > table.length) throw new RangeError(DAMAGED);
  return table.slice(from, to);
}
