// What people are called, and the one who is logged in.

/**
 * What the host application calls a person or an order: a number, or a text where it has texts. A number
 * and a text are never the same one. Somebody who was deleted there has a number below zero.
 */
export type Id = number | string;

/** Whether `value` is something that a person or an order can be called by. */
export const isId = (value: unknown): value is Id =>
  typeof value === "number" || (typeof value === "string" && value !== "");

/** `id` as a part of a longer key: no two ids are told alike, and none has a colon in it. */
export const inKey = (id: Id): string => encodeURIComponent(JSON.stringify(id));

/** The person who is logged in, as `/api/me/` and `/login/` tell, or the native API: that says `name`, and no `full_name`. */
export interface Me {
  id: Id;
  username: string;
  email?: string;
  first_name: string;
  last_name: string;
  full_name?: string;
  name?: string;
  role: string;
}
