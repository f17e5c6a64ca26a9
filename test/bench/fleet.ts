// What a status takes after all have answered: 3 clusters with 60 databases, and 500 databases, each with 90 days of backups and drills.
import { statusOf, usualObjectives } from '../../src/core/fleet/status/objectives';
import { protectionOf } from '../../src/core/fleet/status/protection';
import { protectionPage } from '../../src/report/protection/protectionPage';
import { fleetOf } from './fleetOf';
import { metricsOf } from '../../src/report/statusMetrics';

const now = new Date();
for (const databases of [60, 500]) {
  const facts = fleetOf(databases, 90, now);
  const took = Array.from({ length: 5 }, () => {
    const began = performance.now();
    const rows = statusOf(facts, usualObjectives, now);
    const page = protectionPage(protectionOf(facts, usualObjectives, now), []);
    const metrics = metricsOf(rows, { objectives: usualObjectives, now });
    return { ms: performance.now() - began, bytes: page.length + metrics.length };
  }).sort((a, b) => a.ms - b.ms);
  process.stdout.write(
    `status of 3 clusters, ${databases} databases, ${facts.backups.length} backups: ${(took[2]?.ms ?? 0).toFixed(0)} ms after the answers, page and metrics with it (${took[2]?.bytes ?? 0} bytes)\n`,
  );
}
