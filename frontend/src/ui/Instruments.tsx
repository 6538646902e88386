/** What the page sounds with: its own instruments, or those of a SoundFont of the person's. */

import { useRef } from "preact/hooks";
import { dropFont, takeFont } from "../sound/own-font";
import { offer } from "../state/band";
import { isTakingFont, lacking, ownFont } from "../state/font";
import { Icon } from "./Icon";
import "../styles/instruments.css";

const ABOUT = "An .sf2, .sf3 or .dls file, up to 2 GB. It stays in this browser and is sent nowhere.";

export function Instruments() {
  const field = useRef<HTMLInputElement>(null);
  const font = ownFont.value;
  return (
    <section class="panel instruments" aria-label="Instruments">
      <h2>Instruments</h2>
      <p class="instruments-name">{font === null ? "Built in" : font.name}</p>
      <div class="instruments-tools">
        <button
          type="button"
          class="button small"
          aria-busy={isTakingFont.value}
          disabled={isTakingFont.value}
          title={ABOUT}
          onClick={() => field.current?.click()}
        >
          <Icon name="file" />
          {font === null ? "Your SoundFont…" : "Another SoundFont…"}
        </button>
        {font !== null && (
          <button
            type="button"
            class="button small"
            title="Play with the page's own instruments again"
            onClick={dropFont}
          >
            <Icon name="undo" />
            Built in
          </button>
        )}
      </div>
      <p class="muted instruments-hint" role="status">
        {isTakingFont.value ? "Looking into the file…" : lackingWords()}
      </p>
      {font === null ? (
        <p class="muted instruments-hint">{ABOUT}</p>
      ) : (
        <p class="muted instruments-hint">MP3, WAV and stems are made with {madeWith()}.</p>
      )}
      <input
        ref={field}
        type="file"
        hidden
        data-testid="soundfont"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void takeFont(file);
          currentTarget.value = ""; // the same file may be chosen again
        }}
      />
    </section>
  );
}

/** The instruments of files. */
function madeWith(): string {
  const font = offer.value?.soundfont ?? null;
  return font === null ? "the built-in instruments" : `the server's, ${font}`;
}

/** What plays with the page's own instruments all the same. */
function lackingWords(): string {
  const names = lacking.value;
  return names.length === 0 ? "" : `It lacks ${names.join(", ")}: there the built-in instruments play.`;
}
