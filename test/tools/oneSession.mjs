/** Client programs of PostgreSQL: whoever runs one opens a session. */
const tools =
  'psql|pg_dump|pg_restore|pg_dumpall|pg_isready|pg_basebackup|vacuumdb|reindexdb|clusterdb|createdb|dropdb|createuser|dropuser|pgbench';
const program = new RegExp(`^(?:.*/)?(?:${tools})$`);
const commandLine = new RegExp(`(?:^|[\\s;|&(\`"'/])(?:${tools})["']?\\s+(?:-|"?\\$)`);

/**
 * A linter's rule: the argv of a client program is made by `toolCommand` alone, which gives its session the settings that keep it safe. It refuses such a
 * program's name in the code, also at the end of a path or at the head of a shell's command line, but as `toolCommand`'s own argument and in an error's `tool`.
 */
export const oneSession = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      made: 'A session begins in `toolCommand` (core/postgres/tools/access.ts) alone: an argv made here has none of its settings.',
    },
  },
  create(context) {
    const look = (node, text) => {
      if (program.test(text) ? isAllowed(node) : !commandLine.test(text)) return;
      context.report({ node, messageId: 'made' });
    };
    return {
      Literal(node) {
        if (typeof node.value === 'string') look(node, node.value);
      },
      TemplateElement(node) {
        look(node, node.value.cooked ?? node.value.raw);
      },
      Property(node) {
        if ((node.key.name ?? node.key.value) === 'PGOPTIONS') context.report({ node, messageId: 'made' });
      },
    };
  },
};

function isAllowed({ parent }) {
  if (parent.type === 'TSLiteralType') return true;
  if (parent.type === 'Property') return (parent.key.name ?? parent.key.value) === 'tool';
  if (parent.type === 'BinaryExpression') return /^[!=]==$/.test(parent.operator);
  return parent.type === 'CallExpression' && parent.callee.name === 'toolCommand';
}
