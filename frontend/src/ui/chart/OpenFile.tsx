/** A button for charts that are files. */

import { useRef } from "preact/hooks";
import { Icon } from "../Icon";
import { openFile } from "../opening";

export function OpenFile() {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button chart-open" onClick={() => field.current?.click()}>
        <Icon name="file" />
        Open a file…
      </button>
      <input
        ref={field}
        type="file"
        hidden
        data-testid="chart-file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void openFile(file);
          currentTarget.value = ""; // the same file may be opened again
        }}
      />
    </>
  );
}
