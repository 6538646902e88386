/**
 * Keeps the page for when its server is out of reach: what it is made of, the instruments that were heard, and what the
 * page says is worth keeping of the piece that is open. What the server says comes first wherever it says anything.
 *
 * `FILES` stands before this: the addresses of what the page is made of, and `BUILD`, a hash of them.
 */

const PAGE = `page-${BUILD}`;
const INSTRUMENTS = "instruments"; // their addresses change with what they are
const PIECES = "pieces";
const MOST = { [PAGE]: 100, [INSTRUMENTS]: 60, [PIECES]: 1_000 }; // answers that are kept
const PATIENCE = 4_000; // ms until a kept page is shown in place of one that doesn't come
const AWAY = [502, 503, 504]; // what a proxy says where there is no server behind it
const KEPT = "Sideman-Kept"; // a header of answers that were kept
const LIST = "/api/arrangements";

self.addEventListener("install", (event) => event.waitUntil(keepPage()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/") event.respondWith(openPage(request));
  } else if (FILES.includes(pathname)) event.respondWith(keptFirst(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(keptFirst(request, PAGE));
  else if (pathname.startsWith("/instruments/")) event.respondWith(keptFirst(request, INSTRUMENTS));
  else if (pathname.startsWith("/api/") && ["GET", "POST"].includes(request.method))
    event.respondWith(serverFirst(request));
});

async function keepPage() {
  const cache = await caches.open(PAGE);
  await cache.addAll(FILES);
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => ![PAGE, INSTRUMENTS, PIECES].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The page as the server has it; as it is kept, where that doesn't come in time. */
async function openPage(request) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  const answer = await Promise.race([fetch(request), late]).catch(() => null);
  if (answer && !AWAY.includes(answer.status)) return answer;
  return (await caches.match("/")) ?? answer ?? fetch(request);
}

async function keptFirst(request, into) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (into && answer.status === 200) await store(into, request, answer.clone());
  return answer;
}

async function serverFirst(request) {
  const { pathname } = new URL(request.url);
  const body = request.method === "POST" ? await request.clone().text() : undefined;
  const answer = await fetch(request).catch((error) => error);
  if (answer instanceof Response && !AWAY.includes(answer.status)) return answer;
  const kept = await caches.match(await keyOf({ path: pathname, body }));
  if (kept) return marked(kept);
  if (answer instanceof Response) return answer;
  throw answer;
}

function marked(kept) {
  const headers = new Headers(kept.headers);
  headers.set(KEPT, "1");
  return new Response(kept.body, { status: kept.status, headers });
}

/** What an answer is kept under: its address, and what was asked there. */
async function keyOf({ path, body }) {
  if (body === undefined) return path;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  return `${path}?${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Ask for all of this, and keep the answers in place of those of before: all or none, as half a piece can't be opened. */
async function keepAll(calls) {
  const answers = [];
  for (const { path, method, body } of calls) {
    const isInstrument = path.startsWith("/instruments/");
    if (isInstrument && (await caches.match(path))) continue;
    const isReading = method === "POST";
    const headers = isReading ? { "Content-Type": "application/json" } : {};
    const answer = await ask(path, { method, body, headers }).catch(() => null);
    if (answer === null) return; // the server is away: next time
    if (answer.status !== 200) continue;
    if (isInstrument) await store(INSTRUMENTS, path, answer);
    else answers.push([await keyOf({ path, body }), answer]);
  }
  for (const [key, answer] of answers) await store(PIECES, key, answer);
  await forgetDeleted();
}

/** A whole answer: one that breaks off is none. */
async function ask(path, what) {
  const answer = await fetch(path, what);
  return new Response(await answer.blob(), answer);
}

async function store(name, key, answer) {
  const cache = await caches.open(name);
  await cache.put(key, answer).catch(() => {}); // it broke off, or there is no room: it is not kept
  const all = await cache.keys(); // the latest last
  await Promise.all(all.slice(0, Math.max(all.length - MOST[name], 0)).map((oldest) => cache.delete(oldest)));
}

/** A piece that isn't in the list any more is not kept either. */
async function forgetDeleted() {
  const cache = await caches.open(PIECES);
  const list = await (await cache.match(LIST))?.json();
  if (!list) return;
  const there = new Set(list.arrangements.map(({ id }) => id));
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    const [id] = pathname.slice(LIST.length + 1).split("/");
    if (pathname.startsWith(`${LIST}/`) && !there.has(decodeURIComponent(id))) await cache.delete(request);
  }
}
