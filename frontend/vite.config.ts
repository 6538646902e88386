import type { HttpProxy } from "vite";
import { defineConfig } from "vitest/config";
import { licences } from "./licences.ts";
import { worker } from "./worker/plugin.ts";

const SERVER = "http://127.0.0.1:8000"; // `sideman serve`, for `npm run dev`

const proxied = {
  target: SERVER,
  // The server refuses what pages of other sites ask for: this one is served from another port.
  configure: (proxy: HttpProxy.ProxyServer) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
};

export default defineConfig({
  plugins: [licences(), worker()],
  build: {
    outDir: "../src/sideman/web/page",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1_400, // kB: the engraver, which is loaded when it is asked for
    assetsInlineLimit: 0, // the page's policy allows no data: scripts, and files of their own are cached for good
  },
  server: { proxy: { "/api": proxied, "/instruments": proxied } },
  test: { environment: "node" }, // that of a page takes half a second a file: those that want it say so
});
