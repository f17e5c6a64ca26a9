import type { JsonObject } from '../../base/json';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:tls';
import type { StoreCheck, StoreCheckData } from '../storeCheck';
import { openClient, type S3Settings } from './s3Client';
import { isAbsent, isConditionFailed, isUnknownRequest, storeError } from './s3Errors';

type Opened = Awaited<ReturnType<typeof openClient>>;

/** What a check knows while it goes on. */
interface Look extends Opened {
  readonly settings: S3Settings;
  /** before every key, with its slash */
  readonly prefix: string;
  readonly checks: StoreCheck[];
}

/**
 * Tries what backups will do in a bucket, with the login that they will have, and says what it found. A small object is written, read and deleted again; where the store keeps by itself
 * all that is written, a part of one is, and given up. Never throws for what the store says: that is what it tells.
 */
export async function checkS3(settings: S3Settings): Promise<readonly StoreCheck[]> {
  const opened = await openClient({ ...settings, attempts: 2 });
  const prefix = settings.prefix === undefined || settings.prefix === '' ? '' : `${settings.prefix}/`;
  const look: Look = { ...opened, settings, prefix, checks: [] };
  try {
    const way = await wayOf(settings);
    if (way) look.checks.push(way);
    if (!(await reach(look))) return look.checks;
    const { isKept } = await locks(look);
    await (isKept ? tryPart(look) : tryObject(look));
    await versions(look);
    await atRest(look);
    await expiry(look);
    return look.checks;
  } finally {
    look.client.destroy();
  }
}

async function reach(look: Look): Promise<boolean> {
  const { client, s3, settings, prefix, checks } = look;
  let date: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      date ??= (answer.response as { headers?: Record<string, string> }).headers?.['date'];
      return answer;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const began = Date.now();
  const done = await attempt(look, 'reach', async () =>
    client.send(new s3.ListObjectsV2Command({ Bucket: settings.bucket, Prefix: prefix, MaxKeys: 1 })),
  );
  if (!done) return false;
  const ms = Date.now() - began;
  checks.push({ what: 'reach', level: 'ok', data: { ms } });
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(theirs)) {
    const seconds = Math.round((theirs - (began + ms / 2)) / 1000);
    // signatures are good for 15 minutes
    const level = Math.abs(seconds) < 60 ? 'ok' : Math.abs(seconds) < 600 ? 'warn' : 'bad';
    checks.push({ what: 'clock', level, data: { seconds } });
  }
  return true;
}

/** Writes, reads and deletes a small object. */
async function tryObject(look: Look): Promise<void> {
  const { client, s3, settings, prefix, checks } = look;
  const Key = `${prefix}db-ferry-check-${randomBytes(6).toString('hex')}`;
  const object = { Bucket: settings.bucket, Key };
  const body = randomBytes(64);
  const put = async (): Promise<unknown> =>
    client.send(new s3.PutObjectCommand({ ...object, Body: body, IfNoneMatch: '*' }));
  if (!(await attempt(look, 'write', put))) return;
  checks.push({ what: 'write', level: 'ok', data: {} });
  const honoured = await put().then(
    () => false,
    (error: unknown) => isConditionFailed(error),
  );
  checks.push({ what: 'conditions', level: honoured ? 'ok' : 'warn', data: { honoured } });
  const read = await attempt(look, 'read', async () => {
    const { Body } = await client.send(new s3.GetObjectCommand(object));
    const found = Buffer.from((await Body?.transformToByteArray()) ?? []);
    if (!found.equals(body)) throw Object.assign(new Error('other bytes'), { code: 'OtherBytes' });
  });
  if (read) checks.push({ what: 'read', level: 'ok', data: {} });
  const deleted = await attempt(look, 'delete', async () => {
    const { VersionId } = await client.send(new s3.DeleteObjectCommand(object));
    await removeVersions(look, Key, VersionId);
  });
  if (deleted) checks.push({ what: 'delete', level: 'ok', data: { kept: false } });
}

/** Where versions are kept, those of the try itself too: what its login may not take away stays, 64 bytes. */
async function removeVersions({ client, s3, settings }: Look, Key: string, marker: string | undefined): Promise<void> {
  if (marker === undefined) return;
  const Bucket = settings.bucket;
  const found = await client.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: Key })).catch(() => undefined);
  for (const { VersionId } of [...(found?.Versions ?? []), ...(found?.DeleteMarkers ?? [])]) {
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId })).catch(() => undefined);
  }
}

/** Writes a part of an object and gives it up: an object would stay. */
async function tryPart(look: Look): Promise<void> {
  const { client, s3, settings, prefix, checks } = look;
  const object = { Bucket: settings.bucket, Key: `${prefix}db-ferry-check-${randomBytes(6).toString('hex')}` };
  const written = await attempt(look, 'write', async () => {
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
    try {
      await client.send(new s3.UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: randomBytes(64) }));
    } finally {
      await client.send(new s3.AbortMultipartUploadCommand({ ...object, UploadId }));
    }
  });
  if (!written) return;
  checks.push({ what: 'write', level: 'ok', data: {} }, { what: 'delete', level: 'ok', data: { kept: true } });
}

async function locks({ client, s3, settings, checks }: Look): Promise<{ readonly isKept: boolean }> {
  const found = await client
    .send(new s3.GetObjectLockConfigurationCommand({ Bucket: settings.bucket }))
    // there is none, or the store knows of none; whoever may not ask does not know
    .catch((error: unknown) => (isAbsent(error) || isUnknownRequest(error) ? undefined : ('unseen' as const)));
  if (found === 'unseen') {
    checks.push({ what: 'locks', level: 'warn', data: {} });
    return { isKept: false };
  }
  const able = found?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  const rule = found?.ObjectLockConfiguration?.Rule?.DefaultRetention;
  const days = rule?.Days ?? (rule?.Years === undefined ? undefined : rule.Years * 365);
  const data: StoreCheckData['locks'] = {
    able,
    ...(rule?.Mode === undefined ? {} : { mode: rule.Mode }),
    ...(days === undefined ? {} : { days }),
  };
  checks.push({ what: 'locks', level: 'ok', data });
  return { isKept: days !== undefined };
}

async function versions({ client, s3, settings, checks }: Look): Promise<void> {
  const found = await client
    .send(new s3.GetBucketVersioningCommand({ Bucket: settings.bucket }))
    .catch(() => undefined);
  checks.push({ what: 'versions', level: 'ok', data: { kept: found?.Status === 'Enabled' } });
}

/** What the store says of it: an answer to a request proves more than a setting, but costs an object. */
async function atRest({ client, s3, settings, checks }: Look): Promise<void> {
  const found = await client
    .send(new s3.GetBucketEncryptionCommand({ Bucket: settings.bucket }))
    .catch(() => undefined);
  const how = found?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  checks.push({ what: 'rest', level: 'ok', data: how === undefined ? {} : { how } });
}

/** A rule of the bucket that deletes what lies there is told: retention is ours, and knows what is held. */
async function expiry({ client, s3, settings, prefix, checks }: Look): Promise<void> {
  const found = await client
    .send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: settings.bucket }))
    .catch(() => undefined);
  const days = (found?.Rules ?? []).flatMap(({ Status, Expiration, Filter }) => {
    const of = Filter?.Prefix ?? '';
    const isOurs = prefix.startsWith(of) || of.startsWith(prefix);
    return Status === 'Enabled' && isOurs && Expiration?.Days !== undefined ? [Expiration.Days] : [];
  });
  if (days.length > 0) checks.push({ what: 'expires', level: 'warn', data: { days: Math.min(...days) } });
}

/** How the store is reached; its certificate, where it shows one that is good. */
async function wayOf({ endpoint, authorities }: S3Settings): Promise<StoreCheck | undefined> {
  if (endpoint === undefined) return undefined;
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol === 'http:') return { what: 'way', level: 'warn', data: { encrypted: false } };
  const { rootCertificates } = await import('node:tls');
  const ca = authorities === undefined ? undefined : [...rootCertificates, authorities];
  const until = await new Promise<string | undefined>((resolve) => {
    const socket = connect(
      {
        host: hostname,
        port: port === '' ? 443 : Number(port),
        servername: hostname,
        ...(ca === undefined ? {} : { ca }),
      },
      () => {
        resolve(socket.getPeerCertificate().valid_to);
        socket.destroy();
      },
    );
    socket.setTimeout(10_000, () => socket.destroy());
    // what is wrong with it is told by what is tried next
    socket.on('error', () => resolve(undefined)).on('close', () => resolve(undefined));
  });
  if (until === undefined) return { what: 'way', level: 'ok', data: { encrypted: true } };
  const left = Date.parse(until) - Date.now();
  const level = left > 14 * 86_400_000 ? 'ok' : 'warn';
  return { what: 'way', level, data: { encrypted: true, until: new Date(until).toISOString() } };
}

async function attempt(
  { settings, checks }: Look,
  tried: StoreCheckData['failed']['tried'],
  act: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    const { code, data } = storeError(error, { name: settings.bucket });
    const said: JsonObject = data;
    const reason = code === 'store.failed' ? String(said['reason']) : 'other';
    const answer = code === 'store.failed' ? String(said['code']) : code;
    checks.push({ what: 'failed', level: 'bad', data: { tried, reason, code: answer } });
    return false;
  }
}
