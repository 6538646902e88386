/** A piece and an offer such as the server sends, for tests. */

import type { Arrangement, Offer } from "./api";
import { type Chart, ROLES } from "./music/piece";

export const PIECE: Arrangement = {
  id: "0123456789abcdef",
  name: "C:4|Am:4",
  progression: "C:4|Am:4",
  tempo: 120,
  style: null,
  tracks: ROLES,
  density: null,
  takes: 1,
  seed: 7,
  model: "3f0c5d0e9a1b2c4d-kernel",
  state: "done",
  detail: null,
  created: "2026-11-22T12:00:00Z",
  key: "C major",
  bars: 2,
  beats: 8,
  seconds: 4,
  temperature: 1,
  top_p: null,
  progress: { bars: 2, of: 2 },
};

export const CHART: Chart = {
  progression: "C:4|Am:4",
  key: "C major",
  bars: 2,
  beats: 8,
  chords: [
    { name: "C", text: "C:4", bar: 0, onset: 0, duration: 4, pitch_classes: [0, 4, 7], bass: 0 },
    { name: "Am", text: "Am:4", bar: 1, onset: 4, duration: 4, pitch_classes: [0, 4, 9], bass: 9 },
  ],
};

export const OFFER: Offer = {
  version: "0.0.0",
  model: PIECE.model,
  soundfont: "/soundfont.sf3",
  styles: ["rock", "jazz"],
  tempo: { minimum: 20, maximum: 400, default: 120 },
  densities: 5,
  max_bars: 256,
  max_minutes: 15,
  max_takes: 8,
  max_text: 150_000,
  max_name: 200,
  retention_days: 30,
  tracks: ROLES.map((role) => ({
    role,
    is_drum: role === "drums",
    program: role === "bass" ? 33 : 0,
    volume: 100,
    pan: 64,
    instruments: [{ program: role === "bass" ? 33 : 0, name: "Its own" }],
  })),
  roots: ["C", "D"],
  qualities: [{ name: "", degrees: "1 3 5" }],
  examples: [],
};
