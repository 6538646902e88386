/** The whole page as a place to drop a chart on, a file or a text or a link; seen while one is held over it. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { openFile } from "../opening";
import { isInField, takeChart } from "./pasting";
import "../../styles/drop.css";

const FILES = "Files"; // among the types of what is dragged
const TEXTS = ["text/plain", "text/uri-list"];

export function DropPlace() {
  const isOver = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    let isOurs = false; // it was picked up on this page
    const begin = () => {
      isOurs = true;
    };
    const end = () => {
      isOurs = false;
    };
    const takes = (event: DragEvent): boolean => {
      const types = event.dataTransfer?.types ?? [];
      return types.includes(FILES) || (!isOurs && TEXTS.some((type) => types.includes(type)) && !isInField(event));
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer || !takes(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false; // out of the window
    };
    const drop = (event: DragEvent) => {
      isOver.value = false;
      if (event.defaultPrevented || !takes(event)) return; // a strip of the mixer has taken it
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void openFile(file);
      else takeChart(event.dataTransfer);
    };
    window.addEventListener("dragstart", begin, { signal: stop.signal });
    window.addEventListener("dragend", end, { signal: stop.signal });
    window.addEventListener("dragover", over, { signal: stop.signal });
    window.addEventListener("dragleave", leave, { signal: stop.signal });
    window.addEventListener("drop", drop, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-place">
      Drop a chart: a text, a link, MusicXML, iReal Pro, MIDI…, a piece, a SoundFont. On a player of the mixer, MIDI is
      that player's own part.
    </div>
  );
}
