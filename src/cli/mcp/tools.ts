import * as v from 'valibot';

/** Something that an agent may ask for: what becomes of it is one command line that changes nothing, or writes a request that people decide. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  /** of its arguments: a word is what stands in JSON's schema, too */
  readonly takes: Readonly<
    Record<string, { readonly help: string; readonly optional?: true; readonly words?: readonly string[] }>
  >;
  /** the command line; operands stand behind `--`, so that none of them is an option */
  readonly line: (given: Readonly<Record<string, string | undefined>>) => readonly string[];
}

const where = (operand: string | undefined): readonly string[] => (operand === undefined ? [] : ['--', operand]);

/** All that there is. None approves, none runs anything, none takes an option that another one does not name. */
export const agentTools: readonly AgentTool[] = [
  {
    name: 'list_databases',
    description:
      'The databases of a pod or workload (place: cluster/namespace/pod), or the database pods that there are.',
    takes: { place: { help: 'cluster/namespace/pod', optional: true } },
    line: ({ place }) => (place === undefined ? ['pods'] : ['databases', '--', place]),
  },
  {
    name: 'list_backups',
    description: 'The backups of the catalog, with when they were taken and how far they are verified.',
    takes: { place: { help: 'cluster, cluster/namespace, or a database', optional: true } },
    line: ({ place }) => ['backups', ...where(place)],
  },
  {
    name: 'job_status',
    description: 'How a job stands or ended; without one, the last jobs.',
    takes: { job: { help: 'the id of a job', optional: true } },
    line: ({ job }) => (job === undefined ? ['jobs'] : ['job', '--', job]),
  },
  {
    name: 'explain_report',
    description: 'The report of a job that ended: what was done, what proves it, how to undo it.',
    takes: { job: { help: 'the id of a job, or latest' } },
    line: ({ job = '' }) => ['report', '--', job],
  },
  {
    name: 'protection_status',
    description:
      'How every database is protected against what is promised: newest verified backup, last drill, time to recover, schedule, findings.',
    takes: { place: { help: 'cluster or cluster/namespace', optional: true } },
    line: ({ place }) => ['status', ...where(place)],
  },
  {
    name: 'plan_restore',
    description: 'What a restore would replace, how long it would take and what blocks it. Nothing is changed.',
    takes: {
      backup: { help: 'the id of a backup, or latest:<place>' },
      target: { help: 'cluster/namespace/pod/database' },
      as: { help: 'new or replace', optional: true, words: ['new', 'replace'] },
    },
    line: ({ backup = '', target = '', as = 'new' }) => ['restore', '--plan', `--as=${as}`, '--', backup, target],
  },
  {
    name: 'request_operation',
    description:
      'Asks people for a restore or an undo that a policy wants approved. It only writes the request down: somebody decides, and somebody starts it.',
    takes: {
      operation: { help: 'restore or undo', words: ['restore', 'undo'] },
      backup: { help: 'of a restore: the id of a backup', optional: true },
      target: { help: 'cluster/namespace/pod/database' },
      reason: { help: 'why' },
      ticket: { help: 'the ticket it belongs to', optional: true },
    },
    line: ({ operation = '', backup, target = '', reason = '', ticket }) => [
      ...['request', `--reason=${byAgent}${reason}`, ...(ticket === undefined ? [] : [`--ticket=${ticket}`])],
      ...(operation === 'restore'
        ? ['--as=replace', '--', operation, backup ?? '', target]
        : ['--', operation, target]),
    ],
  },
];

/** Who decides sees who asked. */
const byAgent = '(asked by an agent) ';

/** The arguments of a call as the tool takes them, each a text of one line; undefined for any other. Pure. */
export function argumentsOf(tool: AgentTool, given: unknown): Readonly<Record<string, string>> | undefined {
  const value = v.pipe(v.string(), v.minLength(1), v.maxLength(2000), v.regex(/^[^\0\r\n]+$/));
  // what begins so is a path of this machine: an agent names what is in the catalog
  const named = v.pipe(value, v.regex(/^[^/.]/));
  const entries = Object.entries(tool.takes).map(([name, { optional, words }]) => {
    const form = words !== undefined ? v.picklist(words) : isFreeText(name) ? value : named;
    return [name, optional === true ? v.exactOptional(form) : form] as const;
  });
  const read = v.safeParse(v.strictObject(Object.fromEntries(entries)), given ?? {});
  return read.success ? read.output : undefined;
}

/** The schema of its arguments, as a client of agents reads it. Pure. */
export function schemaOf({ takes }: AgentTool): object {
  const properties = Object.entries(takes).map(([name, { help, words }]) => [
    name,
    { type: 'string', description: help, ...(words === undefined ? {} : { enum: words }) },
  ]);
  const required = Object.entries(takes).flatMap(([name, { optional }]) => (optional === true ? [] : [name]));
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as object,
    required,
    additionalProperties: false,
  };
}

function isFreeText(name: string): boolean {
  return name === 'reason' || name === 'ticket';
}
