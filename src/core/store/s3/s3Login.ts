import path from 'node:path';
import { AppError, isErrno } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import type { S3Credentials } from './s3Client';

/**
 * Where a login is found. `env:PREFIX`: the variables `PREFIX_ACCESS_KEY_ID`, `PREFIX_SECRET_ACCESS_KEY`, `PREFIX_SESSION_TOKEN`. `file:/path#profile`: a file as Amazon's tools keep it
 * (`~/.aws/credentials`), default profile `default`. `folder:/path`: a Secret that is mounted, a file for each of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, as that of a claimed bucket.
 */
type LoginSource =
  | { readonly from: 'env'; readonly prefix: string }
  | { readonly from: 'file'; readonly file: string; readonly profile: string }
  | { readonly from: 'folder'; readonly folder: string };

/** Throws `usage` { rule: 'store.login' } for what names no place of a login; never says what it was, since it could be one. Pure. */
export function checkLogin(login: string): void {
  sourceOf(login);
}

/** Reads a login where it is; asked again each time, since logins change. Throws `store.login` { login, reason }, which holds nothing of it. */
export async function readLogin(
  login: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<S3Credentials> {
  const source = sourceOf(login);
  const fail = (reason: 'absent' | 'incomplete' | 'unreadable', cause?: unknown): AppError =>
    new AppError('store.login', { login, reason }, { cause });
  let found: Readonly<Record<string, string | undefined>>;
  try {
    if (source.from === 'env') found = ofEnvironment(source.prefix, environment);
    else if (source.from === 'folder') found = await ofFolder(source.folder);
    else found = ofFile((await readSafely(source.file, { most: 65_536 })).toString(), source.profile);
  } catch (error) {
    // what a parser or the file system says could hold some of it
    throw fail('unreadable', error);
  }
  const { id, secret, token } = found;
  if (id === undefined && secret === undefined) throw fail('absent');
  if (id === undefined || secret === undefined || id === '' || secret === '') throw fail('incomplete');
  return { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
}

function sourceOf(login: string): LoginSource {
  const [, from, rest = ''] = /^(env|file|folder):(.+)$/s.exec(login) ?? [];
  if (from === 'env' && /^[A-Z_][A-Z0-9_]*$/.test(rest)) return { from, prefix: rest };
  if (from === 'folder' && path.isAbsolute(rest)) return { from, folder: rest };
  if (from === 'file') {
    const [file = '', profile = 'default'] = rest.split('#');
    if (path.isAbsolute(file)) return { from, file, profile };
  }
  throw new AppError('usage', { rule: 'store.login' });
}

type Found = Readonly<Record<'id' | 'secret' | 'token', string | undefined>>;

function ofEnvironment(prefix: string, environment: Readonly<Record<string, string | undefined>>): Found {
  const value = (name: string): string | undefined => environment[`${prefix}_${name}`];
  return { id: value('ACCESS_KEY_ID'), secret: value('SECRET_ACCESS_KEY'), token: value('SESSION_TOKEN') };
}

async function ofFolder(folder: string): Promise<Found> {
  const value = async (name: string): Promise<string | undefined> => {
    // the files of a mounted Secret are links
    const text = await readSafely(path.join(folder, name), { most: 65_536, follow: true }).catch((error: unknown) => {
      if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return undefined;
      throw error;
    });
    return text?.toString().trim();
  };
  const [id, secret, token] = [
    await value('AWS_ACCESS_KEY_ID'),
    await value('AWS_SECRET_ACCESS_KEY'),
    await value('AWS_SESSION_TOKEN'),
  ];
  return { id, secret, token };
}

function ofFile(text: string, profile: string): Found {
  let section = 'default';
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const heading = /^\s*\[(?:profile )?([^\]]*)\]/.exec(line)?.[1];
    if (heading !== undefined) section = heading.trim();
    const at = line.indexOf('=');
    if (section !== profile || at === -1 || /^\s*[#;]/.test(line)) continue;
    found.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return {
    id: found.get('aws_access_key_id'),
    secret: found.get('aws_secret_access_key'),
    token: found.get('aws_session_token'),
  };
}
