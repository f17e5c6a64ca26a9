import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { main } from '../../../src/cli/main';

export interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process, where nobody is there to be asked. */
export async function ferry(...argv: string[]): Promise<Told> {
  const out = new PassThrough();
  const err = new PassThrough();
  const exitCode = await main(argv, { in: new PassThrough(), out, err });
  return { exitCode, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}

/** The last line of what was printed with --json. */
export function resultOf({ out }: Told): Record<string, unknown> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

/** The files of whoever runs the tests are no part of them. */
export async function withoutKubeconfig<T>(action: () => Promise<T>): Promise<T> {
  const before = { KUBECONFIG: process.env['KUBECONFIG'], HOME: process.env['HOME'] };
  process.env['KUBECONFIG'] = '';
  process.env['HOME'] = tmpdir();
  try {
    return await action();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
