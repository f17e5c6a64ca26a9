import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeconfigTrouble } from '../base/kubeconfigTrouble';
import { asRecord } from '../base/json';

/** Why a kubeconfig file cannot be used, by a code of ours: what parsers and the system say may quote the file, and with it a token. */
export class KubeconfigFault extends Error {
  override readonly name = 'KubeconfigFault';
  constructor(readonly trouble: KubeconfigTrouble) {
    super(trouble.reason);
  }

  /** the file is not there */
  get isMissing(): boolean {
    return this.trouble.reason === 'missing';
  }
}

/** No kubeconfig comes near it. */
const mostBytes = 16 * 1024 * 1024;
/** nor any certificate, key or token */
const mostFieldBytes = 1024 * 1024;

/** What a kubeconfig file says. */
export interface Kubeconfig {
  /** paths in it are absolute, and what they lead to is not read */
  readonly config: KubeConfig;
  /** files with the token of a user, by the user's name */
  readonly tokenFiles: ReadonlyMap<string, string>;
}

/** Reads a kubeconfig file; undefined: it is empty. Throws `KubeconfigFault`, which holds nothing of the file but a line and a column. */
export async function loadKubeconfig(file: string): Promise<Kubeconfig | undefined> {
  const text = await readBounded(file);
  if (text.trim() === '') return undefined;
  // loaded when a cluster is first looked for: it is most of the start-up time
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  const tokenFiles = new Map<string, string>();
  try {
    config.loadFromString(await partFromTokenFiles(text, dirname(file), tokenFiles), { onInvalidEntry: 'filter' });
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    throw new KubeconfigFault(parserTrouble(error));
  }
  return { config, tokenFiles };
}

/** The library knows one of the two names, and reads such a file of every user while it parses, whatever it is and however long that takes: here it gets none to see. */
async function partFromTokenFiles(text: string, folder: string, found: Map<string, string>): Promise<string> {
  if (!/token-?file/i.test(text)) return text;
  const { parse } = await import('yaml');
  let whole: unknown;
  try {
    whole = parse(text, { logLevel: 'silent', merge: true });
  } catch {
    throw new KubeconfigFault({ reason: 'yaml' });
  }
  const users = asRecord(whole)?.['users'];
  for (const one of Array.isArray(users) ? (users as readonly unknown[]) : []) {
    const { name, user } = asRecord(one) ?? {};
    const fields = asRecord(user) as Record<string, unknown> | undefined;
    const path = fields?.['tokenFile'] ?? fields?.['token-file'];
    if (typeof name === 'string' && typeof path === 'string' && path !== '') found.set(name, resolve(folder, path));
    delete fields?.['tokenFile'];
    delete fields?.['token-file'];
  }
  return JSON.stringify(whole);
}

/** A file's text. Throws `KubeconfigFault`, also where it is none, or longer than `most` bytes. */
export async function readBounded(file: string, most = mostBytes): Promise<string> {
  return (await readFileBytes(file, most)).toString('utf8');
}

/** The same as bytes. A pipe or a device is refused: nobody knows when they end, and a job reads what the command line has read. */
export async function readFileBytes(file: string, most = mostFieldBytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  let handle;
  try {
    // at once, where it is a pipe that nobody writes into
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) throw new KubeconfigFault({ reason: 'notFile' });
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > most) break;
    }
  } catch (error) {
    if (error instanceof KubeconfigFault) throw error;
    const code = errnoOf(error);
    throw code === 'ENOENT'
      ? new KubeconfigFault({ reason: 'missing' })
      : new KubeconfigFault({ reason: 'unreadable', code });
  } finally {
    await handle?.close();
  }
  if (length > most) throw new KubeconfigFault({ reason: 'tooLarge' });
  return Buffer.concat(chunks);
}

function parserTrouble(error: unknown): KubeconfigTrouble {
  const mark = error instanceof Error && 'mark' in error ? (error.mark as Partial<Mark> | undefined) : undefined;
  if (typeof mark?.line !== 'number' || typeof mark.column !== 'number') return { reason: 'form' };
  return { reason: 'syntax', line: mark.line + 1, column: mark.column + 1 };
}

/** js-yaml's; counted from 0. */
interface Mark {
  readonly line: number;
  readonly column: number;
}

/** The system's code of an error, else `unknown`: never its text. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown';
}
