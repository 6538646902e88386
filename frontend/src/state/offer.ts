/** What the server offers: options, instruments, limits. Knows no page. */

import { computed, signal } from "@preact/signals";
import type { Offer } from "../api";
import type { Compass, Hands } from "../music/feel";
import { ROLES, type Role } from "../music/piece";
import type { OptionView } from "../wire";

/** What the server offers; null until it has answered. */
export const offer = signal<Offer | null>(null);

/** An option as the server offers it. */
export const offered = (name: string): OptionView | undefined =>
  offer.value?.options.find((field) => field.name === name);

const EXACT: Hands = { drift: 0, stroke: 0, finger: 0, lag: 0, touch: 0 };

/** How far each player strays where a band is humanised. */
export const hands = computed(() => {
  const known = new Map(offer.value?.tracks.map((track) => [track.role, track.hands]));
  return Object.fromEntries(ROLES.map((role) => [role, known.get(role) ?? EXACT])) as Record<Role, Hands>;
});

/** The pitches that each player's instrument has. */
export const compasses = computed(
  () => new Map(offer.value?.tracks.map((track): [Role, Compass] => [track.role, track])),
);
