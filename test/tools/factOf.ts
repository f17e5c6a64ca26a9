/** A fact of what is told, by its name, whatever the code: for tests that look at one. */
export function factOf(told: { readonly data: object } | undefined, name: string): unknown {
  return (told?.data as Readonly<Record<string, unknown>> | undefined)?.[name];
}
