// `npm run lab`: the two clusters, until Ctrl-C.
import { startLab } from './lab';

const lab = await startLab({ pgbouncer: true });
console.log(
  `two clusters are up. In another terminal:\n\n  export KUBECONFIG=${lab.kubeconfig}\n  node dist/cli.js pods\n\nCtrl-C ends them.`,
);
await new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await lab.close();
