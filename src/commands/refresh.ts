import { FailureNode } from '../tree/failureNode';
import { ClusterNode } from '../tree/clusterNode';
import { PodNode } from '../tree/podNode';
import { StoreNode } from '../tree/storeNode';
import type { Command } from './command';

/** Looks again: at a cluster, a pod, what failed, or at everything. */
export const refresh: Command = {
  id: 'dbFerry.refresh',
  run(services, target) {
    if (target instanceof FailureNode) {
      target.retry();
      services.trees.clusters.changed(target.parent);
      services.trees.backups.changed(target.parent);
    } else if (target instanceof PodNode) {
      target.parent.parent.model.reprobe(target.pod.uid);
    } else if (target instanceof ClusterNode) {
      target.model.forget();
      services.trees.clusters.changed(target);
    } else if (target instanceof StoreNode) {
      target.model.forget();
      services.trees.backups.changed(target);
    } else {
      services.clusters.refresh();
      services.stores.refresh();
      services.backups.refresh();
      if (services.requests.wasAsked) void services.requests.refresh();
    }
  },
};
