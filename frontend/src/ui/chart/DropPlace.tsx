/** The whole page as a place to drop a chart's file on; seen while one is held over it. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { takeFile } from "../../state/files";
import "../../styles/drop.css";

const FILES = "Files"; // among the types of what is dragged

export function DropPlace() {
  const isOver = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes(FILES)) return; // texts go where they are dropped
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false; // out of the window
    };
    const drop = (event: DragEvent) => {
      isOver.value = false;
      if (event.defaultPrevented) return; // a strip of the mixer has taken it
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      void takeFile(file);
    };
    window.addEventListener("dragover", over, { signal: stop.signal });
    window.addEventListener("dragleave", leave, { signal: stop.signal });
    window.addEventListener("drop", drop, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-place">
      Drop a chart: a text, MusicXML, iReal Pro, MIDI… On a player of the mixer, MIDI is that player's own part.
    </div>
  );
}
