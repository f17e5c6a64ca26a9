import { safe } from '../../words/format';
import type { Command } from '../command';
import { table } from '../table';

/** The key of this workspace. */
const show: Command = {
  name: 'keys show',
  summary: 'show the key that signs what this workspace makes',
  examples: ['db-ferry keys show'],
  operands: [],
  options: [],
  async run({ terminal }) {
    const { pemOf, signingKey } = await import('../../core/state/keys');
    const own = await signingKey();
    const pem = pemOf(own.key);
    terminal.line(own.key);
    terminal.line();
    terminal.line(pem.trimEnd());
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { key: own.key, pem } });
    return 0;
  },
};

/** Whose signatures count. */
const list: Command = {
  name: 'keys list',
  summary: 'list the keys whose signatures count as yours',
  examples: ['db-ferry keys list'],
  operands: [],
  options: [],
  async run({ terminal }) {
    const { keyRing, pemOf } = await import('../../core/state/keys');
    const { own, trusted } = await keyRing();
    const all = [...(own === undefined ? [] : [{ key: own, name: 'this workspace' }]), ...trusted];
    for (const one of all) terminal.event({ type: 'key', ...one, pem: pemOf(one.key) });
    const rows = all.map((one) => [one.key, safe(one.name)]);
    if (all.length === 0) terminal.info('No keys yet: one is made with the first backup.');
    else terminal.line(table(['KEY', 'WHOSE'], rows));
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { keys: all.length } });
    return 0;
  },
};

/** Makes another's signatures count. */
const trust: Command = {
  name: 'keys trust',
  summary: "count another's signatures as yours, here and from now on",
  examples: ['db-ferry keys trust ed25519:MCow…= the-night-job'],
  operands: [
    { name: 'public key', takes: ['text'] },
    { name: 'name', takes: ['text'], optional: true },
  ],
  options: [],
  async run({ operands: [key = '', name = ''], terminal }) {
    const { trustKey } = await import('../../core/state/keys');
    await trustKey(key, name);
    terminal.line(`What ${key} signed counts as yours here from now on.`);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { key } });
    return 0;
  },
};

/** The keys that sign and that are trusted. */
export const keys: readonly Command[] = [show, list, trust];
