// What the loader leaves for later: the panel with the frame, and rooms that stand in the page.
import { CAME } from "../loader/later.ts";
import { openPanel } from "./panel.ts";
import { showRoom } from "./room.ts";

const brought = { openPanel, showRoom };

export type Panel = typeof brought;

// Handed to whoever asked for this script, and to nobody else on the page.
document.currentScript?.dispatchEvent(new CustomEvent(CAME, { detail: brought }));
