/** Has the page kept by the browser, so that it opens without its server. */

const WORKER = "/sw.js";

/** Begin once the page is loaded; browsers that can't, and pages that aren't built, do without. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => void keep().catch(() => {})); // it is a convenience: nothing is told where it fails
}

async function keep(): Promise<void> {
  await navigator.serviceWorker.register(WORKER);
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage([location.pathname, ...new Set(loaded)]);
}
