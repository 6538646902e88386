/** A player's own part: a file to choose or to drop on its row, and what putting it on the grid has changed. */

import { useRef } from "preact/hooks";
import { MELODY, ROLE_NAMES, type Role } from "../music/piece";
import { hasMidi } from "../sound/midi-access";
import { endRecording, record, recording } from "../sound/recorder";
import { dropPart, hasScore, ownParts, takePart, takeScore } from "../state/own";
import { piece } from "../state/piece";
import type { Player } from "../state/playback";
import type { GivenView } from "../wire";
import { Icon } from "./Icon";

export function OwnPart({ role, player }: { readonly role: Role; readonly player: Player }) {
  const field = useRef<HTMLInputElement>(null);
  const own = ownParts.value.get(role);
  const given = piece.value?.given.find(({ track }) => track === role);
  return (
    <div class="strip-own">
      <button
        type="button"
        class="button quiet small strip-choose"
        title={role === MELODY ? ABOUT_MELODY : aboutPart(role)}
        onClick={() => field.current?.click()}
      >
        <Icon name="file" />
        <span class="strip-file">{own?.name ?? (role === MELODY ? "Your melody…" : "Own part…")}</span>
      </button>
      {own && (
        <button
          type="button"
          class="button quiet small"
          aria-label={role === MELODY ? "Without the melody" : `Without the own part of ${nameOf(role)}`}
          title={role === MELODY ? "Let the band play alone" : "Let the band compose it"}
          onClick={() => dropPart(role)}
        >
          <Icon name="close" />
        </button>
      )}
      {role === MELODY && !own && hasScore.value && (
        <button
          type="button"
          class="button quiet small"
          title="Have the melody of the score play along, and the band avoid clashing with it"
          onClick={takeScore}
        >
          From the score
        </button>
      )}
      {hasMidi() && piece.value !== null && <Record role={role} player={player} />}
      <input
        ref={field}
        type="file"
        accept={role === MELODY ? `${MIDI},${SCORES}` : MIDI}
        hidden
        data-testid={`own-${role}`}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void takePart(role, file);
          currentTarget.value = ""; // the same file may be chosen again
        }}
      />
      {given && <p class="muted strip-given">{givenWords(given)}</p>}
    </div>
  );
}

/** Takes down what is played on a MIDI keyboard while the piece plays. */
function Record({ role, player }: { readonly role: Role; readonly player: Player }) {
  const isOn = recording.value === role;
  return (
    <button
      type="button"
      class="button quiet small strip-record"
      aria-label={`Record ${nameOf(role)}`}
      aria-pressed={isOn}
      disabled={recording.value !== null && !isOn}
      title={isOn ? "End the recording" : "Play along on a MIDI keyboard, and have it as a part"}
      onClick={() => (isOn ? endRecording() : void record(role, player))}
    >
      <Icon name="record" />
    </button>
  );
}

const MIDI = ".mid,.midi,audio/midi";
const SCORES = ".musicxml,.mxl,.xml";
const ABOUT_MELODY =
  "A MIDI file, or a MusicXML score, whose melody plays along as it is, and that the band avoids clashing with: choose it, or drop it here";
const aboutPart = (role: Role): string => `A MIDI file that ${nameOf(role)} plays as it is: choose it, or drop it here`;
const nameOf = (role: Role): string => ROLE_NAMES[role].toLowerCase();

/** What a row does with a file that is dropped on it. */
export const takesPart = (role: Role) => ({
  onDrop: (event: DragEvent): void => {
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined) return;
    event.preventDefault(); // so that it isn't taken for a chart
    void takePart(role, file);
  },
});

/** What became of a part on the grid: "Own part of 24 notes: 3 moved to the grid, 1 left out". */
export function givenWords({ track, notes, moved, durations, velocities, folded, dropped }: GivenView): string {
  const changed = [
    [moved, "moved to the grid"],
    [durations, "of another length"],
    [velocities, "of another loudness"],
    [folded, "an octave away"],
    [dropped, "left out"],
  ] as const;
  const told = changed.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const whole = `${track === MELODY ? "Melody" : "Own part"} of ${notes} note${notes === 1 ? "" : "s"}`;
  return told.length ? `${whole}: ${told.join(", ")}.` : `${whole}, unchanged.`;
}
