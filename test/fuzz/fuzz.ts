import { startServer } from '../lab/servers';
import { fuzzPsql, knownAttacks, psqlAlone } from './psqlCommands';

/** `npm run fuzz -- [count [seed]]`: what an archive says against the real psql of 15, 16 and 18. The count is of all three. */
async function main([count = '100000', seed = String(Date.now() % 1_000_000_000)]: readonly string[]): Promise<void> {
  console.log(`seed ${seed}`);
  let failed = false;
  for (const major of [15, 16, 18] as const) {
    const server = await startServer({ major });
    try {
      const found = await fuzzPsql(server, { count: Math.ceil(Number(count) / 3), seed: Number(seed) });
      const alone = await psqlAlone(server, knownAttacks);
      console.log(
        `psql ${major}: ${found.given} names, rows and definitions, ${found.refused} refused by the reader, ${found.obeyed} archives obeyed; ` +
          `with nothing in between it obeyed ${alone.length} of ${knownAttacks.length} known attacks`,
      );
      failed ||= found.obeyed > 0 || alone.length !== knownAttacks.length;
    } finally {
      await server.stop();
    }
  }
  if (failed) process.exitCode = 1;
}

await main(process.argv.slice(2));
