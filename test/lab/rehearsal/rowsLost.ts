import { counted, orders, serversOf, source, type Exercise } from './exercise';

/** A backup of before, and a newer one of after: `latest` is the wrong one. */
export const rowsLost: Exercise = {
  title: 'Rows were lost at noon',
  only: ['source'],
  task: [
    `At noon somebody deleted a third of the orders of ${source}.`,
    'The shop is closed since: nobody wrote anything. It is backed up in the night, and once more in the day.',
    'Bring the orders back, as they were before noon. Keep the way back open.',
  ],
  async prepare({ lab, ferry }) {
    const servers = serversOf(lab, ['source']);
    await ferry('backup', source, '--reason', 'in the night');
    const before = await orders(servers, 'source');
    await lab.server('source').sql('shop', 'delete from shop.orders where id % 3 = 0');
    await ferry('backup', source, '--reason', 'in the day');
    return { before, after: await orders(servers, 'source') };
  },
  async missing(servers, { before = '', after = '' }) {
    const now = await orders(servers, 'source');
    if (now === before) return [];
    const lacks = `shop has ${counted(now)}; before noon it had ${counted(before)}.`;
    return now === after
      ? [lacks, 'Nothing came back. If you restored: which backup was it, and when was it taken?']
      : [lacks, 'It is neither what it was before noon nor what it was after.'];
  },
};
