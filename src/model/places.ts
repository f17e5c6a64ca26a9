import type { DatabasePod } from '../core/pod/databasePod';
import type { ClusterModel } from './clusterModel';

/** A pod that a command works on. */
export interface PodPlace {
  readonly model: ClusterModel;
  readonly pod: DatabasePod;
  /** `cluster/namespace/pod` */
  readonly reference: string;
}

/** A database that a command works on. */
export interface DatabasePlace extends PodPlace {
  readonly database: string;
}
