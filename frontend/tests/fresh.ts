/** Files that share a thread each begin with the page's modules as they are loaded first, and an empty page. */

import { afterAll, vi } from "vitest";

vi.resetModules();
document.head.replaceChildren();
document.body.replaceChildren();
localStorage.clear();

afterAll(async () => {
  vi.useRealTimers();
  await new Promise((done) => setTimeout(done, 0)); // what Preact still has to render
});
