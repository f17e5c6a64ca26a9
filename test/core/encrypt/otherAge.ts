import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder } from '../../lab/binaries';

/** Somebody else's implementation of age, to hold ours against. */
export interface OtherAge {
  readonly name: string;
  /** where its programs are; '' where it has none */
  readonly bin: string;
  makeIdentity(): Promise<{ readonly file: string; readonly recipient: string }>;
  encrypt(plain: Buffer, recipients: readonly string[]): Promise<Buffer>;
  /** `identity`: the content of an identity file */
  decrypt(encrypted: Buffer, identity: string): Promise<Buffer>;
  /** an identity file with a passphrase, as `age -p` makes it */
  protect(identity: string, passphrase: string): Promise<Buffer>;
  /** what a passphrase opens */
  unprotect(encrypted: Buffer, passphrase: string): Promise<Buffer>;
}

/** All that this machine can have: the one in Rust by a Python package, always; the stock programs where they are, or where there is Go to build them with. */
export async function otherAges(): Promise<readonly OtherAge[]> {
  const programs = await stockPrograms();
  const rust = new RustAge(await pyrage());
  return programs === undefined ? [rust] : [rust, new StockAge(programs)];
}

/** Runs with files in a folder that is gone afterwards. */
async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-age-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** age and age-keygen by its author. */
class StockAge implements OtherAge {
  readonly name = 'age';

  constructor(readonly bin: string) {}

  async makeIdentity(): Promise<{ file: string; recipient: string }> {
    const file = await this.run('age-keygen', [], '');
    const [, recipient = ''] = /# public key: (age1\S+)/.exec(file.toString()) ?? [];
    return { file: file.toString(), recipient };
  }

  async encrypt(plain: Buffer, recipients: readonly string[]): Promise<Buffer> {
    return this.run('age', ['-e', ...recipients.flatMap((one) => ['-r', one])], plain);
  }

  async decrypt(encrypted: Buffer, identity: string): Promise<Buffer> {
    return inFolder(async (folder) => {
      const file = join(folder, 'identity');
      await writeFile(file, identity);
      return this.run('age', ['-d', '-i', file], encrypted);
    });
  }

  async protect(identity: string, passphrase: string): Promise<Buffer> {
    return this.run('age', ['-e', '-a', '-j', 'batchpass'], identity, { AGE_PASSPHRASE: passphrase });
  }

  async unprotect(encrypted: Buffer, passphrase: string): Promise<Buffer> {
    return this.run('age', ['-d', '-j', 'batchpass'], encrypted, { AGE_PASSPHRASE: passphrase });
  }

  private async run(
    program: string,
    args: readonly string[],
    input: Buffer | string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Buffer> {
    // plugins are looked for on the path
    const path = `${this.bin}${delimiter}${process.env['PATH'] ?? ''}`;
    const { stdout } = await execa(join(this.bin, program), args, {
      input,
      encoding: 'buffer',
      stripFinalNewline: false,
      env: { ...env, PATH: path },
    });
    return Buffer.from(stdout);
  }
}

/** The implementation in Rust, called from Python. */
class RustAge implements OtherAge {
  readonly name = 'rage';
  readonly bin = '';

  constructor(private readonly library: string) {}

  async makeIdentity(): Promise<{ file: string; recipient: string }> {
    const made = await this.run('one = pyrage.x25519.Identity.generate(); out(f"{one}\\n{one.to_public()}".encode())');
    const [identity = '', recipient = ''] = made.toString().split('\n');
    return { file: `${identity}\n`, recipient };
  }

  async encrypt(plain: Buffer, recipients: readonly string[]): Promise<Buffer> {
    const to = '[pyrage.x25519.Recipient.from_str(one) for one in args]';
    return this.run(`out(pyrage.encrypt(data, ${to}))`, plain, recipients);
  }

  async decrypt(encrypted: Buffer, identity: string): Promise<Buffer> {
    const lines = identity.split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-'));
    const by = '[pyrage.x25519.Identity.from_str(one) for one in args]';
    return this.run(`out(pyrage.decrypt(data, ${by}))`, encrypted, lines);
  }

  async protect(identity: string, passphrase: string): Promise<Buffer> {
    return this.run('out(pyrage.passphrase.encrypt(data, args[0]))', Buffer.from(identity), [passphrase]);
  }

  async unprotect(encrypted: Buffer, passphrase: string): Promise<Buffer> {
    return this.run('out(pyrage.passphrase.decrypt(data, args[0]))', encrypted, [passphrase]);
  }

  private async run(code: string, input: Buffer = Buffer.alloc(0), args: readonly string[] = []): Promise<Buffer> {
    const script = `import sys, pyrage\ndata = sys.stdin.buffer.read()\nargs = sys.argv[1:]\nout = sys.stdout.buffer.write\n${code}`;
    const { stdout } = await execa('python3', ['-c', script, ...args], {
      ...{ input, encoding: 'buffer', stripFinalNewline: false, env: { PYTHONPATH: this.library } },
    });
    return Buffer.from(stdout);
  }
}

/** The folder of age, age-keygen and the plugin that takes passphrases from the environment; built once where there is Go. */
async function stockPrograms(): Promise<string | undefined> {
  const wanted = ['age', 'age-keygen', 'age-plugin-batchpass'];
  const home = join(cacheFolder(), 'age', stockVersion);
  const folders = [home, ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.find((folder) => wanted.every((name) => existsSync(join(folder, name))));
  if (found !== undefined) return found;
  return keep(home, async (folder) => {
    const packages = wanted.map((name) => `filippo.io/age/cmd/${name}@${stockVersion}`);
    const env = { GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-p=1' };
    const { failed } = await execa('go', ['install', '-trimpath', ...packages], {
      env,
      timeout: 300_000,
      reject: false,
    });
    return !failed;
  });
}

async function pyrage(): Promise<string> {
  const home = join(cacheFolder(), 'pyrage', rustVersion);
  if (existsSync(home)) return home;
  const kept = await keep(home, async (folder) => {
    const pip = ['-m', 'pip', 'download', '-q', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    await execa('python3', [...pip, `pyrage==${rustVersion}`, '-d', folder], { timeout: 180_000 });
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl')) ?? '';
    await execa('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
    return true;
  });
  if (kept === undefined) throw new Error('the Python package "pyrage" is needed: see that pip reaches its index');
  return kept;
}

/** Makes a folder of the cache; two processes may do it at once: the first one counts. */
async function keep(home: string, make: (folder: string) => Promise<boolean>): Promise<string | undefined> {
  await mkdir(join(home, '..'), { recursive: true });
  const making = await mkdtemp(`${home}-`);
  try {
    if (!(await make(making))) return undefined;
    await rename(making, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
    return home;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

const stockVersion = 'v1.3.2';
const rustVersion = '1.4.0';
