/** How loud each player of the open piece, or of an interlude, plays, so that the band is in balance. Knows no sound. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { level, type Measured } from "../music/levels";
import { AS_COMPOSED, type Note, ROLES, type Role } from "../music/piece";
import { offer, programOf, seatOf } from "./band";
import { interlude } from "./interlude";
import { bars, pieceLines } from "./piece";
import { playing } from "./playing";

const FAMILY = 8; // General MIDI orders its programs in families of eight

const secondsPerStep = computed(() => {
  if (interlude.value) return interlude.value.secondsPerStep;
  const end = pieceLines.value.end || 1;
  return playing.value.time.seconds(end) / end;
});

/** MIDI controller 7 of each player at volume 100; it may be beyond 127. */
export const levels = Object.fromEntries(ROLES.map((role) => [role, computed(() => levelOf(role))])) as Record<
  Role,
  ReadonlySignal<number>
>;

function levelOf(role: Role): number {
  const track = offer.value?.tracks.find((each) => each.role === role);
  const program = programOf(role);
  const instrument = track && nearest(track.instruments, program ?? track.program);
  if (!track || !instrument) return AS_COMPOSED;
  return level(instrument, notesOf(role), secondsPerStep.value, track.target + (seatOf(role)?.lift ?? 0));
}

function* notesOf(role: Role): Iterable<Note> {
  for (const bar of interlude.value?.bars ?? bars.value) yield* bar[role] ?? [];
}

function nearest<Kind extends Measured & { program: number }>(
  offered: readonly Kind[],
  program: number,
): Kind | undefined {
  const family = ({ program: of }: Kind) => Math.floor(of / FAMILY) === Math.floor(program / FAMILY);
  return offered.find(({ program: of }) => of === program) ?? offered.find(family) ?? offered[0];
}
