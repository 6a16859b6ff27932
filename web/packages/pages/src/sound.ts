// A short sound for what is new: in one tab of all, never for a room that somebody looks at, or that is muted.
import type { Chat } from "@beseda/react";
import { useEffect } from "react";

/** Two soft tones, in hertz, one after the other. */
const TONES = [660, 880];
/** Each of them, in seconds. */
const LONG = 0.09;
/** How loud, of 1. */
const LOUD = 0.12;

let context: AudioContext | null = null;

/** Browsers play nothing before somebody has touched the page. */
function unlock(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function playSound(): void {
  if (!context) return;
  const { currentTime, destination } = context;
  for (const [index, hertz] of TONES.entries()) {
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    const from = currentTime + index * LONG;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(LOUD, from);
    gain.gain.exponentialRampToValueAtTime(0.001, from + LONG * 2);
    tone.connect(gain).connect(destination);
    tone.start(from);
    tone.stop(from + LONG * 2);
  }
}

export function useSound(chat: Chat, isOn: boolean): void {
  useEffect(() => {
    const touched = ["pointerdown", "keydown"];
    for (const one of touched) addEventListener(one, unlock, { once: true, passive: true });
    return () => {
      for (const one of touched) removeEventListener(one, unlock);
    };
  }, []);
  useEffect(() => (isOn ? chat.onNews(playSound) : undefined), [chat, isOn]);
}
