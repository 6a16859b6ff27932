// How a text stands in its bubble: what is nothing but emoji is large, emptiness is no tower, and what nobody sees says nothing.

const EMOJI =
  "(?:\\p{Regional_Indicator}{2}|[0-9#*]\\uFE0F?\\u20E3|" +
  "\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?" +
  "(?:\\u200D\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?)*)";
const FEW_EMOJI = new RegExp(`^(?:\\s*${EMOJI}){1,3}\\s*$`, "u");

/** Whether somebody says nothing but an emoji or a few. */
export function isEmoji(text: string): boolean {
  return text.length <= 64 && FEW_EMOJI.test(text);
}

/** The text with an empty line where several follow each other, and none around it. What it says is as it was. */
export function settled(text: string): string {
  return text.replace(/\n(?:[^\S\n]*\n){2,}/g, "\n\n").replace(/^(?:[^\S\n]*\n)+|\s+$/g, "");
}

/** What shows nothing by itself: as the server has it, which refuses a text of such signs alone. */
const UNSEEN_SIGNS = [
  "\\s\\p{Cc}\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F",
  "\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F",
  "\\uFEFF\\uFFA0\\uFFF0-\\uFFF8\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}",
].join("");
const UNSEEN = new RegExp(`^[${UNSEEN_SIGNS}]*$`, "u");

/** Whether nobody sees anything of it. */
export function isBlank(text: string): boolean {
  return UNSEEN.test(text);
}
