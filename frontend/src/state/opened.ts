/** Whose notes are open in the roll below the band. Knows no pixels. */

import { batch, computed, signal } from "@preact/signals";
import type { Role } from "../music/piece";
import { canEdit, edit, editedRole, editPlayer, isEditing } from "./editing";
import { heardRoles, piece } from "./piece";
import { players } from "./selecting";

/** One player, or all of them. */
export type Opened = Role | "all";

const wished = signal<Opened | null>(null);

/** Whose roll is open; null: none. While notes are edited, that of who is edited. */
export const opened = computed<Opened | null>(() => {
  const role = wished.value;
  if (role === null || piece.value === null) return null;
  if (role === "all") return role;
  if (isEditing.value) return editedRole.value;
  return heardRoles.value.includes(role) ? role : null;
});

/** Who stands alone in the roll; null where nobody does. */
export const alone = computed<Role | null>(() => {
  if (isEditing.value) return editedRole.value;
  return opened.value === "all" ? null : opened.value;
});

/** Whether the notes that are open can be edited. */
export const canEditOpened = computed(
  () => canEdit.value && opened.value !== null && (opened.value === "all" || players.value.includes(opened.value)),
);

/** Open the roll of a player, or of all; null closes it. */
export function open(role: Opened | null): void {
  batch(() => {
    const isEdited = isEditing.peek() && role !== null && role !== "all" && players.peek().includes(role);
    if (!isEdited) edit(false);
    if (role !== null && role !== "all") editPlayer(role);
    wished.value = role;
  });
}

/** Open it, or close it where it is open. */
export function toggleOpen(role: Opened): void {
  open(opened.peek() === role ? null : role);
}
