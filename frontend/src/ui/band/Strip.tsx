/** The head of a row: a strip of the mixer, the row's lock, and what is rarely needed behind a button. */

import "../../styles/strip.css";
import { useSignal } from "@preact/signals";
import { AS_COMPOSED, MAX_VOLUME, MELODY, ROLE_NAMES, type Role } from "../../music/piece";
import { audible, mixer, offer, ownInstrument, setStrip } from "../../state/band";
import { opened, toggleOpen } from "../../state/opened";
import { ownParts } from "../../state/own";
import { heardRoles, melody, piece } from "../../state/piece";
import type { Player } from "../../state/playback";
import { isRowLocked, lockRow, players } from "../../state/selecting";
import { Icon } from "../Icon";
import { carry, MidiFile, midiFile } from "../MidiFile";
import { hasFinePointer } from "../media";
import { OwnPart } from "../OwnPart";
import { Meter } from "./Meter";
import type { BandView } from "./view";

const TO_DRAG = "; in Chrome and Edge drag it into your studio: its MIDI";

interface Props {
  readonly role: Role;
  readonly player: Player;
  readonly view: BandView;
}

export function Strip({ role, player, view }: Props) {
  const isMore = useSignal(false);
  const { muted, solo } = mixer[role].value;
  const name = ROLE_NAMES[role];
  const hasOwn = ownParts.value.has(role) || piece.value?.given.some(({ track }) => track === role) === true;
  if (role === MELODY && melody.value === undefined && !hasOwn) return <NoMelody player={player} />;
  const isWide = view.arrangement.value !== "stacked";
  const isOpen = isMore.value || hasOwn;
  return (
    <fieldset aria-label={name} class={`strip is-${role}${audible.value.has(role) ? "" : " is-silent"}`}>
      <Name role={role} />
      <button
        type="button"
        class="button small strip-mute"
        aria-label="Mute"
        aria-pressed={muted}
        title={`Mute ${name}`}
        onClick={() => setStrip(role, { muted: !muted })}
      >
        M
      </button>
      <button
        type="button"
        class="button small strip-solo"
        aria-label="Solo"
        aria-pressed={solo}
        title={`Hear ${name} alone`}
        onClick={() => setStrip(role, { solo: !solo })}
      >
        S
      </button>
      <Volume role={role} />
      {isWide && <Instrument role={role} />}
      <RowLock role={role} />
      <button
        type="button"
        class="button small quiet strip-more"
        aria-label={`More of ${name.toLowerCase()}`}
        aria-expanded={isOpen}
        disabled={hasOwn}
        title="Instrument, a part of your own, recording, MIDI"
        onClick={() => {
          isMore.value = !isMore.value;
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div class="strip-rest">
          {!isWide && <Instrument role={role} />}
          <OwnPart role={role} player={player} />
          <MidiFile words="MIDI" look="quiet small" about={`The MIDI of ${name.toLowerCase()} alone`} roles={[role]} />
        </div>
      )}
      <Meter role={role} player={player} />
    </fieldset>
  );
}

/** Opens the row to the full roll, where the player plays. */
function Name({ role }: { readonly role: Role }) {
  const name = ROLE_NAMES[role];
  if (!heardRoles.value.includes(role) || piece.value === null) return <span class="strip-name">{name}</span>;
  const file = midiFile([role]);
  const isDragged = file !== null && hasFinePointer.value;
  return (
    <button
      type="button"
      class="button quiet small strip-name"
      aria-label={`${name}, roll`}
      aria-expanded={opened.value === role}
      draggable={isDragged}
      title={`The roll of ${name.toLowerCase()}, to look closer and to edit notes${isDragged ? TO_DRAG : ""}`}
      onDragStart={(event) => file && carry(event, file)}
      onClick={() => toggleOpen(role)}
    >
      <Icon name="unfold" />
      {name}
    </button>
  );
}

function Volume({ role }: { readonly role: Role }) {
  const { volume } = mixer[role].value;
  return (
    <input
      type="range"
      class="strip-volume"
      aria-label="Volume"
      aria-valuetext={`${Math.round((volume / AS_COMPOSED) * 100)} %`}
      title="Volume; double click: as it was"
      min={0}
      max={MAX_VOLUME}
      value={volume}
      onInput={(event) => setStrip(role, { volume: event.currentTarget.valueAsNumber })}
      onDblClick={() => setStrip(role, { volume: AS_COMPOSED })}
    />
  );
}

function Instrument({ role }: { readonly role: Role }) {
  const track = offer.value?.tracks.find((each) => each.role === role);
  return (
    <select
      class="field strip-instrument"
      aria-label="Instrument"
      disabled={(track?.instruments.length ?? 0) < 2}
      value={mixer[role].value.program ?? ownInstrument(role) ?? 0}
      onChange={(event) => setStrip(role, { program: Number(event.currentTarget.value) })}
    >
      {track?.instruments.map((instrument) => (
        <option key={instrument.program} value={instrument.program}>
          {instrument.name}
        </option>
      ))}
    </select>
  );
}

/** Keeps all that the player plays. */
function RowLock({ role }: { readonly role: Role }) {
  const name = ROLE_NAMES[role].toLowerCase();
  const isThere = piece.value?.state === "done" && players.value.includes(role);
  const isKept = isThere && isRowLocked(role);
  return (
    <button
      type="button"
      class="button small quiet strip-lock"
      aria-label={`Lock all of ${name}`}
      aria-pressed={isKept}
      disabled={!isThere}
      title={`What is locked is left alone when other things are played anew: all of ${name}`}
      onClick={() => lockRow(role, !isKept)}
    >
      <Icon name={isKept ? "lock" : "unlocked"} />
    </button>
  );
}

/** Where a melody can be dropped while there is none. */
function NoMelody({ player }: { readonly player: Player }) {
  return (
    <fieldset aria-label={ROLE_NAMES[MELODY]} class="strip is-melody is-missing">
      <span class="strip-name">{ROLE_NAMES[MELODY]}</span>
      <OwnPart role={MELODY} player={player} />
    </fieldset>
  );
}
