/** Names of node:fs and node:fs/promises with which a file is opened for reading. */
const opening = [
  'open',
  'openSync',
  'openAsBlob',
  'readFile',
  'readFileSync',
  'createReadStream',
  'readv',
  'FileHandle',
];
const modules = ['node:fs', 'node:fs/promises', 'fs', 'fs/promises'];

/**
 * A linter's rule: what others may have put where it is read is opened by `openSafely` (core/base/safeFile.ts) alone, which follows no link, hangs on no pipe and
 * knows a limit. It refuses every other way to open a file for reading; files that are written are opened with a literal flag that makes them.
 */
export const oneOpen = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      opened: 'A file is opened for reading by core/base/safeFile.ts alone: a link, a pipe or a device may be there.',
    },
  },
  create(context) {
    const spaces = new Set();
    return {
      ImportDeclaration(node) {
        if (!modules.includes(node.source.value) || node.importKind === 'type') return;
        for (const one of node.specifiers) {
          if (one.type !== 'ImportSpecifier') spaces.add(one.local.name);
          else if (one.importKind !== 'type' && opening.includes(one.imported.name) && !writesOnly(context, one)) {
            context.report({ node: one, messageId: 'opened' });
          }
        }
      },
      ImportExpression(node) {
        if (modules.includes(node.source.value)) context.report({ node, messageId: 'opened' });
      },
      MemberExpression(node) {
        const name = node.property.name ?? node.property.value;
        if (node.object.type === 'Identifier' && spaces.has(node.object.name) && opening.includes(name)) {
          context.report({ node, messageId: 'opened' });
        }
      },
    };
  },
};

/** True for an `open` that is only ever called to make a file, or to add to one of ours. */
function writesOnly(context, { local, imported }) {
  if (imported.name !== 'open' && imported.name !== 'openSync') return false;
  const [variable] = context.sourceCode.getDeclaredVariables(local.parent);
  return variable.references.every(({ identifier: { parent, ...self } }) => {
    const flag = parent.type === 'CallExpression' && parent.callee.name === self.name ? parent.arguments[1] : undefined;
    return typeof flag?.value === 'string' && /^(?:wx|ax?|w)$/.test(flag.value);
  });
}
