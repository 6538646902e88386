/** The page: where everything is, and what Play means. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { player } from "../sound/player";
import { chartText, song } from "../state/band";
import { isReadable, readNow } from "../state/chart";
import { notice } from "../state/notice";
import { isComposing, piece } from "../state/piece";
import { INSTRUMENTS, playState, starting } from "../state/playback";
import { canPlayChange, isInField } from "../state/playing";
import { canChange, playChange } from "../state/redoing";
import { compose, composeAnother, isAsking, isCurrent } from "../state/session";
import { Band } from "./band/Band";
import { ChartPanel } from "./chart/ChartPanel";
import { DropPlace } from "./chart/DropPlace";
import { pointAtFirstFault } from "./chart/pointing";
import { closeText } from "./chart/text-open";
import { Difference } from "./Difference";
import { Header } from "./Header";
import { Icon } from "./Icon";
import { Instruments } from "./Instruments";
import { isWide } from "./media";
import { NoticeBar } from "./NoticeBar";
import { Pieces } from "./Pieces";
import { Settings } from "./Settings";
import { TakeAway } from "./TakeAway";
import { Takes } from "./Takes";
import { TransportBar } from "./TransportBar";
import "../styles/app.css";
import "../styles/print.css";

const NO_CHORDS = "Type some chords first, or take an example.";
const UNREADABLE = "First mend the chords in the field.";

/** Play what stands in the field: from the piece that is open if it is that, composed now if not. */
const play = (from?: number): Promise<void> => playAfter(() => isCurrent.value || composeFrom(() => compose()), from);

/** The same from a step of the chart; what plays already goes on from there. */
const playFrom = (from?: number): void => {
  if (from !== undefined && playState.value !== "stopped" && isInField.value) player.seek(from);
  else void play(from);
};

/** Play the same chords anew. */
const playAnother = (): Promise<void> => playAfter(() => composeFrom(composeAnother));

/** Play what stands in the field, composed anew even where the open piece could be played so. */
const playAnew = (): Promise<void> => playAfter(() => composeFrom(() => compose({})));

async function playAfter(getReady: () => boolean | Promise<boolean>, from?: number): Promise<void> {
  if (starting.value !== null) return;
  performance.mark("sideman:pressed");
  const sound = player.prepare(); // within the press, as browsers want it
  try {
    starting.value = "Asking the band…";
    if ((await readNow()) === null) {
      notice.value = { kind: "status", text: chartText.value.trim() ? UNREADABLE : NO_CHORDS };
      pointAtFirstFault();
    } else if (await getReady()) {
      closeText(); // from now on the score is what is read
      starting.value = INSTRUMENTS;
      await sound;
      if (from !== undefined) player.seek(from);
      await player.play();
    }
  } finally {
    starting.value = null;
  }
}

function composeFrom(begin: () => Promise<boolean>): Promise<boolean> {
  player.pause();
  return begin();
}

/** What was missing is there: nothing more need be said of it. */
const takeBack = (): (() => void) =>
  effect(() => {
    const told = notice.peek()?.text;
    if (isReadable.value && song.value !== null && (told === NO_CHORDS || told === UNREADABLE)) notice.value = null;
  });

/** Tabs and printed pages are called by the chart, or else by the piece. */
const nameTheTab = (): (() => void) =>
  effect(() => {
    const name = (isInField.value && piece.value?.name) || song.value?.title;
    document.title = name ? `${name} – Sideman` : "Sideman";
  });

export function App() {
  useEffect(takeBack, []);
  useEffect(nameTheTab, []);
  const chart = <ChartPanel player={player} onPlay={playFrom} />;
  const band = (
    <>
      <Takes />
      <Difference onCompose={playAnew}>
        {canPlayChange.value && (
          <button
            type="button"
            class="button small"
            disabled={!canChange.value}
            title="Bars whose chords changed are played anew; all others stay, note for note"
            onClick={playChange}
          >
            Play only what changed
          </button>
        )}
      </Difference>
      <Band player={player} />
    </>
  );
  const files = (
    <>
      <TakeAway />
      <Instruments />
      <Pieces />
    </>
  );
  return (
    <>
      <Header />
      <main class="app">
        <NoticeBar />
        {isWide.value ? (
          <div class="app-columns">
            <div class="app-column">
              {chart}
              <Settings />
              {band}
            </div>
            <div class="app-column">{files}</div>
          </div>
        ) : (
          <div class="app-column">
            {chart}
            <Settings />
            {band}
            {files}
          </div>
        )}
      </main>
      <TransportBar onPlay={() => play()}>
        <button
          type="button"
          class="button"
          disabled={isAsking.value || isComposing.value}
          title="The same chords, played anew"
          onClick={playAnother}
        >
          <Icon name="again" />
          Another version
        </button>
      </TransportBar>
      <DropPlace />
    </>
  );
}
