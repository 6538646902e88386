/** The takes of a piece side by side: what each looks like, and which one is heard. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { chordToneRatio, fitsOf } from "../music/harmony";
import { type Chord, ROLES, takeName } from "../music/piece";
import { hearTake, piece, pieceChart, pieceLines, playedTakes, type TakeBars, take } from "../state/piece";
import { coloursOf, watchTheme } from "./roll/colours";
import "../styles/takes.css";

const HEIGHT = 44; // CSS pixels of a picture
const LOWEST = 28; // MIDI pitches that the picture shows
const HIGHEST = 88;

export function Takes() {
  const open = piece.value;
  if (open === null || open.takes < 2) return null;
  return (
    <fieldset class="panel takes">
      <legend class="hidden">Takes</legend>
      {playedTakes.value.map((bars, number) => (
        <Way
          key={number}
          group="take"
          name={takeName(number)}
          bars={bars}
          isHeard={take.value === number}
          hear={() => hearTake(number)}
        />
      ))}
    </fieldset>
  );
}

interface WayProps {
  readonly group: string; // of ways, of which one is heard
  readonly name: string;
  readonly bars: TakeBars;
  readonly isHeard: boolean;
  readonly hear: () => void;
}

/** A way to play the piece: to look at, and to hear. */
export function Way({ group, name, bars, isHeard, hear }: WayProps) {
  const chords = pieceChart.value?.chords;
  const words = useMemo(() => about(bars, chords ?? []), [bars, chords]); // bars of the other takes come meanwhile
  return (
    <label class={`takes-take${isHeard ? " is-heard" : ""}`}>
      <input type="radio" name={group} class="takes-radio" checked={isHeard} onChange={hear} />
      <span class="takes-name">{name}</span>
      <Picture bars={bars} steps={pieceLines.value.end} />
      <span class="muted takes-about">{words}</span>
    </label>
  );
}

function about(bars: TakeBars, chords: readonly Chord[]): string {
  const notes = bars.reduce((sum, bar) => sum + ROLES.reduce((count, role) => count + (bar[role]?.length ?? 0), 0), 0);
  const ratio = chordToneRatio(fitsOf(chords, bars));
  return ratio === null ? `${notes} notes` : `${notes} notes, ${Math.round(ratio * 100)} % in the chords`;
}

/** All notes of a take, small. */
function Picture({ bars, steps }: { bars: TakeBars; steps: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const shown = canvas.current;
    if (!shown) return;
    const draw = () => paint(shown, bars, steps);
    const stopWatching = watchTheme(draw);
    const sizes = new ResizeObserver(draw); // draws at once, too
    sizes.observe(shown);
    return () => {
      stopWatching();
      sizes.disconnect();
    };
  }, [bars, steps]);
  return (
    <span class="takes-picture" aria-hidden="true">
      <canvas ref={canvas} height={HEIGHT} />
    </span>
  );
}

function paint(canvas: HTMLCanvasElement, bars: TakeBars, steps: number): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = devicePixelRatio;
  const colours = coloursOf(canvas.parentElement ?? canvas).tracks;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = HEIGHT * scale;
  const step = canvas.width / steps;
  const row = canvas.height / (HIGHEST - LOWEST + 1);
  for (const role of ROLES) {
    context.fillStyle = colours[role];
    for (const [onset, duration, pitch] of bars.flatMap((bar) => bar[role] ?? [])) {
      const top = (HIGHEST - Math.min(Math.max(pitch, LOWEST), HIGHEST)) * row;
      context.fillRect(onset * step, top, Math.max(duration * step - 1, 1), Math.max(row, scale));
    }
  }
}
