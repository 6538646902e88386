/**
 * The instruments as files: each is fetched when somebody first wants it, or read from the person's own SoundFont where
 * that has it, and handed to the synthesizer.
 */

import type { WorkletSynthesizer } from "spessasynth_lib";
import { download, type Offer } from "../api";
import type { OwnFont } from "../state/font";
import { NO_FONT, SoundError } from "./synth";

/** How much of what is fetched is there, in bytes. */
export type Progress = (there: number, of: number) => void;

interface Font {
  readonly font: string;
  readonly font_bytes: number;
}

export class Fonts {
  readonly #known: ReadonlyMap<string, Font>;
  readonly #asked = new Map<string, Promise<void>>();
  readonly #there = new Map<string, number>(); // bytes of what was asked for
  #own: OwnFont | null = null;
  #adding: Promise<unknown> = Promise.resolve(); // one after the other: the library doesn't say which one is damaged

  /** `onProgress` hears how far what is fetched has come, `onDamaged` what of the person's own can't be played, and why. */
  constructor(
    private readonly library: WorkletSynthesizer,
    tracks: Offer["tracks"],
    private readonly onProgress: Progress,
    private readonly onDamaged: (what: string, error: unknown) => void = () => {},
  ) {
    this.#known = new Map(
      tracks.flatMap(({ is_drum, instruments }) => instruments.map((each) => [nameOf(each.program, is_drum), each])),
    );
  }

  /** Have the instruments of a file from now on, as far as it has them; null: none. Whether these are others. */
  use(own: OwnFont | null): boolean {
    if (this.#own === own) return false;
    this.#own = own;
    this.#asked.clear();
    this.#there.clear();
    return true;
  }

  /** Have an instrument; at once where it is there. Throws {@link SoundError}; it is tried again when asked again. */
  need(program: number, isDrum: boolean): Promise<void> {
    const name = nameOf(program, isDrum);
    const own = this.#own?.has(program, isDrum) ? this.#own : null;
    const font = this.#known.get(name);
    if (own === null && font === undefined) return Promise.resolve(); // nothing that is offered: the nearest one plays
    const asked = this.#asked.get(name) ?? (own ? this.#read(own, program, isDrum) : this.#load(name, font));
    this.#asked.set(name, asked);
    return asked;
  }

  /** From the person's own file; from the server where that can't be. */
  async #read(own: OwnFont, program: number, isDrum: boolean): Promise<void> {
    const name = nameOf(program, isDrum);
    try {
      const data = await own.read(program, isDrum);
      if (this.#own === own) await this.#hand(name, data);
    } catch (error) {
      if (this.#own !== own) return;
      this.onDamaged(`${isDrum ? "kit" : "program"} ${program + 1} of ${own.name}`, error);
      await this.#load(name, this.#known.get(name));
    }
  }

  async #load(name: string, font: Font | undefined): Promise<void> {
    if (font === undefined) return;
    const own = this.#own;
    try {
      this.#tell(name, 0);
      const data = await fetchFont(font.font, (bytes) => this.#tell(name, bytes));
      this.#tell(name, font.font_bytes);
      if (this.#own === own) await this.#hand(name, data);
    } catch (cause) {
      this.#asked.delete(name);
      this.#there.delete(name);
      throw new SoundError(NO_FONT, { cause });
    }
  }

  #hand(name: string, font: ArrayBuffer): Promise<void> {
    const added = this.#adding.then(() => this.#add(name, font));
    this.#adding = added.catch(() => {});
    return added;
  }

  /** Hand a SoundFont over, in the place of one of this name. The library tells of a damaged one by an event alone. */
  #add(name: string, font: ArrayBuffer): Promise<void> {
    const { eventHandler, soundBankManager } = this.library;
    return new Promise<void>((resolve, reject) => {
      eventHandler.addEvent("soundBankError", name, reject);
      void soundBankManager.addSoundBank(font, name).then(resolve);
    }).finally(() => eventHandler.removeEvent("soundBankError", name));
  }

  #tell(name: string, bytes: number): void {
    this.#there.set(name, bytes);
    const wanted = [...this.#there.keys()].reduce((sum, each) => sum + (this.#known.get(each)?.font_bytes ?? 0), 0);
    const there = [...this.#there.values()].reduce((sum, each) => sum + each, 0);
    this.onProgress(there, wanted);
  }
}

const nameOf = (program: number, isDrum: boolean): string => `${isDrum ? "kit" : "program"} ${program}`;

async function fetchFont(address: string, progress: (bytes: number) => void): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok || response.body === null) throw new Error(`${response.status} ${response.statusText}`);
  return (await download(response.body, progress)).arrayBuffer();
}
