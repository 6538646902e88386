/** Pasting or dropping a chart anywhere on the page: where no field takes it, it is put in place of the one that is there. */

import { select } from "../../state/cells";
import { MAX_CHARACTERS, TOO_LONG, takeFile } from "../../state/files";
import { loadText } from "../../state/history";
import { complain } from "../../state/notice";
import { openText } from "./text-open";

const FIELDS = "input, textarea, select, [contenteditable]";

/** Take what is too long for a field, or a file; false: it is a text like any other. */
export function takePasted(data: DataTransfer | null): boolean {
  const text = data?.getData("text/plain") ?? "";
  const [file] = data?.files ?? [];
  if (text.length > MAX_CHARACTERS) complain(TOO_LONG);
  else if (text === "" && file) void takeFile(file);
  else return false;
  return true;
}

/** Whether it is over what takes texts itself. */
export const isInField = ({ target }: Event): boolean => target instanceof Element && target.closest(FIELDS) !== null;

/** Put what comes from elsewhere in place of the chart. */
export function takeChart(data: DataTransfer | null): void {
  const text = data?.getData("text/plain") || data?.getData("text/uri-list") || "";
  if (takePasted(data) || !text.trim()) return;
  select(null);
  openText(); // it is seen as it came
  loadText(text);
}

/** Listen until the returned function is called. */
export function listenForPaste(): () => void {
  const paste = (event: ClipboardEvent) => {
    if (event.defaultPrevented || isInField(event)) return;
    takeChart(event.clipboardData);
    event.preventDefault();
  };
  window.addEventListener("paste", paste);
  return () => window.removeEventListener("paste", paste);
}
