/** How loud a track is, read as often as it may change: Preact has no part in that. */

import { useEffect, useRef } from "preact/hooks";
import type { Role } from "../../music/piece";
import type { Player } from "../../state/playback";
import { watch } from "../watching";

const SPOKEN_MILLISECONDS = 200; // between two values that others than eyes read

export function Meter({ role, player }: { role: Role; player: Player }) {
  const meter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let spoken = 0;
    let shown = -1;
    return watch((now) => {
      const level = Math.round(Math.min(player.level(role), 1) * 100);
      if (level !== shown && bar.current) bar.current.style.transform = `scaleX(${level / 100})`;
      shown = level;
      if (now - spoken > SPOKEN_MILLISECONDS) {
        spoken = now;
        meter.current?.setAttribute("aria-valuenow", String(level));
      }
    });
  }, [role, player]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no two browsers let the bar of a <meter> be drawn in the same way
    <div
      ref={meter}
      class="strip-meter"
      role="meter"
      aria-label="Level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <div ref={bar} class="strip-level" />
    </div>
  );
}
