/** What the person takes along: files of the take that is open, as the mixer is set, and a link to the piece. */

import { useSignal } from "@preact/signals";
import { type Arrangement, Problem } from "../api";
import { ROLES, type Role, takeName } from "../music/piece";
import { audible, mixer, offer, ownProgram, type Strip } from "../state/band";
import { fragmentOf } from "../state/link";
import { notice } from "../state/notice";
import { heardCandidate, heardRoles, isComposing, piece, take } from "../state/piece";
import { countIn } from "../state/playback";
import { changedPlaying, playedSo } from "../state/playing";
import { addressOf, fetchFile, fileName, KINDS, type Kind, mixOf, playedAs, save } from "../takeaway";
import { differenceWords } from "./Difference";
import { Icon } from "./Icon";
import "../styles/takeaway.css";

const COPIED_MILLISECONDS = 2_000;

export function TakeAway() {
  const open = piece.value;
  const ready = open?.state === "done";
  const mix = open && offer.value ? mixAsHeard(audible.value) : [];
  const words = differenceWords();
  const heard = heardRoles.value.filter((role) => audible.value.has(role)).length;
  return (
    <section class="panel takeaway" aria-label="Take away">
      <h2>Take away{open && open.takes > 1 ? `: take ${takeName(take.value)}` : ""}</h2>
      <div class="takeaway-files">
        {KINDS.map((kind) => (
          <Download key={kind.name} kind={kind} piece={ready && heard > 0 ? open : null} mix={mix} />
        ))}
      </div>
      <p class="muted takeaway-hint" role="status">
        {hint(open, heard, mix.length > 0 || countIn.value)}
      </p>
      {words !== null && <p class="muted takeaway-hint">{words}</p>}
      <div class="takeaway-more">
        <CopyLink piece={open} />
        {ready && heard > 0 && <DragOut piece={open} mix={mix} />}
      </div>
    </section>
  );
}

function hint(open: Arrangement | null, heard: number, mixed: boolean): string {
  if (open === null) return "Files of your piece, once there is one.";
  if (isComposing.value) return "Ready when the last bar is composed.";
  if (open.state !== "done") return "This piece was not finished: press play to have it composed again.";
  if (heard === 0) return "All tracks are muted: let one be heard first.";
  return mixed ? "Files sound as your mixer is set." : "Files are made when you first ask for them.";
}

function Download({ kind, piece: open, mix }: { kind: Kind; piece: Arrangement | null; mix: readonly string[] }) {
  const share = useSignal<number | null | undefined>(undefined); // undefined: nothing under way; null: being made
  const busy = share.value !== undefined;
  const fetchIt = async (): Promise<void> => {
    if (open === null || busy) return;
    const number = take.value;
    try {
      const blob = await fetchFile(addressAsHeard(open, kind, number, mix), (progress) => {
        share.value = progress;
      });
      save(blob, fileName(open, kind, number));
    } catch (error) {
      const text = error instanceof Problem ? error.message : `The ${kind.name} could not be fetched: try again.`;
      notice.value = { kind: "problem", text };
    } finally {
      share.value = undefined;
    }
  };
  return (
    <button
      type="button"
      class={`button takeaway-file${share.value === null ? " is-making" : ""}`}
      disabled={open === null}
      aria-busy={busy}
      title={`${kind.name}: ${kind.about}`}
      onClick={fetchIt}
    >
      <Icon name="download" />
      {kind.name}
      {busy && (
        <progress class="takeaway-progress" aria-label={`${kind.name} on its way`} value={share.value ?? undefined} />
      )}
    </button>
  );
}

function CopyLink({ piece: open }: { piece: Arrangement | null }) {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    if (open === null) return;
    const link = `${location.origin}${location.pathname}#${fragmentOf(open, offer.value?.options ?? [], playedSo.value)}`;
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, COPIED_MILLISECONDS);
    } catch {
      history.replaceState(null, "", link); // browsers that don't let pages copy: it can be taken from there
      notice.value = { kind: "status", text: "The link stands in your browser's address field: copy it there." };
    }
  };
  return (
    <button
      type="button"
      class="button quiet"
      disabled={open === null}
      title="Reopens exactly this piece: chords, options, seed, model and revisions"
      onClick={copy}
    >
      <Icon name="link" />
      <span aria-live="polite">{copied.value ? "Copied" : "Copy link"}</span>
    </button>
  );
}

/** A handle that carries the MIDI file out of the window, into a studio's track. */
function DragOut({ piece: open, mix }: { piece: Arrangement; mix: readonly string[] }) {
  const [midi] = KINDS;
  if (midi === undefined) return null;
  const address = new URL(addressAsHeard(open, midi, take.value, mix), location.href).href;
  const name = fileName(open, midi, take.value);
  return (
    <a
      class="button quiet takeaway-drag"
      href={address}
      download={name}
      draggable
      title="Drag this into your studio program (in Chrome and Edge), or click to download"
      onDragStart={(event) => event.dataTransfer?.setData("DownloadURL", `audio/midi:${name}:${address}`)}
    >
      <Icon name="grip" />
      Drag MIDI to your studio
    </a>
  );
}

/** Where a file is of what is heard, as it is heard. */
export function addressAsHeard(open: Arrangement, kind: Kind, number: number, mix: readonly string[]): string {
  const played = playedAs(open, changedPlaying.value);
  return addressOf(open, kind, number, mix, played, heardCandidate.value, countIn.value);
}

/** The mixer as it is set, these players alone heard. */
export function mixAsHeard(who: ReadonlySet<Role>): readonly string[] {
  const strips = Object.fromEntries(ROLES.map((role) => [role, mixer[role].value])) as Record<Role, Strip>;
  return mixOf(strips, who, heardRoles.value, ownProgram);
}
