/** Ways to play a part anew, side by side with how it was: each is heard, one stands or none. */

import { candidate, candidates, hearTake, playedCandidates, playedTakes, take } from "../state/piece";
import { choose, drop, isChanging } from "../state/redoing";
import { Way } from "./Takes";

export function Candidates() {
  const offered = candidates.value;
  if (offered === null) return null;
  const hear = (number: number | null): void => {
    hearTake(offered.take);
    candidate.value = number;
  };
  const isOther = take.value !== offered.take;
  const chosen = candidate.value;
  return (
    <div class="redoing-candidates">
      <fieldset class="takes">
        <legend class="hidden">New takes of the selection</legend>
        <Way
          group="candidate"
          name="As it was"
          bars={playedTakes.value[offered.take] ?? []}
          isHeard={!isOther && chosen === null}
          hear={() => hear(null)}
        />
        {playedCandidates.value.map((bars, number) => (
          <Way
            key={number}
            group="candidate"
            name={`New ${number + 1}`}
            bars={bars}
            isHeard={!isOther && chosen === number}
            hear={() => hear(number)}
          />
        ))}
      </fieldset>
      <div class="redoing-actions">
        <button
          type="button"
          class="button primary"
          disabled={isChanging.value || chosen === null}
          onClick={() => chosen !== null && choose(chosen)}
        >
          {chosen === null ? "Choose one" : `Choose new ${chosen + 1}`}
        </button>
        <button type="button" class="button" disabled={isChanging.value} onClick={drop}>
          Drop all
        </button>
      </div>
    </div>
  );
}
