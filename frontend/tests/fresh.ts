/** Test files that share a thread: each begins with fresh modules of the page, and with an empty page. */

import { afterAll, vi } from "vitest";

vi.resetModules();
document.head.replaceChildren();
document.body.replaceChildren();
localStorage.clear();
sessionStorage.clear();
history.replaceState(null, "", "/");

afterAll(async () => {
  vi.useRealTimers();
  await new Promise((done) => setTimeout(done, 0)); // what Preact still has to render
});
