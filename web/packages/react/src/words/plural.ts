// Numbers in words: which form of a noun goes with a number is the runtime's knowledge.

/** The forms of one phrase; `#` stands for the number. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

export type Lang = "ru" | "en";

const rules = new Map<Lang, Intl.PluralRules>();

export function plural(lang: Lang, count: number, forms: Forms): string {
  let rule = rules.get(lang);
  if (!rule) {
    rule = new Intl.PluralRules(lang);
    rules.set(lang, rule);
  }
  return (forms[rule.select(count)] ?? forms.other).replace("#", String(count));
}
