/**
 * A DLS file that a person has, such as Windows and macOS come with: which instruments are in it, and each as a DLS file
 * of its own. Of the file only what is needed is read. Knows the format; makes no sound.
 *
 * DLS level 2 (MIDI Manufacturers Association, 2006): instruments are lists of regions, each of which names a wave by its
 * number in a table of places.
 */

import {
  bytes,
  CHUNK,
  type Chunk,
  CUT_OFF,
  chunk,
  chunks,
  chunksIn,
  DAMAGED,
  HEAD,
  list,
  MAX_INSTRUMENT,
  type Range,
  TOO_LARGE,
  word,
} from "./riff";
import { SoundError } from "./synth";

const DRUMS = 2 ** 31; // in the number of a bank
const MAX_INSTRUMENTS = 64 << 20; // bytes of all without their waves
const [BANK, PROGRAM] = [4, 8] as const; // in the head of an instrument
const TABLE_INDEX = 8; // in a link to a wave
const CUES = 4; // in the table of places

interface Instrument extends Range {
  readonly bank: number;
  readonly program: number;
}

export class DownloadableSounds {
  private constructor(
    private readonly file: Blob,
    private readonly instruments: readonly Instrument[],
    private readonly places: readonly number[], // of waves, in the pool
    private readonly pool: Range,
  ) {}

  /** Look into a file. Throws {@link SoundError} where it is none, or damaged. */
  static async open(file: Blob): Promise<DownloadableSounds> {
    const head = await bytes(file, { from: 0, to: HEAD });
    if (head.byteLength < HEAD || word(head, 0) !== "RIFF" || word(head, 8) !== "DLS ") throw new SoundError(DAMAGED);
    const parts = await chunks(file, { from: HEAD, to: Math.min(CHUNK + head.getUint32(4, true), file.size) });
    const [lins, table, pool] = [parts.get("lins"), parts.get("ptbl"), parts.get("wvpl")];
    if (!lins || !table || !pool || lins.to - lins.from > MAX_INSTRUMENTS) throw new SoundError(CUT_OFF);
    const all = await chunksIn(file, { ...lins, from: lins.from + 4 });
    const instruments = await Promise.all(all.filter(({ name }) => name === "ins ").map((each) => told(file, each)));
    const cues = await bytes(file, table);
    const [begin, count] = [cues.getUint32(0, true), cues.getUint32(CUES, true)];
    if (begin + 4 * count > cues.byteLength) throw new SoundError(DAMAGED);
    const places = Array.from({ length: count }, (_, cue) => cues.getUint32(begin + 4 * cue, true));
    return new DownloadableSounds(file, instruments, places, { from: pool.from + 4, to: pool.to });
  }

  /** Whether there are instruments at all. */
  get isEmpty(): boolean {
    return !this.instruments.some(({ bank }) => [0, DRUMS].includes(bank));
  }

  /** Whether there is this program of General MIDI, or this kit. */
  has(program: number, isDrum: boolean): boolean {
    return this.find(program, isDrum) !== undefined;
  }

  /** One of its instruments as a DLS file. Throws {@link SoundError} where it is damaged, or larger than may be. */
  async read(program: number, isDrum: boolean): Promise<ArrayBuffer> {
    const found = this.find(program, isDrum);
    if (found === undefined) throw new SoundError(DAMAGED);
    const instrument = await this.file.slice(found.from, found.to).arrayBuffer();
    const links = linksIn(new DataView(instrument));
    const waves = [...new Set(links.map(({ wave }) => wave))].sort((one, other) => one - other);
    const sounds = await Promise.all(waves.map((wave) => this.wave(wave)));
    if (sounds.reduce((sum, { from, to }) => sum + to - from, 0) > MAX_INSTRUMENT) throw new SoundError(TOO_LARGE);
    for (const { view, wave } of links) view.setUint32(TABLE_INDEX, waves.indexOf(wave), true);
    const table = [CUES + 4, waves.length];
    let place = 0;
    for (const { from, to } of sounds) {
      table.push(place);
      place += to - from + ((to - from) % 2);
    }
    const padded = sounds.flatMap(({ from, to }) => [this.file.slice(from, to), new Uint8Array((to - from) % 2)]);
    const parts = [
      chunk("colh", [numbers(1)]),
      list("lins", [chunk("LIST", [instrument])]),
      chunk("ptbl", [numbers(...table)]),
      list("wvpl", padded),
    ];
    return chunk("RIFF", ["DLS ", ...parts]).arrayBuffer();
  }

  private find(program: number, isDrum: boolean): Instrument | undefined {
    const bank = isDrum ? DRUMS : 0;
    return this.instruments.find((each) => each.program === program && each.bank === bank);
  }

  /** Where a wave is in the file, with its head. */
  private async wave(number: number): Promise<Range> {
    const place = this.places[number];
    if (place === undefined) throw new SoundError(DAMAGED);
    const from = this.pool.from + place;
    const head = await bytes(this.file, { from, to: from + CHUNK });
    const to = head.byteLength < CHUNK ? Number.POSITIVE_INFINITY : from + CHUNK + head.getUint32(4, true);
    if (to > this.pool.to || word(head, 0) !== "LIST") throw new SoundError(DAMAGED);
    return { from, to };
  }
}

/** Which instrument a list holds. */
async function told(file: Blob, { from, to }: Chunk): Promise<Instrument> {
  const range = (await chunks(file, { from: from + 4, to })).get("insh");
  const head = range && (await bytes(file, range));
  if (!head || head.byteLength < PROGRAM + 4) throw new SoundError(DAMAGED);
  return { from, to, bank: head.getUint32(BANK, true), program: head.getUint32(PROGRAM, true) };
}

interface Link {
  readonly view: DataView;
  readonly wave: number;
}

/** All links to waves within a list. */
function linksIn(within: DataView): readonly Link[] {
  const found: Link[] = [];
  for (let place = 4; place + CHUNK <= within.byteLength; ) {
    const [name, size] = [word(within, place), within.getUint32(place + 4, true)];
    const [from, to] = [within.byteOffset + place + CHUNK, place + CHUNK + size];
    if (to > within.byteLength) throw new SoundError(DAMAGED);
    const view = new DataView(within.buffer, from, size);
    if (name === "LIST" && size >= 4) found.push(...linksIn(view));
    else if (name === "wlnk" && size >= TABLE_INDEX + 4) found.push({ view, wave: view.getUint32(TABLE_INDEX, true) });
    place = to + (size % 2);
  }
  return found;
}

function numbers(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array(values).buffer);
}
