import type { Reasons } from './damage';
import type { NoData } from './facts';

/**
 * Why a kubeconfig file, or what stands for one in a pod, cannot be used. Nothing of what the file holds but names of contexts and fields; `code` is the system's
 * or OpenSSL's, lines and columns count from 1.
 */
export interface KubeconfigTroubles {
  missing: NoData;
  notFile: NoData;
  unreadable: { readonly code: string };
  tooLarge: NoData;
  yaml: NoData;
  syntax: { readonly line: number; readonly column: number };
  form: NoData;
  unusable: { readonly code: string };
  noContext: NoData;
  noServer: { readonly context: string; readonly named: string };
  notHttps: { readonly context: string; readonly protocol: string };
  contextGone: NoData;
  userGone: NoData;
  /** a file that it names */
  fieldFile: { readonly field: string; readonly why: FileTrouble; readonly code?: string | undefined };
  provider: NoData;
  login: { readonly code: string };
  certificate: { readonly code: string };
  slash: { readonly variable: string };
  noPod: NoData;
  noToken: { readonly code: string };
}

type FileTrouble = 'missing' | 'notFile' | 'unreadable' | 'tooLarge';

export type KubeconfigTrouble = Reasons<KubeconfigTroubles>;
