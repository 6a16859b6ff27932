// Which conversation is open, as the address says: `?room=<key>`, and `&at=` a message in it.
import { useSearch } from "@beseda/pages";

export interface Place {
  room: string | null;
  at: number | null;
}

export function usePlace(): Place {
  const asked = new URLSearchParams(useSearch());
  const room = asked.get("room") ?? "";
  return {
    room: /^[a-z][a-z0-9_-]{0,31}:./.test(room) ? room : null,
    at: Number(asked.get("at")) || null,
  };
}
