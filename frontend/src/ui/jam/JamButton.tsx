/** Opens a jam, whose code is loaded then. */

import { type Signal, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { offer } from "../../state/band";
import { complain } from "../../state/notice";
import type { Player } from "../../state/playback";
import { Icon } from "../Icon";

const NO_CODE = "The jam couldn't be loaded from the server. Is it still running?";

interface Loaded {
  readonly JamPanel: FunctionComponent<{ readonly onClose: () => void }>;
  end(): Promise<void>;
}

/** What is open; null: nothing. */
const loaded: Signal<Loaded | null> = signal(null);

async function open(player: Player): Promise<void> {
  void player.prepare(); // within the press, as browsers want it
  try {
    const code = await import("./JamPanel");
    loaded.value = code;
    await code.begin();
  } catch (error) {
    if (loaded.peek() !== null) throw error;
    complain(NO_CODE);
  }
}

function close(): void {
  void loaded.peek()?.end();
  loaded.value = null;
}

export function JamButton({ player }: { readonly player: Player }) {
  const isOpen = loaded.value !== null;
  return (
    <button
      type="button"
      class="button chart-opener"
      aria-expanded={isOpen}
      disabled={offer.value === null}
      title="Lead the band with the chords that you play"
      onClick={() => (isOpen ? close() : open(player))}
    >
      <Icon name="jam" /> Jam
    </button>
  );
}

export function JamPlace() {
  const code = loaded.value;
  return code && <code.JamPanel onClose={close} />;
}
