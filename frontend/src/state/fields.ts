/** Options as the server offers them: which values they take, and how these are written in a link. Knows no page. */

import type { OptionView } from "../wire";

export type OptionValue = boolean | number | string | readonly string[] | null;

/** Values by the names of their options. */
export type Values = Readonly<Record<string, OptionValue>>;

/** Whether it can be a value of an option; ranges are the server's affair. */
export function isValue(field: OptionView, value: unknown): value is OptionValue {
  if (value === null) return field.nothing !== null;
  switch (field.kind) {
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "whole":
      return Number.isSafeInteger(value);
    case "text":
      return typeof value === "string" && (field.choices?.includes(value) ?? true);
    case "flag":
      return typeof value === "boolean";
    case "several":
      return Array.isArray(value) && value.length > 0 && value.every((name) => field.choices?.includes(name));
  }
}

/** What of some values is one for each option; the defaults of the others. */
export function valuesOf(fields: readonly OptionView[], from: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const value = from[field.name];
      return [field.name, isValue(field, value) ? inOrder(field, value) : field.default];
    }),
  );
}

/** Whether two values are the same; the order of several is none. */
export function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((name) => other.includes(name));
}

/** A value as a link writes it. */
export function written(value: OptionValue): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** What was {@link written}; undefined where it is not a value. */
export function read(field: OptionView, text: string): OptionValue | undefined {
  const value = parsed(field, text);
  return isValue(field, value) ? inOrder(field, value) : undefined;
}

function parsed({ kind }: OptionView, text: string): unknown {
  if (kind === "several") return text.split(",");
  if (kind === "flag") return text === "true" ? true : text === "false" ? false : text;
  return kind === "text" ? text : text.trim() === "" ? Number.NaN : Number(text);
}

function inOrder(field: OptionView, value: OptionValue): OptionValue {
  return Array.isArray(value) ? (field.choices ?? []).filter((name) => value.includes(name)) : value;
}
