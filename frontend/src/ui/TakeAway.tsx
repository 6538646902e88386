/** What the person takes along: files of the take that is open, as the mixer is set, and a link to the piece. */

import { useSignal } from "@preact/signals";
import { type Arrangement, Problem } from "../api";
import { takeName } from "../music/piece";
import { audible, offer } from "../state/band";
import { fragmentOf } from "../state/link";
import { notice } from "../state/notice";
import { heardRoles, isComposing, piece, take, toldKey } from "../state/piece";
import { countIn } from "../state/playback";
import { playedSo } from "../state/playing";
import { fetchFile, fileName, KINDS, type Kind, save } from "../takeaway";
import { differenceWords } from "./Difference";
import { Icon } from "./Icon";
import { addressAsHeard, MidiFile, mixAsHeard, told } from "./MidiFile";
import { hasFinePointer } from "./media";
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
        {ready && heard > 0 && hasFinePointer.value && (
          <MidiFile look="quiet" about="The MIDI of all that is heard" words="Drag MIDI to your studio" />
        )}
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
      save(blob, fileName(open, kind, number, told()));
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
    const fragment = fragmentOf(open, offer.value?.options ?? [], playedSo.value, toldKey.value);
    const link = `${location.origin}${location.pathname}#${fragment}`;
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
