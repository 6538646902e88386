/** What is asked for besides the chords: tempo, style, density, takes, seed and who plays. Ranges are the server's. */

import { useRef } from "preact/hooks";
import { ROLE_NAMES, ROLES, type Role, takeName } from "../music/piece";
import { noTaps, tap } from "../music/tap";
import { offer, options, setOptions } from "../state/band";
import { piece } from "../state/piece";
import "../styles/options.css";

const DENSITY_NAMES = ["Sparse", "Light", "Medium", "Full", "Busy"];
const MOST_TAKES = 4; // side by side on the page
const MAX_SEED = Number.MAX_SAFE_INTEGER;
const SEED_HINT_ID = "options-seed-hint";

export function OptionsPanel() {
  return (
    <fieldset class="options" disabled={offer.value === null}>
      <legend class="hidden">Options</legend>
      <Tempo />
      <Style />
      <Density />
      <Takes />
      <Tracks />
      <Seed />
    </fieldset>
  );
}

function Tempo() {
  const taps = useRef(noTaps);
  const { tempo } = options.value;
  const range = offer.value?.tempo;
  const set = (wanted: number) => {
    if (range && Number.isFinite(wanted)) {
      setOptions({ tempo: Math.min(range.maximum, Math.max(range.minimum, Math.round(wanted))) });
    }
  };
  return (
    <fieldset class="options-item options-tempo">
      <legend class="options-name">Tempo</legend>
      <div class="options-row">
        <input
          type="range"
          aria-label="Tempo in beats a minute"
          min={range?.minimum}
          max={range?.maximum}
          value={tempo}
          onInput={({ currentTarget }) => set(currentTarget.valueAsNumber)}
        />
        <input
          class="field options-number"
          type="number"
          inputMode="numeric"
          aria-label="Beats a minute"
          min={range?.minimum}
          max={range?.maximum}
          value={tempo}
          onChange={({ currentTarget }) => {
            set(currentTarget.valueAsNumber);
            currentTarget.value = String(options.peek().tempo); // also where what was typed is none
          }}
        />
        <button
          type="button"
          class="button"
          title="Tap the beat, four times or more"
          onClick={({ timeStamp }) => {
            taps.current = tap(taps.current, timeStamp);
            if (taps.current.tempo !== null) set(taps.current.tempo);
          }}
        >
          Tap
        </button>
      </div>
    </fieldset>
  );
}

function Style() {
  return (
    <label class="options-item">
      <span class="options-name">Style</span>
      <select
        class="field"
        value={options.value.style ?? ""}
        onChange={({ currentTarget }) => setOptions({ style: currentTarget.value || null })}
      >
        <option value="">Any style</option>
        {(offer.value?.styles ?? []).map((style) => (
          <option key={style} value={style}>
            {style.charAt(0).toUpperCase() + style.slice(1)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Density() {
  const { density } = options.value;
  return (
    <label class="options-item options-density">
      <span class="options-name">Density</span>
      <select
        class="field"
        value={density ?? ""}
        onChange={({ currentTarget }) =>
          setOptions({ density: currentTarget.value === "" ? null : Number(currentTarget.value) })
        }
      >
        <option value="">Let the band decide</option>
        {Array.from({ length: offer.value?.densities ?? 0 }, (_, level) => {
          const name = DENSITY_NAMES[level] ?? `Level ${level + 1}`;
          return (
            <option key={name} value={level}>
              {name}
            </option>
          );
        })}
      </select>
    </label>
  );
}

function Takes() {
  const most = Math.min(MOST_TAKES, offer.value?.max_takes ?? MOST_TAKES);
  return (
    <fieldset class="options-item">
      <legend class="options-name">Takes</legend>
      <div class="options-segments">
        {Array.from({ length: most }, (_, index) => index + 1).map((takes) => (
          <button
            type="button"
            class="button"
            key={takes}
            title={takes === 1 ? "One version" : `${takes} versions, A to ${takeName(takes - 1)}`}
            aria-pressed={options.value.takes === takes}
            onClick={() => setOptions({ takes })}
          >
            {takes}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Tracks() {
  const { tracks } = options.value;
  const toggle = (role: Role) => {
    const next = ROLES.filter((other) => (other === role) !== tracks.includes(other));
    if (next.length > 0) setOptions({ tracks: next });
  };
  return (
    <fieldset class="options-item options-tracks">
      <legend class="options-name">Who plays</legend>
      <div class="options-row">
        {ROLES.map((role) => {
          const plays = tracks.includes(role);
          const isLast = plays && tracks.length === 1;
          return (
            <button
              type="button"
              class="button options-track"
              key={role}
              data-role={role}
              aria-pressed={plays}
              aria-disabled={isLast}
              title={isLast ? "At least one has to play" : undefined}
              onClick={() => toggle(role)}
            >
              {ROLE_NAMES[role]}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

function Seed() {
  return (
    <div class="options-item options-seed">
      <label class="options-name" for="options-seed">
        Seed
      </label>
      <input
        id="options-seed"
        class="field"
        type="number"
        inputMode="numeric"
        min={0}
        max={MAX_SEED}
        step={1}
        placeholder="Another one each time"
        aria-describedby={SEED_HINT_ID}
        value={options.value.seed ?? ""}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.valueAsNumber;
          const seed = Number.isSafeInteger(wanted) && wanted >= 0 ? wanted : null;
          setOptions({ seed });
          currentTarget.value = seed === null ? "" : String(seed);
        }}
      />
      <small class="muted" id={SEED_HINT_ID}>
        The same number plays the same music again.
      </small>
      {piece.value !== null && options.value.seed === null && (
        <button
          type="button"
          class="button quiet small options-keep"
          title="Change something else, and let chance be the same"
          onClick={() => setOptions({ seed: piece.peek()?.seed ?? null })}
        >
          Keep this piece's: {piece.value.seed}
        </button>
      )}
    </div>
  );
}
