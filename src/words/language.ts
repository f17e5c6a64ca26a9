/** Messages of a language by their English text, `{0}`, `{1}` … where facts stand: the form of `vscode.l10n.bundle`. */
export type Messages = Readonly<Record<string, string>>;

/** What is spoken in this process; none is English. Whoever tells people something tells it in one language, as in one locale. */
let spoken: Messages | undefined;

/** From now on words are those of `messages`, English where it has none; undefined: English. */
export function speak(messages: Messages | undefined): void {
  spoken = messages;
}

/**
 * A message for people, its facts where they belong in the language that is spoken: t`the role ${name} is missing` is looked up as
 * `the role {0} is missing`. Facts are put in once, and are no messages. What is told at once is told in a function, not when a module is read.
 */
export function t(parts: TemplateStringsArray, ...facts: readonly (string | number)[]): string {
  return translated(
    parts.reduce((key, part, at) => `${key}{${at - 1}}${part}`),
    facts,
  );
}

/** The message of that key with its facts. */
export function translated(key: string, facts: readonly (string | number)[]): string {
  const message = spoken !== undefined && Object.hasOwn(spoken, key) ? (spoken[key] ?? key) : key;
  return message.replaceAll(/\{(\d+)\}/g, (place, at: string) => String(facts[Number(at)] ?? place));
}
