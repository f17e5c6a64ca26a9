import type { KubeconfigTroubles } from '../core/base/kubeconfigTrouble';
import { shown } from './shown';
import { t } from './language';

/** Why a kubeconfig file cannot be used, within a sentence. */
export function kubeconfigWords(data: { readonly reason?: string; readonly message?: string }): string {
  // a job of an earlier version told a text
  if (data.reason === undefined) return shown(data, 'message');
  const known = Object.hasOwn(troubles, data.reason)
    ? (troubles as Readonly<Record<string, (data: never) => string>>)[data.reason]
    : undefined;
  return known?.(data as never) ?? shown(data, 'reason');
}

const troubles: { readonly [R in keyof KubeconfigTroubles]: (data: KubeconfigTroubles[R]) => string } = {
  missing: () => t`there is no such file`,
  notFile: () => t`it is no file, but a pipe, a device or a folder`,
  unreadable: (data) => t`it cannot be read (${shown(data, 'code')})`,
  tooLarge: () => t`it is too large to be a kubeconfig`,
  yaml: () => t`it is not valid YAML or JSON`,
  syntax: (data) => t`line ${shown(data, 'line')}, column ${shown(data, 'column')}: it is not valid YAML or JSON there`,
  form: () => t`it is not a kubeconfig`,
  unusable: (data) => t`it cannot be used (${shown(data, 'code')})`,
  noContext: () => t`it holds no context`,
  noServer: (data) => t`context ${shown(data, 'context')}: no cluster ${shown(data, 'named')} with a usable server`,
  notHttps: (data) =>
    t`context ${shown(data, 'context')}: its server is reached by ${shown(data, 'protocol')}, not by https`,
  contextGone: () => t`its context, or the cluster of it, is gone`,
  userGone: () => t`the user of its context is not in it, or names a file that cannot be read`,
  fieldFile: (data) => t`the file that it names as ${shown(data, 'field')}: ${fileWords(data)}`,
  provider: () => t`its auth-provider gave no login`,
  login: (data) => t`its login cannot be used (${shown(data, 'code')})`,
  certificate: (data) => t`a certificate or key in it, or named by it, cannot be read (${shown(data, 'code')})`,
  slash: (data) => t`${shown(data, 'variable')} names no cluster: it holds a slash`,
  noPod: () => t`this is no pod: KUBERNETES_SERVICE_HOST names no server`,
  noToken: (data) => t`the pod has no ServiceAccount token that can be read (${shown(data, 'code')})`,
};

function fileWords(data: KubeconfigTroubles['fieldFile']): string {
  return kubeconfigWords({ ...data, reason: data.why });
}
