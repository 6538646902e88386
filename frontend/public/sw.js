/**
 * Keeps the page for when its server is out of reach: what it is made of, what it offers, and the pieces that were opened.
 * What the server says comes first, where it says anything.
 */

const KEPT = "sideman";
const MOST = 400; // answers that are kept
const FOR_GOOD = /^\/(assets|instruments)\//; // their addresses change with what they are
const ASKED =
  /^\/(favicon\.svg|manifest\.webmanifest|licences\.txt|api\/(options|arrangements(\/[^/]+(\/revisions)?(\/events)?)?))?$/;
const READ = /^\/api\/(charts|chords:parse)$/; // what a text means depends on nothing else
const PIECE = /^\/api\/arrangements\/[^/]+/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// What was loaded before this worker was there.
self.addEventListener("message", (event) => event.waitUntil(Promise.all(event.data.map(keep))));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "DELETE" && PIECE.test(pathname)) event.waitUntil(forget(pathname));
  if (request.method === "POST" && READ.test(pathname)) event.respondWith(readFirst(event));
  if (request.method !== "GET") return;
  if (FOR_GOOD.test(pathname)) event.respondWith(keptFirst(event));
  else if (ASKED.test(pathname)) event.respondWith(serverFirst(event));
});

async function keptFirst(event) {
  const kept = await caches.match(event.request);
  return kept ?? fetched(event);
}

function serverFirst(event) {
  return orKept(fetched(event), event.request, { ignoreSearch: event.request.mode === "navigate" });
}

/** What a server reads in a text; of a text that was read before, what it read then. */
async function readFirst(event) {
  const digest = await crypto.subtle.digest("SHA-256", await event.request.clone().arrayBuffer());
  const key = `${new URL(event.request.url).pathname}?${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return orKept(fetched(event, key), key);
}

async function orKept(answer, key, how) {
  try {
    return await answer;
  } catch (error) {
    const kept = await caches.match(key, how);
    if (kept) return kept;
    throw error;
  }
}

/** The server's answer, of which a copy is kept once it is whole. */
async function fetched(event, key = event.request) {
  const { request } = event;
  const response = await fetch(request);
  if (response.status === 200 && !request.headers.has("Last-Event-ID")) {
    event.waitUntil(store(key, response.clone()));
  }
  return response;
}

async function keep(address) {
  const { origin, pathname } = new URL(address, self.location.href);
  if (origin !== self.location.origin || !(FOR_GOOD.test(pathname) || ASKED.test(pathname))) return;
  if (await caches.match(address)) return;
  const response = await fetch(address).catch(() => null);
  if (response?.status === 200) await store(address, response);
}

async function store(request, response) {
  const cache = await caches.open(KEPT);
  await cache.put(request, response).catch(() => {}); // it broke off: it is not kept
  const all = await cache.keys();
  await Promise.all(all.slice(0, Math.max(all.length - MOST, 0)).map((oldest) => cache.delete(oldest)));
}

async function forget(pathname) {
  const cache = await caches.open(KEPT);
  const all = await cache.keys();
  const gone = all.filter(({ url }) => new URL(url).pathname.startsWith(pathname));
  await Promise.all(gone.map((request) => cache.delete(request)));
}
