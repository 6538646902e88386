/** What the person should know right now, until it is dismissed or overtaken. */

import { isKept } from "../api";
import { notice } from "../state/notice";
import { soundProblem } from "../state/playback";
import { Icon } from "./Icon";
import "../styles/notice.css";

const AWAY = "The server can't be reached. What was opened before plays; composing has to wait.";

export function NoticeBar() {
  return (
    <div class="notices">
      {/* Both are there from the start: screen readers tell of changes in what they know. */}
      <div role="alert">
        {notice.value?.kind === "problem" && (
          <Line
            text={notice.value.text}
            dismiss={() => {
              notice.value = null;
            }}
          />
        )}
        {soundProblem.value !== null && (
          <Line
            text={soundProblem.value}
            dismiss={() => {
              soundProblem.value = null;
            }}
          />
        )}
      </div>
      <div role="status">
        {isKept.value && <Line text={AWAY} />}
        {notice.value?.kind === "status" && (
          <Line
            text={notice.value.text}
            dismiss={() => {
              notice.value = null;
            }}
          />
        )}
      </div>
    </div>
  );
}

function Line({ text, dismiss }: { text: string; dismiss?: () => void }) {
  return (
    <p class="notice">
      <span>{text}</span>
      {dismiss && (
        <button type="button" class="button quiet small" aria-label="Dismiss" onClick={dismiss}>
          <Icon name="close" />
        </button>
      )}
    </p>
  );
}
