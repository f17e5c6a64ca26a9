import * as v from 'valibot';
import { isDuration, isSchedule, isTimeZone } from '../windows/schedule';

/** What a policy speaks of by its name. */
export const operations = [
  ...([
    'backup',
    'restore',
    'copy',
    'verify',
    'drill',
    'undo',
    'release',
    'prepare',
    'swap',
    'discard',
    'clean',
  ] as const),
  // what makes protection weaker
  ...(['delete', 'unhold', 'retain', 'pause', 'policy'] as const),
] as const;

export type Operation = (typeof operations)[number];

const short = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const long = v.pipe(v.string(), v.minLength(1), v.maxLength(4000));
const whole = (least: number, most: number): v.GenericSchema<unknown, number> =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const flag = v.exactOptional(v.boolean());
const operation = v.picklist(operations);
/** `group:it-operations`, or `user:bob` */
const who = v.pipe(v.string(), v.regex(/^(?:group|user):\S.{0,250}$/u));
const instant = v.pipe(v.string(), v.isoTimestamp());
const duration = v.pipe(v.string(), v.check(isDuration));
const pattern = v.pipe(
  short,
  v.check((text) => isPattern(text)),
);

/** `cluster/namespace/workload`; `*` stands for any text in one of them. */
const match = v.pipe(
  short,
  v.check((text) => text.split('/').length >= 3 && text.split('/').every((part) => part !== '')),
);

const place = v.strictObject({
  match,
  /** of the databases there; left out: all of them */
  databases: v.exactOptional(v.pipe(v.array(short), v.minLength(1))),
  environment: v.exactOptional(short),
  customerFacing: flag,
  personalData: flag,
  critical: flag,
  owners: v.exactOptional(v.array(short)),
});

const needs = {
  /** how many different people have to say yes; 0: nobody is asked */
  approvals: whole(0, 5),
  /** who may; left out: whom the cluster lets approve */
  approvers: v.exactOptional(v.array(who)),
  reason: v.exactOptional(v.picklist(['required', 'optional'])),
  /** what a ticket looks like; with it there has to be one */
  ticket: v.exactOptional(pattern),
  /** hours between asking and the beginning */
  noticeHours: v.exactOptional(whole(0, 24 * 60)),
  /** required: only inside a window of kind allow */
  window: v.exactOptional(v.picklist(['required', 'optional'])),
  /** days since what is restored was last restored for a trial */
  drillWithinDays: v.exactOptional(whole(1, 3660)),
  /** how long a request may wait for its decisions */
  waitsAtMost: v.exactOptional(duration),
  /** how long it may be used, from the last decision or from when it is planned */
  validFor: v.exactOptional(duration),
  statusMinutes: v.exactOptional(whole(1, 24 * 60)),
  /** of emergencies: who decides when nobody answered for so long */
  fallback: v.exactOptional(v.array(who)),
  escalateAfterMinutes: v.exactOptional(whole(1, 24 * 60)),
  /** somebody else has to look at it afterwards */
  reviewWithinHours: v.exactOptional(whole(1, 24 * 60)),
};

const rule = v.strictObject(needs);

const window = v.pipe(
  v.strictObject({
    kind: v.picklist(['allow', 'deny']),
    schedule: v.exactOptional(v.pipe(v.string(), v.check(isSchedule))),
    duration: v.exactOptional(duration),
    timeZone: v.exactOptional(v.pipe(v.string(), v.check(isTimeZone))),
    from: v.exactOptional(instant),
    to: v.exactOptional(instant),
    places: v.exactOptional(v.array(match)),
    operations: v.exactOptional(v.array(operation)),
    /** who passes it: emergencies; what was approved; nobody */
    override: v.exactOptional(v.picklist(['emergency', 'manager', 'never'])),
    /** of what would go on past its end: it may, or it does not begin */
    overrun: v.exactOptional(v.picklist(['finish', 'stop-before-swap'])),
    reason: v.exactOptional(short),
  }),
  v.check(
    ({ schedule, duration: lasts, timeZone, from, to }) =>
      schedule === undefined
        ? from !== undefined && to !== undefined && from < to && lasts === undefined
        : lasts !== undefined && timeZone !== undefined && from === undefined && to === undefined,
    'window',
  ),
);

const spec = v.pipe(
  v.strictObject({
    /** in which `time` of the expressions is told */
    timeZone: v.exactOptional(v.pipe(v.string(), v.check(isTimeZone))),
    /** the names of clusters that places use, and their servers: what a kubeconfig calls them does not count then */
    clusters: v.exactOptional(v.record(short, v.pipe(v.string(), v.url(), v.startsWith('https://')))),
    places: v.exactOptional(v.array(place)),
    classes: v.pipe(v.array(v.strictObject({ name: short, when: long })), v.minLength(1), v.maxLength(50)),
    rules: v.record(short, rule),
    weakening: v.exactOptional(rule),
    windows: v.exactOptional(v.pipe(v.array(window), v.maxLength(200))),
    delegations: v.exactOptional(v.array(v.strictObject({ from: who, to: who, since: instant, until: instant }))),
    recurring: v.exactOptional(
      v.array(v.strictObject({ name: short, when: long, until: instant, approvedBy: v.array(who) })),
    ),
    contacts: v.exactOptional(v.record(short, v.array(short))),
    channels: v.exactOptional(v.record(short, v.unknown())),
    objectives: v.exactOptional(v.strictObject({ rpo: v.exactOptional(duration), rto: v.exactOptional(duration) })),
  }),
  v.check(({ classes, rules }) => classes.every(({ name }) => Object.hasOwn(rules, name)), 'rule'),
);

/** An OperationPolicy as it stands in a file or in a cluster. What it does not know it refuses: a key that is misspelt would govern nothing. */
export const operationPolicy = v.strictObject({
  apiVersion: v.literal('db-ferry.io/v1alpha1'),
  kind: v.literal('OperationPolicy'),
  metadata: v.looseObject({ name: short }),
  spec,
});

export type OperationPolicy = v.InferOutput<typeof operationPolicy>;
export type PolicySpec = OperationPolicy['spec'];
export type Rule = v.InferOutput<typeof rule>;
export type Window = v.InferOutput<typeof window>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
