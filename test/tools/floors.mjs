// The floors of the house, bottom to top. What stands on one may import from the floors below it, and from nothing beside or above it.

/** Folders of `src`, and the files that stand beside them. */
export const floors = [
  ['core/base'],
  ['core/state', 'core/cluster', 'core/store'],
  ['core/exec', 'core/encrypt'],
  ['core/postgres'],
  ['core/pod', 'core/catalog'],
  ['core/policy', 'core/audit'],
  ['core/backup', 'core/compare', 'core/governance'],
  ['core/mask'],
  ['core/restore'],
  ['core/import'],
  ['core/job'],
  ['core/fleet'],
  ['words'],
  ['report'],
  ['contributions.ts'],
  ['model', 'cli'],
  ['ui'],
  ['tree'],
  ['commands'],
  ['cli.ts', 'extension.ts'],
];

/** What is allowed all the same, each with its reason. */
export const exceptions = [
  {
    from: '^src/cli/describeJob\\.ts$',
    to: '^src/ui/hints\\.ts$',
    why: 'a report says what to do next in a terminal and in the editor, whoever writes it',
  },
  {
    from: '^src/(model|ui|tree|commands)/',
    to: '^src/services\\.ts$',
    why: 'the type of what extension.ts makes once and hands on; nothing of it is there when it runs',
  },
];

/** The folder or file of the list that a path of `src` belongs to; undefined: it has no floor. */
export function roomOf(file) {
  const name = file.replace(/^src\//, '');
  return floors.flat().find((room) => name === room || name.startsWith(`${room}/`));
}

/** The rules as dependency-cruiser reads them. */
export function rules() {
  const pathOf = (room) => `^src/${room.replace('.', '\\.')}${room.endsWith('.ts') ? '$' : '/'}`;
  const oneWay = floors.flatMap((rooms, level) =>
    rooms.map((room) => {
      const forbidden = floors
        .slice(level)
        .flat()
        .filter((other) => other !== room);
      const allowed = exceptions.filter(({ to }) =>
        forbidden.some((other) => to.startsWith(pathOf(other).replace('$', ''))),
      );
      return {
        name: `floor of ${room}`,
        severity: 'error',
        from: { path: pathOf(room), pathNot: allowed.map(({ from }) => from) },
        to: { path: forbidden.map(pathOf) },
      };
    }),
  );
  const known = [...floors.flat(), 'services.ts', 'launcher.cjs'];
  return [
    ...oneWay.filter(({ to }) => to.path.length > 0),
    // an exception is for the one file that it names
    ...exceptions.slice(0, 1).map(({ from, to }) => ({
      name: `exception of ${from}`,
      severity: 'error',
      from: { path: from },
      to: {
        path: floors
          .slice(floors.findIndex((rooms) => rooms.includes('cli')))
          .flat()
          .filter((room) => room !== 'cli')
          .map(pathOf),
        pathNot: to,
      },
    })),
    {
      name: 'services.ts is a type',
      severity: 'error',
      from: { path: '^src/(?!extension\\.ts$)' },
      to: { path: '^src/services\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'every room has a floor',
      severity: 'error',
      from: { path: '^src/', pathNot: known.map(pathOf) },
      to: {},
    },
    {
      name: 'no cycle',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no cycle in the core, types included',
      severity: 'error',
      from: { path: '^src/(core|words|report)/' },
      to: { circular: true },
    },
    {
      name: 'the core knows no editor',
      severity: 'error',
      from: { path: '^src/(core|words|report|cli)/' },
      to: { path: '^vscode$' },
    },
    {
      name: 'all that is imported is there',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ];
}
