/** A field for another name, in the place of the name. */

import { useEffect, useRef } from "preact/hooks";
import { offer } from "../state/band";

interface Props {
  readonly name: string;
  readonly rename: (name: string) => void;
  readonly close: () => void;
}

export function NameForm({ name: before, rename, close }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form
      class="pieces-form"
      onSubmit={(event) => {
        event.preventDefault();
        const name = String(new FormData(event.currentTarget).get("name")).trim();
        if (name && name !== before) rename(name);
        close();
      }}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <input
        ref={field}
        class="field"
        name="name"
        aria-label="New name"
        defaultValue={before}
        maxLength={offer.value?.max_name ?? 200}
      />
      <button type="submit" class="button small">
        Save
      </button>
      <button type="button" class="button quiet small" onClick={close}>
        Cancel
      </button>
    </form>
  );
}
