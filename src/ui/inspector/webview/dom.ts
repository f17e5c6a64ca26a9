/** What an element is made with: attributes by their names, `on…` for listeners. Texts are texts, never HTML. */
type Properties = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>;

/** Makes an element. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A list of terms and what they say; those with nothing to say are left out. */
export function termList(terms: readonly (readonly [string, string | Node | undefined])[]): HTMLElement {
  const list = make('dl');
  for (const [term, value] of terms) {
    if (value === undefined || value === '') continue;
    list.append(make('div', {}, make('dt', {}, term), make('dd', {}, value)));
  }
  return list;
}
