/** A MIDI file to be dragged into a studio's track, where the browser can with a mouse, or to be downloaded: all of it, or a part. */

import type { Arrangement } from "../api";
import { ROLES, type Role } from "../music/piece";
import { audible, mixer, ownProgram, type Strip } from "../state/band";
import { heardCandidate, heardRoles, piece, pieceLines, take } from "../state/piece";
import { countIn } from "../state/playback";
import { changedPlaying } from "../state/playing";
import { addressOf, addressOfBars, type Bars, fileName, KINDS, type Kind, mixOf, playedAs } from "../takeaway";
import { Icon } from "./Icon";
import { hasFinePointer } from "./media";
import "../styles/takeaway.css";

interface Props {
  readonly words: string;
  readonly about: string; // what it is
  readonly look: string; // classes
  readonly roles?: readonly Role[] | undefined; // who is in it, also where they are muted; without, who is heard
  readonly bars?: Bars | undefined;
}

export function MidiFile({ words, about, look, roles, bars }: Props) {
  const file = midiFile(roles, bars);
  if (file === null) return null;
  const isDragged = hasFinePointer.value;
  return (
    <a
      class={`button midi-file ${look}`}
      href={file.address}
      download={file.name}
      draggable={isDragged}
      title={isDragged ? `${about}: click to download, or drag it into your studio (in Chrome and Edge)` : about}
      onDragStart={(event) => carry(event, file)}
    >
      <Icon name={isDragged ? "grip" : "download"} />
      {words}
    </a>
  );
}

export interface MidiFileOf {
  readonly name: string;
  readonly address: string;
}

/** The file of these players and bars as they are heard, or of all that is; null where there is none. */
export function midiFile(roles?: readonly Role[], bars?: Bars): MidiFileOf | null {
  const [midi] = KINDS;
  const open = piece.value;
  if (midi === undefined || open?.state !== "done") return null;
  const isWanted = (role: Role): boolean => (roles ? roles.includes(role) : audible.value.has(role));
  const who = heardRoles.value.filter((role) => isWanted(role) && mixer[role].value.volume > 0);
  if (who.length === 0) return null;
  const mix = mixAsHeard(new Set(who));
  const part = bars && bars.to - bars.from < pieceLines.value.count ? bars : null;
  const whole = addressAsHeard(open, midi, take.value, mix, roles === undefined && part === null && countIn.value);
  const address = new URL(part ? addressOfBars(whole, part) : whole, location.href).href;
  return { name: fileName(open, midi, take.value, told(who), part), address };
}

/** Have what is dragged be a file, in browsers that can: they fetch it where it is dropped. */
export function carry(event: DragEvent, { name, address }: MidiFileOf): void {
  event.dataTransfer?.setData("DownloadURL", `audio/midi:${name}:${address}`);
}

/** Who is told in the name of a file: those who sound, where others play too. */
export function told(
  who: readonly Role[] = heardRoles.value.filter((role) => audible.value.has(role)),
): readonly Role[] {
  return who.length < heardRoles.value.length ? who : [];
}

/** Where a file is of what is heard, as it is heard. */
export function addressAsHeard(
  open: Arrangement,
  kind: Kind,
  number: number,
  mix: readonly string[],
  countsIn = countIn.value,
): string {
  const played = playedAs(open, changedPlaying.value);
  return addressOf(open, kind, number, mix, played, heardCandidate.value, countsIn);
}

/** The mixer as it is set, these players alone heard. */
export function mixAsHeard(who: ReadonlySet<Role>): readonly string[] {
  const strips = Object.fromEntries(ROLES.map((role) => [role, mixer[role].value])) as Record<Role, Strip>;
  return mixOf(strips, who, heardRoles.value, ownProgram);
}
