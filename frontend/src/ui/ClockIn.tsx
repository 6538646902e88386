/** Whose clock the page follows. */

import { askForClocks, clockPort, clockPorts, clockWords, followClock } from "../sound/clock-in";
import { player } from "../sound/player";
import { Menu } from "./Menu";
import { PortOptions } from "./PortOptions";

export { askForClocks };

export function ClockIn() {
  const [followed, ports] = [clockPort.value, clockPorts.value ?? []];
  return (
    <Menu
      name="Follow a clock"
      words="Clock in"
      kind={followed === null ? "clock-in" : "clock-in is-on"}
      title="Have a studio or a drum machine start, stop and lead the page"
    >
      <label class="practice-choice">
        Follow the clock of
        <select
          class="field"
          value={followed?.id ?? ""}
          onChange={(event) => followClock(event.currentTarget.value || null, player)}
        >
          <option value="">nobody</option>
          <PortOptions ports={ports} />
        </select>
      </label>
      <p class="muted clock-in-words" role="status">
        {clockWords.value}
      </p>
    </Menu>
  );
}
