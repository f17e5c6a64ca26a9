import german from '../../../l10n/bundle.l10n.de.json';
import { speak, type Messages } from '../../words/language';

/** The language of a page, by what a browser says that its user reads. Pure. */
export function languageOf(accepted: string | undefined): 'en' | 'de' {
  const wanted = (accepted ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [name = '', ...more] = part.trim().toLowerCase().split(';');
      const q = more.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { name: name.slice(0, 2), q: q === undefined ? 1 : Number(q) };
    })
    .filter(({ name, q }) => q > 0 && (name === 'de' || name === 'en'));
  const [best] = wanted.sort((a, b) => b.q - a.q);
  return best?.name === 'de' ? 'de' : 'en';
}

/** Makes a page in a language. What it does is done at once, without a pause in which another page could be made. */
export function inLanguage<T>(language: 'en' | 'de', make: () => T): T {
  const messages: Messages = german;
  speak(language === 'de' ? messages : undefined);
  try {
    return make();
  } finally {
    speak(undefined);
  }
}
