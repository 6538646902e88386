/** The band below the chart: the grid of players and bars, what is done with its cells, and the roll that is open. */

import "../../styles/band.css";
import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ROLE_NAMES } from "../../music/piece";
import { alone, opened, toggleOpen } from "../../state/opened";
import { bars, piece, pieceChart } from "../../state/piece";
import { countIn, metronome, type Player } from "../../state/playback";
import { Roll } from "../roll/Roll";
import { progressWords } from "../roll/words";
import { Grid } from "./Grid";
import { Redoing } from "./Redoing";
import { BandView } from "./view";

export function Band({ player }: { readonly player: Player }) {
  const view = useMemo(() => new BandView(), []);
  const frame = useRef<HTMLDivElement>(null);
  const toTools = (): void =>
    frame.current?.querySelector<HTMLElement>(".redoing-tools button:not(:disabled)")?.focus();
  const [of, roll] = [opened.value, useRef<HTMLDivElement>(null)];
  useEffect(() => roll.current?.scrollIntoView({ block: "nearest" }), [of, roll]);
  const isLine = view.arrangement.value === "line";
  const tools = (
    <div class="band-tools">
      <Switch name="Metronome" about="Click each beat while it plays" state={metronome} />
      <Switch name="Count-in" about="Click a bar before it plays" state={countIn} />
      <button
        type="button"
        class="button small"
        aria-pressed={opened.value === "all"}
        disabled={piece.value === null}
        title="The roll of all players together"
        onClick={() => toggleOpen("all")}
      >
        All players
      </button>
    </div>
  );
  return (
    <section class={`panel band is-${view.arrangement.value}`} aria-label="Band">
      <div class="band-bar">
        <h2 class={isLine ? "hidden" : ""}>Band</h2>
        {isLine || tools}
      </div>
      <div ref={frame} class="band-frame">
        <Grid view={view} player={player} toTools={toTools}>
          {isLine && tools}
        </Grid>
        {piece.value === null && <p class="band-hint muted">Press play: the band's notes appear here.</p>}
        <Progress />
        <Redoing view={view} />
      </div>
      {opened.value !== null && (
        <div ref={roll} class="band-roll">
          <h3 class="band-opened">{alone.value === null ? "All players" : ROLE_NAMES[alone.value]}</h3>
          <Roll player={player} />
        </div>
      )}
    </section>
  );
}

/** How far the piece has come, as long as it isn't whole. */
function Progress() {
  const [there, of] = [bars.value.length, pieceChart.value?.bars ?? 0];
  if (!piece.value || there >= of) return null;
  return <p class="band-progress">{progressWords(piece.value.state, there, of)}</p>;
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
