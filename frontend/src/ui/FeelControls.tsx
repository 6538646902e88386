/** How the band plays: swing, who plays straight, how human. Heard at once; nothing is composed for it. */

import { MELODY, ROLE_NAMES, ROLES, type Role } from "../music/piece";
import { feel, offered, setOptions } from "../state/band";
import { ownParts } from "../state/own";
import { melody } from "../state/piece";
import { swingWords } from "./option-words";

const SHARE = 100; // per cent

export function FeelControls() {
  return (
    <>
      <Swing />
      <Straight />
      <Humanize />
    </>
  );
}

function Swing() {
  const range = offered("swing");
  const { swing } = feel.value;
  return (
    <label class="options-item options-slider" title="Where the off-beat stands, in per cent of the beat">
      <span class="options-name">Swing: {swingWords(swing)}</span>
      <input
        type="range"
        aria-label="Swing"
        aria-valuetext={swingWords(swing)}
        min={range?.minimum ?? swing}
        max={range?.maximum ?? swing}
        step={1}
        value={swing}
        onInput={({ currentTarget }) => setOptions({ swing: currentTarget.valueAsNumber })}
      />
    </label>
  );
}

function Straight() {
  const { straight, swing } = feel.value;
  if (swing === offered("swing")?.default) return null; // nobody swings
  const toggle = (role: Role) => {
    const next = ROLES.filter((other) => (other === role) !== straight.includes(other));
    setOptions({ straight: next.length ? next : null });
  };
  return (
    <fieldset class="options-item options-tracks">
      <legend class="options-name">Who swings</legend>
      <div class="options-row">
        {ROLES.filter((role) => role !== MELODY || melody.value || ownParts.value.has(role)).map((role) => (
          <button
            type="button"
            class="button options-track"
            key={role}
            data-role={role}
            aria-pressed={!straight.includes(role)}
            onClick={() => toggle(role)}
          >
            {ROLE_NAMES[role]}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Humanize() {
  const range = offered("humanize");
  const { humanize, seed } = feel.value;
  const words = `${Math.round(humanize * SHARE)} %`;
  return (
    <fieldset class="options-item options-slider" title="How much timing and loudness stray; 100 % is as people play">
      <legend class="options-name">Humanize: {words}</legend>
      <div class="options-row">
        <input
          type="range"
          aria-label="Humanize"
          aria-valuetext={words}
          min={0}
          max={(range?.maximum ?? 1) * SHARE}
          step={5}
          value={Math.round(humanize * SHARE)}
          onInput={({ currentTarget }) => setOptions({ humanize: currentTarget.valueAsNumber / SHARE })}
        />
        {humanize > 0 && (
          <button
            type="button"
            class="button small"
            title="Have them stray otherwise, as much"
            onClick={() => setOptions({ humanize_seed: seed + 1 })}
          >
            Other hands
          </button>
        )}
      </div>
    </fieldset>
  );
}
