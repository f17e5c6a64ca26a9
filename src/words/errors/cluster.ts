import { saidBy } from '../ownWords';
import { kubeconfigWords } from '../kubeconfigWords';
import { visible } from '../../core/base/visible';
import type { Hints } from '../hints';
import { neededRights } from '../neededRule';
import type { ErrorData } from '../../core/base/errors';
import { shown } from '../shown';
import type { ErrorTable, Words } from './errorTable';
import { bytes, capitalised, sentence } from './shared';
import { t } from '../language';

/** What TLS refused, and who can put it right; the network is not it. */
const tlsWords = (): Readonly<Record<string, { readonly why: string; readonly todo: string }>> => ({
  authority: {
    why: t`Its certificate is not signed by the authority that the kubeconfig names, or by one that is trusted here`,
    todo: t`Put the right certificate-authority into the kubeconfig (log in again), or ask who answers at this address.`,
  },
  expired: {
    why: t`Its certificate has expired`,
    todo: t`Have the cluster's administrator renew it; look at the clock of this machine, too.`,
  },
  early: { why: t`Its certificate is not valid yet`, todo: t`Look at the clock of this machine.` },
  name: {
    why: t`Its certificate is for another name than the address`,
    todo: t`Use the address that the certificate names, or set tls-server-name in the kubeconfig.`,
  },
  client: {
    why: t`It does not accept the client certificate of the kubeconfig`,
    todo: t`Log in again: the certificate has expired, or is of another cluster.`,
  },
  protocol: {
    why: t`What answers there does not speak TLS as an API server does`,
    todo: t`Check the address and the port in the kubeconfig, and whether a proxy answers instead.`,
  },
});

/** Words for the errors of the API server and the way to it. */
export const clusterErrors = {
  'cluster.none': (data, hints) => ({
    what: t`No cluster found.`,
    why: [t`No kubeconfig file holds a usable context.`, ...unread(data)].join('\n'),
    todo: sentence(hints.addCluster()),
  }),
  'cluster.unknown': (data, hints) => ({
    what: t`There is no cluster called "${shown(data, 'cluster')}".`,
    why: [t`Known: ${shown(data, 'known')}.`, ...unread(data)].join('\n'),
    todo: t`To see them: ${hints.listClusters()}. For another one: ${hints.addCluster()}.`,
  }),
  'cluster.notNamed': (data, hints) => ({
    what: t`The cluster "${shown(data, 'cluster')}" is not among those of your kubeconfig files.`,
    why: t`An earlier job reached it with ${shown(data, 'files')}. A kubeconfig can run a program, so it is read only where you name it yourself.`,
    todo: t`If it is yours: ${hints.addCluster()}.`,
  }),
  'cluster.kubeconfig': (data) => ({
    what: t`The kubeconfig file ${shown(data, 'file')} cannot be used.`,
    why: `${capitalised(kubeconfigWords(data))}.`,
    todo: t`Correct the file, or leave it out of KUBECONFIG.`,
  }),
  'cluster.plugin': (data, hints) => ({
    what: t`The credential plugin ${shown(data, 'command')} that the kubeconfig file ${shown(data, 'file')} names gave no login.`,
    why: pluginReason(data),
    todo: pluginTodo(data, hints),
  }),
  'cluster.unreachable': (data) => ({
    what: t`${shown(data, 'cluster')}: cannot be reached at ${shown(data, 'server')}.`,
    why: saidBy(data, 'message'),
    todo: t`Check the network, the proxy settings (HTTPS_PROXY, NO_PROXY) and whether the cluster runs.`,
  }),
  'cluster.untrusted': (data, hints) => {
    const { why, todo } = tlsWords()[data['reason']] ?? tlsWords()['protocol'] ?? { why: '', todo: '' };
    return {
      what: t`${shown(data, 'cluster')}: no trusted connection to ${shown(data, 'server')}.`,
      why: `${why} (${shown(data, 'code')}).`,
      todo: t`${todo} Then ${hints.again()}.`,
    };
  },
  'cluster.tooMuch': (data) => ({
    what: t`${shown(data, 'cluster')}: the API server answered with more than ${bytes(data['bytes'])} to ${shown(data, 'path')}.`,
    why: t`That is not how Kubernetes answers; the connection was ended.`,
    todo: t`Look at what answers at the address of the cluster, or ask the cluster's administrator.`,
  }),
  'cluster.unauthorized': (data, hints) => ({
    what: t`${shown(data, 'cluster')}: the login is not accepted.`,
    why: t`The token or certificate has expired or was withdrawn; the kubeconfig file was read again and did not help.`,
    todo: sentence(hints.login()),
  }),
  'cluster.forbidden': (data) => forbidden(data),
  'cluster.api': (data, hints) => ({
    what: t`${shown(data, 'cluster')}: the API server refused with status ${shown(data, 'status')}.`,
    why: saidBy(data, 'message'),
    todo: afterRefusal(data['status'], hints),
  }),
} satisfies ErrorTable;

function forbidden(data: ErrorData['cluster.forbidden']): Words {
  const { missing } = data;
  const verbs = Array.isArray(missing) && missing.length > 0 ? missing.join(t` and `) : shown(data, 'verb');
  const place = data['namespace'] === undefined ? '' : t` in ${shown(data, 'namespace')}`;
  const rights = neededRights.map(({ verbs: all, resource }) => `${all.join(', ')} ${resource}`).join(t` and `);
  return {
    what: t`${shown(data, 'cluster')}: ${data['user'] === undefined ? t`you` : shown(data, 'user')} may not ${verbs} ${shown(data, 'resource')}${place}.`,
    why: shown(data, 'message'),
    todo:
      Array.isArray(missing) && missing.length === 0
        ? t`Its role would allow it: something else in the cluster refuses, an admission policy perhaps. Ask its administrator.`
        : t`Ask for a role there that may ${rights}: whoever may is superuser of the databases in these pods.`,
  };
}

/** The kubeconfig files that could not be read: what is looked for may stand in one of them. */
function unread(data: ErrorData['cluster.none']): string[] {
  const problems = Array.isArray(data.problems)
    ? (data.problems as readonly (string | { readonly file: string; readonly reason: string })[])
    : [];
  return problems.map((problem) => {
    const told =
      typeof problem === 'string' ? visible(problem) : `${shown(problem, 'file')}: ${kubeconfigWords(problem)}`;
    return t`Not read: ${told}.`;
  });
}

function pluginReason(data: ErrorData['cluster.plugin']): string {
  switch (data['reason']) {
    case 'missing':
      return t`There is no such program here.`;
    case 'exit':
      return data['exitCode'] === undefined
        ? t`It was killed.`
        : t`It ended with exit code ${shown(data, 'exitCode')}.`;
    case 'answer':
      return t`What it printed is not an ExecCredential.`;
    case 'time':
      return t`It did not end in time.`;
    case 'unnamed':
      return t`The file names no program for it.`;
    default:
      return t`It could not be started (${shown(data, 'code')}).`;
  }
}

function pluginTodo(data: ErrorData['cluster.plugin'], hints: Hints): string {
  const command = shown(data, 'command');
  if (data['reason'] === 'missing') return t`Install ${command}, or put its folder on the PATH, then ${hints.again()}.`;
  if (data['reason'] === 'unnamed') return t`Correct the file.`;
  return t`Run ${command} in a terminal as the file says, to see what it tells: what it prints is not kept here.`;
}

/** Statuses that pass by themselves, what is gone, and what an administrator has to look at. */
function afterRefusal(status: unknown, hints: Hints): string {
  if (status === 429 || (typeof status === 'number' && status >= 500))
    return t`The cluster is busy, or a part of it is down. In a minute: ${hints.again()}.`;
  if (status === 404) return t`It may be gone by now. To see what is there: ${hints.listPods()}.`;
  return t`Ask the cluster's administrator, with these words.`;
}
