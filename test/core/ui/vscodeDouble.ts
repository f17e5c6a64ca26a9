import { registerHooks } from 'node:module';

/**
 * Stands in for the editor's module. Imported for its effect, before what imports `vscode` is imported with `await import`:
 * the module is `fakeVscode.ts` then.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: new URL('fakeVscode.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
