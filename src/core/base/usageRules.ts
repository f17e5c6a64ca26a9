import type { NoData } from './facts';

/** Rules of options and settings, and what is told of who breaks them. */
export interface UsageRules {
  'acceptMissing.replace': NoData;
  'inPlace.replace': NoData;
  'inPlace.prepare': NoData;
  'inPlace.gentle': NoData;
  'inPlace.streams': NoData;
  'inPlace.trustSettings': NoData;
  'inPlace.roles': NoData;
  'inPlace.goOn': NoData;
  'mapRoles.chain': { readonly from: string; readonly to: string };
  'mask.count': NoData;
  'gentle.range': NoData;
  'gentle.streams': NoData;
  'streams.range': NoData;
  'compress.form': { readonly compress: string };
  'compress.zstd': { readonly compress: string };
  'retention.count': { readonly name: string };
  'retention.none': NoData;
  'retention.least': NoData;
  'retention.zone': { readonly zone: string };
  'root.bucket': { readonly root: string };
  'send.clear': { readonly place: string };
  /** SQL without a pod that it is loaded in */
  'import.asItIs': { readonly file: string };
  'import.into': { readonly file: string };
  'send.foreign': { readonly backup: string };
  /** a line of the file, or a field */
  'drill.checks': { readonly at: string };
  'drill.into': NoData;
  'schedule.at': { readonly at: string };
  'inCluster.local': { readonly what: string };
  /** `most`: bytes */
  'inCluster.policy': { readonly most: number };
  's3.address': { readonly address: string };
  'store.name': { readonly name: string };
  'store.address': { readonly address: string };
  'store.folder': { readonly address: string };
  /** never what was named: it could be a login */
  'store.login': NoData;
  'store.root': NoData;
  'store.hours': NoData;
  'store.price': NoData;
  'store.authority': { readonly file: string };
  'asOf.reads': { readonly time: string };
  'asOf.versions': { readonly name: string };
  'asOf.undated': { readonly name: string };
  'asOf.bucket': { readonly root: string };
  'asOf.time': { readonly time: string };
  's3.endpoint': NoData;
  'forget.job': NoData;
  'backup.notPartial': { readonly folder: string };
  'backup.notOurs': { readonly folder: string };
  'backup.clear': { readonly backup: string };
  'upgrade.foreign': { readonly folder: string };
  'upgrade.running': { readonly backup: string };
  /** by a key that is not trusted, or it was changed since */
  'upgrade.signed': { readonly by: 'unknown' | 'wrong' };
  'export.place': { readonly target: string; readonly reason: string };
  'identity.path': { readonly variable: string };
  'key.form': { readonly key: string };
  'mask.archiveVersion': { readonly version: string };
  'clean.living': { readonly job: string };
}

export type UsageRule = keyof UsageRules;
