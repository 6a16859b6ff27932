// Puts text into a field as if it were typed.

/**
 * Puts `text` in the place of what is selected, or of what stands from `start` to `end`. As if it were typed, it can be
 * taken back with the browser's own undo, and is heard as any other input. `setRangeText` leaves no step to undo; it is
 * for a field that lies behind an open dialog, which nothing can be typed into, and for browsers that know no other way.
 */
export function insertInto(
  field: HTMLTextAreaElement,
  text: string,
  start = field.selectionStart,
  end = field.selectionEnd,
): void {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  // It types into whatever has the focus, wherever that is.
  if (document.activeElement === field && document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
}
