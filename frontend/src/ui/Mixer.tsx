/** The band as strips of a mixer: mute, solo, volume, instrument and a level meter for each; and the metronome. */

import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { AS_COMPOSED, MAX_VOLUME, MELODY, ROLE_NAMES, ROLES, type Role } from "../music/piece";
import { audible, mixer, offer, ownInstrument, setStrip } from "../state/band";
import { ownParts } from "../state/own";
import { melody, piece } from "../state/piece";
import { countIn, metronome, type Player } from "../state/playback";
import { OwnPart, takesPart } from "./OwnPart";
import "../styles/mixer.css";

const SPOKEN_MILLISECONDS = 200; // between two values of a meter that others than eyes read

export function Mixer({ player }: { player: Player }) {
  const roles = ROLES.filter((role) => role === MELODY || piece.value?.tracks.includes(role) !== false);
  return (
    <section class="panel mixer" aria-label="Mixer">
      <h2>Mixer</h2>
      <div class="mixer-strips" style={{ "--players": roles.length - 1 }}>
        {roles.map((role) => (
          <StripView key={role} role={role} player={player} />
        ))}
      </div>
      <fieldset class="mixer-clicks" aria-label="Clicks">
        <Switch name="Metronome" about="Click each beat while it plays" state={metronome} />
        <Switch name="Count-in" about="Click a bar before it plays" state={countIn} />
      </fieldset>
    </section>
  );
}

function Switch({ name, about, state }: { name: string; about: string; state: Signal<boolean> }) {
  return (
    <button
      type="button"
      class="button small"
      aria-pressed={state.value}
      title={about}
      onClick={() => {
        state.value = !state.peek();
      }}
    >
      {name}
    </button>
  );
}

function StripView({ role, player }: { role: Role; player: Player }) {
  const { muted, solo, volume, program } = mixer[role].value;
  const track = offer.value?.tracks.find((each) => each.role === role);
  const silent = !audible.value.has(role);
  const name = ROLE_NAMES[role];
  if (role === MELODY && melody.value === undefined && !ownParts.value.has(role)) return <NoMelody player={player} />;
  return (
    <fieldset
      aria-label={name}
      class={`mixer-strip is-${role}${silent ? " is-silent" : ""}`}
      style={{ "--track": `var(--${role})` }}
      {...takesPart(role)}
    >
      <span class="mixer-name">{name}</span>
      <div class="mixer-switches">
        <button
          type="button"
          class="button small mixer-mute"
          aria-label="Mute"
          aria-pressed={muted}
          title={`Mute ${name}`}
          onClick={() => setStrip(role, { muted: !muted })}
        >
          M
        </button>
        <button
          type="button"
          class="button small mixer-solo"
          aria-label="Solo"
          aria-pressed={solo}
          title={`Hear ${name} alone`}
          onClick={() => setStrip(role, { solo: !solo })}
        >
          S
        </button>
      </div>
      <Meter role={role} player={player} />
      <input
        type="range"
        class="mixer-volume"
        aria-label="Volume"
        aria-valuetext={`${Math.round((volume / AS_COMPOSED) * 100)} %`}
        title="Volume; double click: as it was"
        min={0}
        max={MAX_VOLUME}
        value={volume}
        onInput={(event) => setStrip(role, { volume: event.currentTarget.valueAsNumber })}
        onDblClick={() => setStrip(role, { volume: AS_COMPOSED })}
      />
      <select
        class="field mixer-instrument"
        aria-label="Instrument"
        disabled={(track?.instruments.length ?? 0) < 2}
        value={program ?? ownInstrument(role) ?? 0}
        onChange={(event) => setStrip(role, { program: Number(event.currentTarget.value) })}
      >
        {track?.instruments.map((instrument) => (
          <option key={instrument.program} value={instrument.program}>
            {instrument.name}
          </option>
        ))}
      </select>
      <OwnPart role={role} player={player} />
    </fieldset>
  );
}

/** Where a melody can be dropped while there is none. */
function NoMelody({ player }: { player: Player }) {
  return (
    <fieldset
      aria-label={ROLE_NAMES[MELODY]}
      class="mixer-strip is-melody"
      style={{ "--track": `var(--${MELODY})` }}
      {...takesPart(MELODY)}
    >
      <span class="mixer-name">{ROLE_NAMES[MELODY]}</span>
      <OwnPart role={MELODY} player={player} />
    </fieldset>
  );
}

/** How loud a track is, read once a frame: Preact has no part in that. */
function Meter({ role, player }: { role: Role; player: Player }) {
  const meter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let spoken = 0;
    let shown = -1;
    let frame = requestAnimationFrame(function draw(now) {
      frame = requestAnimationFrame(draw);
      const level = Math.round(Math.min(player.level(role), 1) * 100);
      if (level !== shown && bar.current) bar.current.style.transform = `scaleX(${level / 100})`;
      shown = level;
      if (now - spoken > SPOKEN_MILLISECONDS) {
        spoken = now;
        meter.current?.setAttribute("aria-valuenow", String(level));
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [role, player]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no two browsers let the bar of a <meter> be drawn in the same way
    <div
      ref={meter}
      class="mixer-meter"
      role="meter"
      aria-label="Level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <div ref={bar} class="mixer-level" />
    </div>
  );
}
