export const shipped: readonly RegExp[];
export function faultsOf(files: readonly string[], read: (file: string) => string): string[];
