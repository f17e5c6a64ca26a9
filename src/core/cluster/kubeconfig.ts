import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

/** Why a kubeconfig file cannot be used, in words of ours: what parsers and the system say may quote the file, and with it a token. */
export class KubeconfigFault extends Error {
  override readonly name = 'KubeconfigFault';
  constructor(
    message: string,
    /** the file is not there */
    readonly isMissing = false,
  ) {
    super(message);
  }
}

/** No kubeconfig comes near it. */
const mostBytes = 16 * 1024 * 1024;

/** Reads a kubeconfig file; undefined: it is empty. Throws `KubeconfigFault`, whose message holds nothing of the file but a line and a column. */
export async function loadKubeconfig(file: string): Promise<KubeConfig | undefined> {
  const text = await readBounded(file);
  if (text.trim() === '') return undefined;
  // loaded when a cluster is first looked for: it is most of the start-up time
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  try {
    config.loadFromString(text, { onInvalidEntry: 'filter' });
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    throw new KubeconfigFault(parserWords(error));
  }
  return config;
}

/** A file's text. Throws `KubeconfigFault`, also where it is longer than `most` bytes. */
export async function readBounded(file: string, most = mostBytes): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > most) break;
    }
  } catch (error) {
    const code = errnoOf(error);
    throw code === 'ENOENT'
      ? new KubeconfigFault('there is no such file', true)
      : new KubeconfigFault(`it cannot be read (${code})`);
  }
  if (length > most) throw new KubeconfigFault('it is too large to be a kubeconfig');
  return Buffer.concat(chunks).toString('utf8');
}

function parserWords(error: unknown): string {
  const mark = error instanceof Error && 'mark' in error ? (error.mark as Partial<Mark> | undefined) : undefined;
  if (typeof mark?.line !== 'number' || typeof mark.column !== 'number') return 'it is not a kubeconfig';
  return `line ${mark.line + 1}, column ${mark.column + 1}: it is not valid YAML or JSON there`;
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
