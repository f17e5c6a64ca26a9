import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../../package.json';
import type { AuditRecord } from '../../core/audit/record';
import type { Anchor, Verification } from '../../core/audit/verifyTrail';
import { AppError } from '../../core/base/errors';
import { readSafely } from '../../core/base/safeFile';
import { damageWords } from '../../words/auditWords';
import { count, localTime, safe } from '../../words/format';
import { choice } from '../arguments';
import type { Call, Command } from '../command';
import { askedOf, rootOf } from '../setting';

/** Reads the trail from its first record to its last. */
const verify: Command = {
  name: 'audit verify',
  summary: 'read the audit trail: is it continuous, and is it complete against the anchors that are known',
  more: [
    'An anchor is a signed line that says how far the trail had come; it stands in the events and the report of each job. One that lies where the operator of the trail has no hand (a mail, the log of a cluster) finds what was cut or made anew: --anchors names files that hold such lines, whatever else is in them. What stands behind the newest anchor is told.',
  ],
  examples: ['db-ferry audit verify', 'db-ferry audit verify --anchors ./mails/march.mbox'],
  operands: [],
  options: ['anchors'],
  async run(call) {
    const { terminal } = call;
    const { verification } = await verified(call);
    const { damages, anchors, unknown, anchored, open, quiet, size, head } = verification;
    for (const damage of damages) terminal.event({ type: 'damage', ...damage });
    const isWhole = damages.length === 0;
    const data = {
      trail: verification.trail,
      size,
      head,
      anchored,
      anchors: anchors.length,
      open: open.length,
      damages: damages.length,
    };
    for (const damage of damages) terminal.line(safe(`damaged: ${damageWords(damage)}`));
    for (const one of unknown.slice(0, 5))
      terminal.line(safe(`the anchor in ${one.from} is signed by a key that is not trusted here: ${one.key}`));
    for (const one of open)
      terminal.line(
        safe(
          `no outcome was written: record ${one.seq}, ${one.type}, ${localTime(one.time)}, job ${one.request?.job ?? '-'}`,
        ),
      );
    for (const { after, hours } of quiet)
      terminal.line(`nothing was written for ${Math.round(hours)} h after record ${after}`);
    const newest = anchors.at(-1);
    terminal.line(
      isWhole
        ? `The trail is continuous: ${count(size)} records.`
        : `The trail is damaged: ${count(damages.length)} findings in ${count(size)} records.`,
    );
    terminal.line(
      newest === undefined
        ? 'No anchor holds it: that nothing was cut or made anew is not proven.'
        : safe(
            `The first ${count(anchored)} records are held by ${count(anchors.length)} anchors, the newest of ${localTime(newest.time)} in ${newest.from}.`,
          ),
    );
    if (newest !== undefined && anchored < size)
      terminal.line(`For the last ${count(size - anchored)} the chain alone speaks.`);
    const exitCode = isWhole ? 0 : 1;
    terminal.event({ type: 'result', outcome: isWhole ? 'done' : 'failed', exitCode, data });
    return exitCode;
  },
};

/** Writes out what was recorded. */
const exportTrail: Command = {
  name: 'audit export',
  summary: 'write the audit trail out: as CSV, as CloudEvents for a SIEM (OCSF 6005), or as a page for an auditor',
  more: [
    'The page answers what an auditor asks: what was restored and who approved it, restore tests, what failed and what followed, what was deleted, and whether the trail is whole.',
  ],
  examples: [
    'db-ferry audit export --from 2026-01-01 --until 2026-12-31 --format html audit-2026.html',
    'db-ferry audit export --format json > trail.ndjson',
  ],
  operands: [{ name: 'file', takes: ['file'], optional: true }],
  options: ['from', 'until', 'format', 'anchors'],
  async run(call) {
    const { operands, options, terminal } = call;
    const format = choice('format', options.format, ['csv', 'json', 'html']) ?? 'csv';
    const [from, until] = [day(options.from, 'from') ?? '0000', day(options.until, 'until') ?? '9999'];
    const { verification, records } = await verified(call);
    const chosen = records.filter(({ time }) => time >= from && time.slice(0, until.length) <= until);
    const text = await textOf(format, chosen, verification, {
      from: options.from ?? verification.first?.slice(0, 10) ?? '-',
      to: options.until ?? new Date().toISOString().slice(0, 10),
    });
    const [file] = operands;
    if (file === undefined) {
      if (terminal.json)
        throw new AppError('usage', {
          message: 'With --json a file is named: what is written is no event.',
          command: 'audit export',
        });
      terminal.print(text.trimEnd());
      return 0;
    }
    await writeFile(path.resolve(file), text, { mode: 0o600 });
    terminal.event({
      type: 'result',
      outcome: 'done',
      exitCode: 0,
      data: { file: path.resolve(file), records: chosen.length, damages: verification.damages.length },
    });
    terminal.line(safe(`${count(chosen.length)} records in ${file}.`));
    return 0;
  },
};

/** One record that says that the trail is looked after. */
const heartbeat: Command = {
  name: 'audit heartbeat',
  summary: 'write one record that says that nothing else was done: once a day it makes gaps visible',
  examples: ['db-ferry audit heartbeat'],
  operands: [],
  options: [],
  async run(call) {
    const { note, ownTrail } = await import('../../core/audit/ownTrail');
    const { heartbeat: type } = await import('../../core/audit/trail');
    const { anchorText } = await import('../../core/audit/checkpoint');
    const actor = { user: askedOf(call).by, via: 'terminal' };
    const { record, checkpoint } = await note(await ownTrail(), { type, actor });
    const anchor = checkpoint && anchorText(checkpoint);
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { seq: record.seq, anchor } });
    call.terminal.line(anchor ?? `Record ${record.seq}.`);
    return 0;
  },
};

export const audit: readonly Command[] = [verify, exportTrail, heartbeat];

interface Read {
  readonly verification: Verification;
  readonly records: readonly AuditRecord[];
}

async function verified(call: Call): Promise<Read> {
  const { ownTrailStore } = await import('../../core/audit/ownTrail');
  const { anchorsFrom, verifyTrail } = await import('../../core/audit/verifyTrail');
  const { keyRing } = await import('../../core/state/keys');
  const anchors: Anchor[] = [];
  for (const named of call.options.anchors ?? []) {
    const file = path.resolve(named);
    const text = await readSafely(file, { most: mostAnchors }).catch((error: unknown) => {
      throw new AppError('usage', {
        message: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      });
    });
    anchors.push(...anchorsFrom(text.toString(), named));
  }
  anchors.push(...(await jobAnchors(await rootOf(call))));
  const records: AuditRecord[] = [];
  const onRecord = (record: AuditRecord): void => void records.push(record);
  const verification = await verifyTrail(await ownTrailStore(), { anchors, ring: await keyRing(), onRecord });
  return { verification, records };
}

/** What the events of jobs say: they lie elsewhere than the trail. */
async function jobAnchors(root: string): Promise<Anchor[]> {
  const { listJobs } = await import('../../core/job/record/listJobs');
  const { jobFiles } = await import('../../core/job/record/jobFolder');
  const { anchorsFrom } = await import('../../core/audit/verifyTrail');
  const anchors: Anchor[] = [];
  for (const { id, folder } of await listJobs(root)) {
    const text = await readSafely(path.join(folder, jobFiles.events), { most: mostAnchors, own: true }).catch(
      () => undefined,
    );
    if (text) anchors.push(...anchorsFrom(text.toString(), `the events of job ${id}`));
  }
  return anchors;
}

const mostAnchors = 256e6;

async function textOf(
  format: 'csv' | 'json' | 'html',
  records: readonly AuditRecord[],
  verification: Verification,
  range: { readonly from: string; readonly to: string },
): Promise<string> {
  if (format === 'html') return (await import('../../report/auditPack')).auditPack(records, verification, range);
  const { cloudEvent, csvHead, csvLine } = await import('../../core/audit/exportTrail');
  if (format === 'csv') return csvHead() + records.map(csvLine).join('');
  return records.map((record) => `${JSON.stringify(cloudEvent(record, version))}\n`).join('');
}

function day(text: string | undefined, name: string): string | undefined {
  if (text === undefined || /^\d{4}(-\d\d(-\d\d)?)?$/.test(text)) return text;
  throw new AppError('usage', {
    message: `--${name} takes a day, 2026-03-31, not "${text}".`,
    command: 'audit export',
  });
}
