/** Whether the chart is seen alone and large, and keeping the screen awake meanwhile. */

import { signal } from "@preact/signals";

export const isFollowing = signal(false);

/** Keep the screen awake, where the browser can, until the returned function is called. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  const stop = new AbortController();
  const ask = async (): Promise<void> => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      const got = await navigator.wakeLock.request("screen");
      if (stop.signal.aborted) void got.release();
      else lock = got;
    } catch {
      // A browser that saves its battery says no: the screen does as it always does.
    }
  };
  document.addEventListener("visibilitychange", ask, { signal: stop.signal }); // a page that was hidden has lost it
  void ask();
  return () => {
    stop.abort();
    void lock?.release();
  };
}
