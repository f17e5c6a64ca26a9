import type { JsonObject } from '../../../base/json';
import { defined } from '../../../base/defined';
import { canonicalRequest, requestDigest } from '../../checkRequest';
import type { JobRequest } from '../../request';
import { loader } from './bundle';
import { annotations, labels, ours } from './names';
import type { RunnerSettings } from './settings';

/** Where things are in the pod of a job. */
export const inPod = {
  volume: '/db-ferry',
  root: '/db-ferry/backups',
  state: '/db-ferry/state',
  kubeconfig: '/kubeconfig/config',
} as const;

/** What the pod's process is told by its environment. */
export const podVariables = {
  /** the digest of its request */
  request: 'DB_FERRY_REQUEST',
  /** the name of its Job, which is the job's id */
  job: 'DB_FERRY_JOB',
  namespace: 'DB_FERRY_NAMESPACE',
  /** of a schedule: its name, the seconds from one slot to the next, until when slots pass, which backups stay */
  schedule: 'DB_FERRY_SCHEDULE',
  interval: 'DB_FERRY_INTERVAL',
  pausedUntil: 'DB_FERRY_PAUSED_UNTIL',
  keep: 'DB_FERRY_KEEP',
} as const;

/** What all objects of a request carry. Pure. */
export function metadataOf(
  request: JobRequest,
  alias: string,
): { readonly labels: Record<string, string>; readonly annotations: Record<string, string> } {
  return {
    labels: { [labels.managedBy]: ours, [labels.name]: ours, [labels.kind]: request.kind },
    annotations: { [annotations.request]: canonicalRequest(request), [annotations.alias]: alias },
  };
}

/**
 * The Job of a request: one pod, any user id, a root file system that nobody writes to, no capabilities. What it is to do stands in it, and its digest with it where nobody can change it. A backup and
 * a verification may be begun again by Kubernetes, since nothing of them counts before it is whole; nothing else is. Pure.
 */
export function jobSpec(
  request: JobRequest,
  alias: string,
  settings: RunnerSettings,
  { seconds = 6 * 3600, keptSeconds = 7 * 86_400, variables = {} }: JobLimits = {},
): JsonObject {
  const again = request.kind === 'backup' || request.kind === 'verify';
  return {
    backoffLimit: again ? 2 : 0,
    // the next one is made when the last has really ended
    podReplacementPolicy: 'Failed',
    activeDeadlineSeconds: seconds,
    ttlSecondsAfterFinished: keptSeconds,
    podFailurePolicy: {
      rules: [
        // drained, evicted, preempted
        {
          action: again ? 'Ignore' : 'FailJob',
          onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
        },
        // misuse, differences, refused, unknown: the same comes of it a second time
        { action: 'FailJob', onExitCodes: { containerName: ours, operator: 'In', values: [2, 3, 4, 5] } },
      ],
    },
    template: { metadata: metadataOf(request, alias), spec: podSpec(request, alias, settings, variables) },
  };
}

/** What differs from one Job to another, beside its request. */
interface JobLimits {
  /** how long it may take in all */
  readonly seconds?: number;
  /** how long Kubernetes remembers it */
  readonly keptSeconds?: number;
  /** for its environment */
  readonly variables?: Readonly<Record<string, string>>;
}

function podSpec(
  request: JobRequest,
  alias: string,
  settings: RunnerSettings,
  variables: Readonly<Record<string, string>>,
): JsonObject {
  const { bundle, claim, fsGroup, serviceAccount, kubeconfig } = settings;
  const packed = 'parts' in bundle ? bundle : undefined;
  const ownPath = 'path' in bundle ? bundle.path : '';
  return {
    restartPolicy: 'Never',
    serviceAccountName: serviceAccount,
    // to end the processes in the database's pod, and to write down how it ended
    terminationGracePeriodSeconds: 200,
    securityContext: {
      ...{ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      ...(fsGroup === undefined ? {} : { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' }),
    },
    containers: [
      {
        name: ours,
        image: settings.image,
        imagePullPolicy: 'IfNotPresent',
        // streams make short-lived buffers: with a small nursery they are freed early
        command: [
          ...['node', '--max-semi-space-size=2', '--optimize-for-size'],
          ...(packed ? ['-e', loader] : [ownPath, 'run-request', '/request/request.json']),
        ],
        env: env(request, alias, settings, { ...variables, ...defined({ DB_FERRY_BUNDLE: packed?.sha256 }) }),
        ...(settings.secrets === undefined
          ? {}
          : { envFrom: settings.secrets.map((name) => ({ secretRef: { name } })) }),
        resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '768Mi' } },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        },
        terminationMessagePolicy: 'File',
        volumeMounts: [
          { name: 'request', mountPath: '/request', readOnly: true },
          { name: 'backups', mountPath: inPod.volume },
          { name: 'tmp', mountPath: '/tmp' },
          ...(packed ? [{ name: 'bundle', mountPath: '/bundle', readOnly: true }] : []),
          ...(kubeconfig === undefined ? [] : [{ name: 'kubeconfig', mountPath: '/kubeconfig', readOnly: true }]),
        ],
      },
    ],
    volumes: [
      {
        name: 'request',
        downwardAPI: {
          items: [{ path: 'request.json', fieldRef: { fieldPath: `metadata.annotations['${annotations.request}']` } }],
        },
      },
      { name: 'backups', persistentVolumeClaim: { claimName: claim } },
      { name: 'tmp', emptyDir: {} },
      ...(packed
        ? [{ name: 'bundle', projected: { sources: packed.parts.map((name) => ({ configMap: { name } })) } }]
        : []),
      ...(kubeconfig === undefined ? [] : [{ name: 'kubeconfig', secret: { secretName: kubeconfig } }]),
    ],
  };
}

function env(
  request: JobRequest,
  alias: string,
  { recipients, trustedKeys, kubeconfig }: RunnerSettings,
  variables: Readonly<Record<string, string>>,
): readonly object[] {
  const plain = defined({
    HOME: '/tmp',
    XDG_STATE_HOME: inPod.state,
    DB_FERRY_IN_CLUSTER: alias,
    [podVariables.request]: requestDigest(request),
    DB_FERRY_RECIPIENTS: recipients,
    DB_FERRY_TRUSTED_KEYS: trustedKeys,
    KUBECONFIG: kubeconfig === undefined ? undefined : inPod.kubeconfig,
  });
  const field = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return [
    ...Object.entries({ ...plain, ...variables }).map(([name, value]) => ({ name, value })),
    field(podVariables.job, `metadata.labels['${labels.jobName}']`),
    field(podVariables.namespace, 'metadata.namespace'),
  ];
}
