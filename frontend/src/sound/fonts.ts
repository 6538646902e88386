/** The instruments as files: each is fetched when somebody first wants it, and handed to the synthesizer. */

import type { WorkletSynthesizer } from "spessasynth_lib";
import { download, type Offer } from "../api";
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
  #adding: Promise<unknown> = Promise.resolve(); // one after the other: the library doesn't say which one is damaged

  /** `onProgress` hears how far what is fetched has come. */
  constructor(
    private readonly library: WorkletSynthesizer,
    tracks: Offer["tracks"],
    private readonly onProgress: Progress,
  ) {
    this.#known = new Map(
      tracks.flatMap(({ is_drum, instruments }) => instruments.map((each) => [nameOf(each.program, is_drum), each])),
    );
  }

  /** Have an instrument; at once where it is there. Throws {@link SoundError}; it is tried again when asked again. */
  need(program: number, isDrum: boolean): Promise<void> {
    const name = nameOf(program, isDrum);
    const font = this.#known.get(name);
    if (font === undefined) return Promise.resolve(); // nothing that the server offers: the nearest one plays
    const asked = this.#asked.get(name) ?? this.#load(name, font);
    this.#asked.set(name, asked);
    return asked;
  }

  async #load(name: string, font: Font): Promise<void> {
    try {
      this.#tell(name, 0);
      const data = await fetchFont(font.font, (bytes) => this.#tell(name, bytes));
      this.#tell(name, font.font_bytes);
      const added = this.#adding.then(() => this.#add(name, data));
      this.#adding = added.catch(() => {});
      await added;
    } catch (cause) {
      this.#asked.delete(name);
      this.#there.delete(name);
      throw new SoundError(NO_FONT, { cause });
    }
  }

  /** Hand a SoundFont over. The library tells of a damaged one by an event alone. */
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
