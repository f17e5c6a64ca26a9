import type { Finding } from '../../core/base/finding';
import type { FindingData } from '../../core/base/findingData';
import type { KubeClient } from '../../core/cluster/kubeClient';
import type { FoundRequest } from '../../core/governance/gatherRequests';
import type { RequestSpec } from '../../core/governance/operationRequest';
import type { JobWork } from '../../core/job/request';
import type { AskedOperation } from '../../core/policy/rules/decideByPolicy';
import type { ReadPolicy } from '../../core/policy/rules/readPolicy';
import type { Services } from '../../services';
import { AppError } from '../../core/base/errors';
import { levelWords } from '../../words/requestWords';
import { jobTitle } from '../../words/jobTitle';
import { localTime } from '../format';
import { requestOf } from '../jobRequest';
import { settings } from '../settings';
import { tellRequest } from './tellRequest';
import { showInformationMessage, showInputBox, showQuickPick } from '../shown';
import { t } from '../../words/language';

/** What somebody may be asked for, and nothing else is missing. */
export interface Governed {
  /** as policies are asked about it */
  readonly asked: AskedOperation;
  readonly policies: readonly ReadPolicy[];
  readonly clients: readonly KubeClient[];
  /** of the target */
  readonly namespace: string;
  readonly sha256?: string;
  readonly facts: Pick<RequestSpec, 'source' | 'replaces' | 'expectedSeconds'>;
}

/** True for what those who may approve it can allow, or the question for their approval asks for. Pure. */
export function isApprovable({ code }: Finding): boolean {
  return code === 'policy.approval' || code === 'policy.notice';
}

/** Asks what a policy wants to know, writes the request down, and shows its page. Throws `policy.refused` for what would be refused all the same, `cancelled`. */
export async function askApproval(
  services: Services,
  governed: Governed,
  work: JobWork,
  findings: readonly Finding[],
): Promise<void> {
  const { askFor } = await import('../../core/governance/requestFlow');
  const { requestPlaceOf } = await import('../../core/governance/requestPlaceOf');
  const { requestSpecOf } = await import('../../core/governance/requestSpec');
  const { decideAll } = await import('../../core/policy/decideAll');
  const { askedEvents } = await import('../../core/fleet/notify/requestMessages');
  const { workOf } = await import('../../core/job/checkRequest');
  const { clients, namespace, policies, sha256, facts } = governed;
  const job = await requestOf(work);
  const words = await askWords(jobTitle({ request: job }), policies, findings);
  const asked = {
    ...governed.asked,
    ...words,
    from: words.notBefore === undefined ? undefined : new Date(words.notBefore),
  };
  const [client] = clients;
  const place = await requestPlaceOf(client && { client, namespace }, settings.root(), job.asked.by);
  const { decisions } = decideAll(policies, asked);
  const { notBefore } = words;
  const spec = requestSpecOf(
    { asked, decisions, work: workOf(job), sha256, notBefore, facts, findings },
    await place.now(),
  );
  if (spec === undefined) {
    void showInformationMessage(t`Nobody has to approve it: it may be done.`);
    return;
  }
  const request = await askFor(place, spec);
  await services.asked.add(request.spec.digest);
  await services.requests.refresh();
  const { name } = request.metadata;
  const kept = client === undefined || place.kept === undefined ? {} : { cluster: client.cluster.alias, namespace };
  const found = await services.requests.find({ name, ...kept });
  if (found !== undefined) await services.pages.show(found);
  void tellAsked(services, name, found);
  const { events, isNeeded } = askedEvents(request, decisions);
  void tellRequest(place, request, events, isNeeded);
}

async function tellAsked(services: Services, name: string, found: FoundRequest | undefined): Promise<void> {
  const level = found === undefined ? undefined : levelWords()[await services.requests.levelOf(found)];
  await showInformationMessage(t`Asked for: ${name} waits for its decision.${level === undefined ? '' : ` ${level}`}`);
}

interface Words {
  readonly reason: string;
  readonly ticket?: string;
  readonly notBefore?: string;
  readonly emergency?: boolean;
}

async function askWords(title: string, policies: readonly ReadPolicy[], findings: readonly Finding[]): Promise<Words> {
  const emergency = knowsEmergencies(policies) ? await askUrgency(title) : undefined;
  const reason = await ask({
    ...{ title, prompt: t`Why? Those who decide read it, and so does who audits it.` },
    wrong: (text) => (text.length < 3 ? t`A few words, so that others can decide` : undefined),
  });
  const form = dataOf(findings, 'policy.ticket')?.form;
  const ticket =
    form === undefined
      ? undefined
      : await ask({
          ...{ title, prompt: t`The ticket, of the form ${form}.` },
          wrong: (text) =>
            text.length <= 100 && new RegExp(form, 'u').test(text) ? undefined : t`It has the form ${form}`,
        });
  const earliest = emergency === true ? undefined : dataOf(findings, 'policy.notice')?.earliest;
  const notBefore = earliest === undefined ? undefined : await askWhen(title, earliest);
  return {
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(emergency === true ? { emergency } : {}),
  };
}

/** A policy that says who looks at emergencies afterwards, or who is asked when nobody answers, knows them. */
function knowsEmergencies(policies: readonly ReadPolicy[]): boolean {
  return policies.some(({ policy: { spec } }) =>
    Object.values(spec.rules).some(
      ({ reviewWithinHours, escalateAfterMinutes }) =>
        reviewWithinHours !== undefined || escalateAfterMinutes !== undefined,
    ),
  );
}

async function askUrgency(title: string): Promise<boolean> {
  const rows = [
    { label: t`It can wait for its decision`, detail: t`As the policy asks for it`, emergency: false },
    {
      label: t`It is an emergency`,
      detail: t`Those on call decide; somebody else has to look at it afterwards`,
      emergency: true,
    },
  ];
  const picked = await showQuickPick(rows, { title, placeHolder: t`How urgent is it?` });
  if (picked === undefined) throw new AppError('cancelled');
  return picked.emergency;
}

/** A time from then on, UTC ISO 8601. */
async function askWhen(title: string, earliest: string): Promise<string> {
  // seconds pass while one types
  const least = new Date(Math.ceil((Date.parse(earliest) + 60_000) / 60_000) * 60_000);
  const text = await ask({
    ...{ title, prompt: t`When may it begin? It has to be announced before: not before ${localTime(earliest)}.` },
    value: localTime(least.toISOString()).slice(0, 16),
    wrong: (typed) => {
      const time = Date.parse(typed);
      if (Number.isNaN(time)) return t`A time like 2026-12-01 22:00`;
      return time < Date.parse(earliest) ? t`Not before ${localTime(earliest)}` : undefined;
    },
  });
  return new Date(text).toISOString();
}

async function ask({
  title,
  prompt,
  value,
  wrong,
}: {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly wrong: (text: string) => string | undefined;
}): Promise<string> {
  const typed = await showInputBox({
    ...{ title, prompt, ignoreFocusOut: true, validateInput: (text: string) => wrong(text.trim()) },
    ...(value === undefined ? {} : { value }),
  });
  if (typed === undefined) throw new AppError('cancelled');
  return typed.trim();
}

function dataOf<C extends 'policy.ticket' | 'policy.notice'>(
  findings: readonly Finding[],
  code: C,
): FindingData[C] | undefined {
  return findings.find((finding) => finding.code === code)?.data as FindingData[C] | undefined;
}
