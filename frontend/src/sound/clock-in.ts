/** The clock of a studio or a drum machine of the person, which the page's player follows. */

import { computed, signal } from "@preact/signals";
import { quartersAt, stepAt } from "../music/quarters";
import { SECONDS_PER_MINUTE, STEPS_PER_BEAT } from "../music/time";
import { complain, notice } from "../state/notice";
import { piece, pieceLines } from "../state/piece";
import { ledTempo, loop, type Player, playState } from "../state/playback";
import { ClockFollower, type Led } from "./clock-follower";
import { askForAccess } from "./midi-access";
import type { MidiPort } from "./midi-out";

const LOOK = 250; // milliseconds from one look at whether the clock is still there to the next
const AHEAD = 0.3; // seconds that the player has sent already
const SAME = 0.0015; // shares of a tempo that are not worth a change
const NOTHING = "The studio has started, but nothing is open here: press play once, then start it again.";

/** Devices that may send a clock; null before the person asked for them. */
export const clockPorts = signal<readonly MidiPort[] | null>(null);
/** The device whose clock is followed; null: none. */
export const clockPort = signal<MidiPort | null>(null);
/** Quarters a minute of its clock; null while it isn't heard. */
const heard = signal<number | null>(null);

/** How the clock is, for the person. */
export const clockWords = computed(() => {
  if (clockPort.value === null) return "";
  return heard.value === null ? "No clock is heard." : `The clock is at ${Math.round(heard.value)} bpm.`;
});

let access: MIDIAccess | null = null;
let end = (): void => {};

/** List the devices, from now on. Asks the person for leave. Throws a `SoundError` where there is none. */
export async function askForClocks(): Promise<void> {
  access = await askForAccess();
  access.addEventListener("statechange", list);
  list();
}

/** Follow the clock of a device from now on; null: play at the page's own tempo. */
export function followClock(id: string | null, player: Player): void {
  end();
  const input = id === null ? undefined : access?.inputs.get(id);
  clockPort.value = input ? { id: input.id, name: input.name ?? "MIDI device" } : null;
  if (!input) return;
  void player.prepare(); // while the press of the person lasts
  const follower = new ClockFollower(ledOf(player));
  const hear = ({ data, timeStamp }: MIDIMessageEvent): void => {
    if (data) follower.receive(data, timeStamp || performance.now());
  };
  const look = (): void => {
    heard.value = follower.tempo;
    if (follower.isLost())
      complain(`The clock of ${clockPort.peek()?.name ?? "the device"} has stopped: so does the page.`);
  };
  const timer = setInterval(look, LOOK);
  input.addEventListener("midimessage", hear);
  end = () => {
    clearInterval(timer);
    input.removeEventListener("midimessage", hear);
    ledTempo.value = heard.value = clockPort.value = null;
    end = () => {};
  };
}

function list(): void {
  const inputs = [...(access?.inputs.values() ?? [])].filter(({ state }) => state === "connected");
  clockPorts.value = inputs.map(({ id, name }) => ({ id, name: name ?? "MIDI device" }));
  if (!inputs.some(({ id }) => id === clockPort.peek()?.id)) end();
}

/** The player as the clock sees it. */
function ledOf(player: Player): Led {
  return {
    state: () => playState.peek(),
    position: () => quartersAt(pieceLines.peek(), player.position()),
    play: () => {
      if (piece.peek() === null) complain(NOTHING);
      else {
        if (notice.peek()?.text === NOTHING) notice.value = null;
        void player.play(false);
      }
    },
    pause: () => player.pause(),
    seek: (quarters) => player.seek(stepAt(pieceLines.peek(), quarters)),
    isLooping: () => loop.peek() !== null,
    lead: (tempo) => {
      const lines = pieceLines.peek();
      const sent = player.position() + (AHEAD * tempo * STEPS_PER_BEAT) / SECONDS_PER_MINUTE;
      const beats = (tempo * lines.quarter(lines.barAt(sent))) / STEPS_PER_BEAT; // a beat may be dotted from there on
      if (Math.abs(beats / (ledTempo.peek() ?? 0) - 1) >= SAME) ledTempo.value = beats;
    },
  };
}
