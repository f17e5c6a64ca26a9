import { AppError } from '../../core/base/errors';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { table } from '../table';

/** Whose signatures count. */
export const keys: Command = {
  name: 'keys',
  usage: 'show | list | trust <public key> [<name>]',
  summary: 'the key that signs what this workspace makes, and the keys of others that you trust',
  examples: ['db-ferry keys show', 'db-ferry keys trust ed25519:MCow…= the-night-job', 'db-ferry keys list'],
  operands: [1, 3],
  options: [],
  async run({ operands: [what = '', key = '', name = ''], terminal }) {
    const { keyRing, pemOf, signingKey, trustKey } = await import('../../core/state/keys');
    const done = (data: Readonly<Record<string, unknown>>): number => {
      terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
      return 0;
    };
    if (what === 'show' && key === '') {
      const own = await signingKey();
      const pem = pemOf(own.key);
      terminal.line(own.key);
      terminal.line();
      terminal.line(pem.trimEnd());
      return done({ key: own.key, pem });
    }
    if (what === 'list' && key === '') {
      const { own, trusted } = await keyRing();
      const all = [...(own === undefined ? [] : [{ key: own, name: 'this workspace' }]), ...trusted];
      for (const one of all) terminal.event({ type: 'key', ...one, pem: pemOf(one.key) });
      if (all.length === 0) terminal.info('No keys yet: one is made with the first backup.');
      else
        terminal.line(
          table(
            ['KEY', 'WHOSE'],
            all.map((one) => [one.key, safe(one.name)]),
          ),
        );
      return done({ keys: all.length });
    }
    if (what === 'trust' && key !== '') {
      await trustKey(key, name);
      terminal.line(`What ${key} signed counts as yours here from now on.`);
      return done({ key });
    }
    throw new AppError('usage', { message: 'keys takes show, list, or trust <public key> [<name>].' });
  },
};
