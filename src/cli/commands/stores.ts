import path from 'node:path';
import { AppError } from '../../core/base/errors';
import { defined } from '../../core/base/defined';
import type { NamedStore } from '../../core/catalog/namedStores';
import { safe } from '../../words/format';
import { storeCheckWords } from '../../words/storeCheckWords';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { rootNamed } from '../setting';
import { table } from '../table';

/** The stores that have names. */
const list: Command = {
  name: 'stores list',
  summary: 'list the stores that have names',
  examples: ['db-ferry stores list'],
  operands: [],
  options: [],
  async run({ terminal }) {
    const { readStores } = await import('../../core/catalog/namedStores');
    const stores = await readStores();
    for (const store of stores) terminal.event({ type: 'store', ...store });
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { stores: stores.length } });
    if (stores.length === 0) terminal.info('No store has a name yet: db-ferry stores add.');
    else
      terminal.line(
        table(
          ['STORE', 'WHERE', 'SERVER', 'LOGIN'],
          stores.map(({ name, address, endpoint, login }) =>
            [name, address, endpoint ?? '', login ?? ''].map((text) => safe(text)),
          ),
        ),
      );
    return 0;
  },
};

/** Gives one a name. */
const add: Command = {
  name: 'stores add',
  summary: 'give a store a name: a bucket with its server and the place of its login, or a folder',
  more: [
    "The login itself is never written down. --login says where it is: env:ARCHIVE (ARCHIVE_ACCESS_KEY_ID, ARCHIVE_SECRET_ACCESS_KEY), file:/path#profile (as ~/.aws/credentials), folder:/path (a mounted Secret, as that of a claimed bucket). Without it environment, files and web identity are asked in the order of Amazon's own tools.",
    'From then on --store <name>, --to <name> and send <backup> <name> mean it. A name that is there already gets its new settings.',
  ],
  examples: [
    'db-ferry stores add archive s3://backups/team-a --endpoint https://s3.example.org --login env:ARCHIVE',
    'db-ferry stores add nas /mnt/nas/backups --price 0.01',
  ],
  operands: [
    { name: 'name', takes: ['text'] },
    { name: 'address', takes: ['folder'] },
  ],
  options: ['endpoint', 'region', 'authority', 'login', 'price'],
  async run({ operands: [name = '', named = ''], options, terminal }) {
    const { addStore, rootOfStore } = await import('../../core/catalog/namedStores');
    const { isS3Address } = await import('../../core/store/s3/s3Address');
    const { endpoint, region, login } = options;
    const store: NamedStore = {
      name,
      address: isS3Address(named) ? named : path.resolve(named),
      ...defined({ endpoint, region, login }),
      ...(options.authority === undefined ? {} : { authority: path.resolve(options.authority) }),
      ...(options.price === undefined ? {} : { price: Number(options.price) }),
    };
    await addStore(store);
    const data = { store: name, root: rootOfStore(store) };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(safe(`${name} is ${store.address}. Whether it works: db-ferry stores check ${name}`));
    return 0;
  },
};

/** Takes a name back. */
const remove: Command = {
  name: 'stores remove',
  summary: 'forget the name of a store; what lies there stays',
  examples: ['db-ferry stores remove archive'],
  operands: [{ name: 'name', takes: ['text'] }],
  options: [],
  async run({ operands: [name = ''], terminal }) {
    const { removeStore } = await import('../../core/catalog/namedStores');
    const { address } = await removeStore(name);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { store: name } });
    terminal.line(safe(`${name} is no name of a store any more. What lies in ${address} stays.`));
    return 0;
  },
};

/** Tries one. */
const check: Command = {
  name: 'stores check',
  summary: 'try a store as backups will use it, and say what works, what does not and what to do',
  more: [
    'A small object is written, read and deleted with the login that backups have; locks, versions, clock, certificate, rules of the bucket and what was begun and not ended are looked at. --remove-unfinished takes away what was begun so many hours ago and not ended.',
  ],
  examples: ['db-ferry stores check archive', 'db-ferry stores check s3://backups/team-a --remove-unfinished 24'],
  operands: [{ name: 'store', takes: ['folder'] }],
  options: ['remove-unfinished'],
  async run({ operands: [named = ''], options, terminal }) {
    const { checkStore } = await import('../../core/catalog/checkStore');
    const root = await rootNamed(named);
    const removeBefore = before(options['remove-unfinished']);
    const checks = await checkStore(root, defined({ removeBefore }));
    for (const one of checks) {
      const { says, todo } = storeCheckWords(one, cliHints);
      terminal.event({ type: 'check', ...one });
      terminal.line(`${marks[one.level]} ${says}`);
      if (todo !== undefined && one.level !== 'ok') terminal.line(`       ${todo}`);
    }
    const bad = checks.filter(({ level }) => level === 'bad').length;
    const exitCode = bad > 0 ? 1 : 0;
    const warnings = checks.filter(({ level }) => level === 'warn').length;
    terminal.event({
      type: 'result',
      outcome: bad > 0 ? 'failed' : 'done',
      exitCode,
      data: { root, bad, warnings },
    });
    return exitCode;
  },
};

const marks = { ok: 'ok   ', warn: 'look ', bad: 'BAD  ' } as const;

function before(hours: string | undefined): Date | undefined {
  if (hours === undefined) return undefined;
  if (!/^\d{1,6}$/.test(hours)) throw new AppError('usage', { rule: 'store.hours' });
  return new Date(Date.now() - Number(hours) * 3_600_000);
}

/** The commands of stores. */
export const stores: readonly Command[] = [list, add, remove, check];
