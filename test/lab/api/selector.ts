import type { KubeObject } from './objects';

/** The label and field selectors of a request. */
export function selector(url: URL): (item: KubeObject) => boolean {
  const labels = terms(url.searchParams.get('labelSelector')).map(labelTerm);
  const fields = terms(url.searchParams.get('fieldSelector')).map(fieldTerm);
  return (item) => labels.every((holds) => holds(item)) && fields.every((holds) => holds(item));
}

/** Splits at commas outside of parentheses. */
function terms(text: string | null): string[] {
  return (text ?? '').split(/,(?![^(]*\))/).filter((term) => term !== '');
}

type Test = (item: KubeObject) => boolean;

function labelTerm(term: string): Test {
  const [, setKey, not, list] = /^(\S+) (not)?\s*in \((.*)\)$/.exec(term.replace(/\bnotin\b/, 'not in')) ?? [];
  const values = list?.split(',').map((value) => value.trim());
  if (setKey !== undefined && values) return (item) => values.includes(label(item, setKey) ?? '') !== (not === 'not');
  if (term.startsWith('!')) return (item) => label(item, term.slice(1)) === undefined;
  const [, key, operator, value] = /^([^=!]+)(!=|==?)(.*)$/.exec(term) ?? [];
  if (key === undefined) return (item) => label(item, term) !== undefined;
  return (item) => (label(item, key) === value) === (operator !== '!=');
}

function label(item: KubeObject, key: string): string | undefined {
  return (item.metadata['labels'] as Record<string, string> | undefined)?.[key];
}

function fieldTerm(term: string): Test {
  const [, path = '', operator, value] = /^([^=!]+)(!=|==?)(.*)$/.exec(term) ?? [];
  const steps = path.split('.');
  return (item) => {
    const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], item);
    return (found === value) === (operator !== '!=');
  };
}
