/** What is asked for besides the chords: tempo, style, density, takes, seed and who plays. Ranges are the server's. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { COMPOSED, ROLE_NAMES, type Role, takeName } from "../music/piece";
import { noTaps, tap } from "../music/tap";
import { offer, offered, options, setOptions, wishes } from "../state/band";
import { read, written } from "../state/fields";
import { piece } from "../state/piece";
import type { OptionView } from "../wire";
import { FeelControls } from "./FeelControls";
import { Menu } from "./Menu";
import { feelWords, nameOf, otherFields, otherWords, styleName, tracksWords, unswungWords } from "./option-words";
import { StylePreviews } from "./StylePreviews";
import "../styles/options.css";

const DENSITY_NAMES = ["Sparse", "Light", "Medium", "Full", "Busy"];
const MOST_TAKES = 4; // side by side on the page
const MAX_SEED = Number.MAX_SAFE_INTEGER;
const SEED_HINT_ID = "options-seed-hint";

/** All options; in a bar, those that are seldom wanted behind buttons that say what is set. */
export function OptionsPanel({ isBar = false }: { isBar?: boolean }) {
  const others = otherWords().length + (options.value.seed === null ? 0 : 1);
  return (
    <fieldset class={isBar ? "options is-bar" : "options"} disabled={offer.value === null}>
      <legend class="hidden">Options</legend>
      <Tempo />
      <Style />
      <Density />
      <Takes />
      <Folded isBar={isBar} name="Who plays" words={tracksWords()}>
        <Tracks />
      </Folded>
      <Folded isBar={isBar} name="Feel" words={feelWords().join(", ") || unswungWords()}>
        <FeelControls />
      </Folded>
      <Folded isBar={isBar} name="More" words={others ? `${others} set` : "seed…"}>
        <Seed />
        {otherFields().map((field) => (
          <Other field={field} key={field.name} />
        ))}
      </Folded>
    </fieldset>
  );
}

interface FoldedProps {
  readonly isBar: boolean;
  readonly name: string;
  readonly words: string;
  readonly children: ComponentChildren;
}

function Folded({ isBar, name, words, children }: FoldedProps) {
  if (!isBar) return <>{children}</>;
  return (
    <div class="options-item options-folded">
      <span class="options-name" aria-hidden="true">
        {name}
      </span>
      <Menu name={name} words={words} kind="options-menu">
        {children}
      </Menu>
    </div>
  );
}

function Other({ field }: { field: OptionView }) {
  const id = `options-${field.name}`;
  const name = nameOf(field);
  return (
    <div class={field.kind === "flag" ? "options-item is-flag" : "options-item"} title={field.help}>
      <label class="options-name" for={id}>
        {name.charAt(0).toUpperCase() + name.slice(1)}
      </label>
      <Control field={field} id={id} />
    </div>
  );
}

interface OtherProps {
  readonly field: OptionView;
  readonly id: string;
}

function Control({ field, id }: OtherProps) {
  if (field.kind === "flag") return <Ticked field={field} id={id} />;
  return field.choices === null ? <Typed field={field} id={id} /> : <Chosen field={field} id={id} />;
}

function Ticked({ field, id }: OtherProps) {
  return (
    <input
      id={id}
      class="options-tick"
      type="checkbox"
      checked={wishes.value[field.name] === true}
      onChange={({ currentTarget }) => setOptions({ [field.name]: currentTarget.checked })}
    />
  );
}

function Typed({ field, id }: OtherProps) {
  const props = {
    id,
    class: "field",
    placeholder: field.nothing ?? undefined,
    value: written(wishes.value[field.name] ?? ""),
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      setOther(field, currentTarget.value);
      currentTarget.value = written(wishes.peek()[field.name] ?? ""); // also where what was typed is none
    },
  };
  if (field.kind === "text") return <input type="text" {...props} />;
  const { minimum, maximum } = field;
  const step = field.kind === "whole" ? 1 : "any";
  return <input type="number" min={minimum ?? undefined} max={maximum ?? undefined} step={step} {...props} />;
}

function Chosen({ field, id }: OtherProps) {
  const value = wishes.value[field.name] ?? "";
  const several = field.kind === "several";
  return (
    <select
      id={id}
      class="field"
      multiple={several}
      value={several ? undefined : written(value)}
      onChange={({ currentTarget: { selectedOptions, value: one } }) =>
        setOther(field, several ? Array.from(selectedOptions, (each) => each.value).join(",") : one)
      }
    >
      {field.nothing !== null && <option value="">{field.nothing}</option>}
      {field.choices?.map((choice) => (
        <option key={choice} value={choice} selected={Array.isArray(value) ? value.includes(choice) : undefined}>
          {choice}
        </option>
      ))}
    </select>
  );
}

function setOther(field: OptionView, text: string): void {
  const wanted = text === "" && field.nothing !== null ? null : read(field, text);
  setOptions({ [field.name]: wanted === undefined ? field.default : wanted });
}

function Tempo() {
  const taps = useRef(noTaps);
  const { tempo } = options.value;
  const range = offered("tempo");
  const [minimum, maximum] = [range?.minimum ?? tempo, range?.maximum ?? tempo];
  const set = (wanted: number) => {
    if (Number.isFinite(wanted)) setOptions({ tempo: Math.min(maximum, Math.max(minimum, Math.round(wanted))) });
  };
  return (
    <fieldset class="options-item options-tempo">
      <legend class="options-name">Tempo</legend>
      <div class="options-row">
        <input
          type="range"
          aria-label="Tempo in beats a minute"
          min={minimum}
          max={maximum}
          value={tempo}
          onInput={({ currentTarget }) => set(currentTarget.valueAsNumber)}
        />
        <input
          class="field options-number"
          type="number"
          inputMode="numeric"
          aria-label="Beats a minute"
          min={minimum}
          max={maximum}
          value={tempo}
          onChange={({ currentTarget }) => {
            set(currentTarget.valueAsNumber);
            currentTarget.value = String(options.peek().tempo); // also where what was typed is none
          }}
        />
        <button
          type="button"
          class="button"
          title="Tap the beat, four times or more"
          onClick={({ timeStamp }) => {
            taps.current = tap(taps.current, timeStamp);
            if (taps.current.tempo !== null) set(taps.current.tempo);
          }}
        >
          Tap
        </button>
      </div>
    </fieldset>
  );
}

function Style() {
  return (
    <div class="options-item options-style">
      <label class="options-name" for="options-style">
        Style
      </label>
      <div class="options-row">
        <select
          id="options-style"
          class="field"
          value={options.value.style ?? ""}
          onChange={({ currentTarget }) => setOptions({ style: currentTarget.value || null })}
        >
          <option value="">Any style</option>
          {(offered("style")?.choices ?? []).map((style) => (
            <option key={style} value={style}>
              {styleName(style)}
            </option>
          ))}
        </select>
        <StylePreviews />
      </div>
    </div>
  );
}

function Density() {
  const { density } = options.value;
  return (
    <label class="options-item options-density">
      <span class="options-name">Density</span>
      <select
        class="field"
        value={density ?? ""}
        onChange={({ currentTarget }) =>
          setOptions({ density: currentTarget.value === "" ? null : Number(currentTarget.value) })
        }
      >
        <option value="">Any density</option>
        {Array.from({ length: (offered("density")?.maximum ?? -1) + 1 }, (_, level) => {
          const name = DENSITY_NAMES[level] ?? `Level ${level + 1}`;
          return (
            <option key={name} value={level}>
              {name}
            </option>
          );
        })}
      </select>
    </label>
  );
}

function Takes() {
  const most = Math.min(MOST_TAKES, offered("takes")?.maximum ?? MOST_TAKES);
  return (
    <fieldset class="options-item">
      <legend class="options-name">Takes</legend>
      <div class="options-segments">
        {Array.from({ length: most }, (_, index) => index + 1).map((takes) => (
          <button
            type="button"
            class="button"
            key={takes}
            title={takes === 1 ? "One version" : `${takes} versions, A to ${takeName(takes - 1)}`}
            aria-pressed={options.value.takes === takes}
            onClick={() => setOptions({ takes })}
          >
            {takes}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Tracks() {
  const { tracks } = options.value;
  const toggle = (role: Role) => {
    const next = COMPOSED.filter((other) => (other === role) !== tracks.includes(other));
    if (next.length > 0) setOptions({ tracks: next });
  };
  return (
    <fieldset class="options-item options-tracks">
      <legend class="options-name">Who plays</legend>
      <div class="options-row">
        {COMPOSED.map((role) => {
          const plays = tracks.includes(role);
          const isLast = plays && tracks.length === 1;
          return (
            <button
              type="button"
              class="button options-track"
              key={role}
              data-role={role}
              aria-pressed={plays}
              aria-disabled={isLast}
              title={isLast ? "At least one has to play" : undefined}
              onClick={() => toggle(role)}
            >
              {ROLE_NAMES[role]}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

function Seed() {
  return (
    <div class="options-item options-seed">
      <label class="options-name" for="options-seed">
        Seed
      </label>
      <input
        id="options-seed"
        class="field"
        type="number"
        inputMode="numeric"
        min={0}
        max={MAX_SEED}
        step={1}
        placeholder="Another one each time"
        aria-describedby={SEED_HINT_ID}
        value={options.value.seed ?? ""}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.valueAsNumber;
          const seed = Number.isSafeInteger(wanted) && wanted >= 0 ? wanted : null;
          setOptions({ seed });
          currentTarget.value = seed === null ? "" : String(seed);
        }}
      />
      <small class="muted" id={SEED_HINT_ID}>
        The same number plays the same music again.
      </small>
      {piece.value !== null && options.value.seed === null && (
        <button
          type="button"
          class="button quiet small options-keep"
          title="Change something else, and let chance be the same"
          onClick={() => setOptions({ seed: piece.peek()?.seed ?? null })}
        >
          Keep this piece's: {piece.value.seed}
        </button>
      )}
    </div>
  );
}
