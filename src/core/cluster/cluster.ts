import type { KubeconfigTrouble } from '../base/kubeconfigTrouble';

/** One API server reached as one user, as found in kubeconfig files. Plain data; holds no secret. */
export interface Cluster {
  /** What a person types: unique, holds no slash: the first part of a reference. */
  readonly alias: string;
  /** The context it is addressed by, in `kubeconfigFile`; never current-context. */
  readonly contextName: string;
  /** without a login that its address may hold */
  readonly server: string;
  readonly user: string;
  /** The context's own namespace, where it names one. */
  readonly namespace?: string;
  /** of one that the pod's ServiceAccount is for: the folder of its token */
  readonly kubeconfigFile: string;
  /** It is the cluster of the pod that this process runs in, reached as that pod's ServiceAccount. */
  readonly inCluster?: true;
  /** The kubeconfig says `insecure-skip-tls-verify`: who answers at the address is not proven. */
  readonly insecure?: true;
  /** All contexts that share this server and user, with their namespaces. */
  readonly contexts: readonly { readonly name: string; readonly namespace?: string }[];
}

/** What could not be read; shown beside the clusters, never instead of them. */
export type KubeconfigProblem = KubeconfigTrouble & {
  readonly file: string;
  /** The file is not there, and nobody named it but KUBECONFIG: before a first login that is as it should be. */
  readonly isMissing?: true;
};
