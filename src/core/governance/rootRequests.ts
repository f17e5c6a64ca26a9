import { AppError, isAppError, toAppError } from '../base/errors';
import { asRecord, parseJson } from '../base/json';
import { storeOfRoot } from '../catalog/storeOfRoot';
import { encodeName, requestsFolder } from '../store/layout';
import { getIfThere, writeOnce } from '../store/store';
import {
  parseOperationRequest,
  readOperationRequest,
  type OperationRequest,
  type RequestSpec,
  type RequestState,
} from './operationRequest';
import { withEvidence, type Evidence, type RequestPlace, type RequestsRead } from './requestPlace';

const mostBytes = 1 << 20;
/** decisions, changes and notices of one request */
const mostFiles = 1000;
/** says that a job began by it; no change of what it is */
const usedFile = 'used';

/**
 * Requests as files of a root, for those who have nothing in their clusters: each decision and each change of state is a file of its own, written once. Nothing is enforced here: whoever can
 * write to the root can write any of them, in any name.
 */
export class RootRequests implements RequestPlace {
  readonly level = 'advisory';
  readonly #root: string;
  readonly #who: string;

  constructor(root: string, who: string) {
    this.#root = root;
    this.#who = who;
  }

  async whoAmI(): Promise<string> {
    return Promise.resolve(this.#who);
  }

  async now(): Promise<Date> {
    return Promise.resolve(new Date());
  }

  async create(name: string, spec: RequestSpec): Promise<OperationRequest> {
    const metadata = { name, creationTimestamp: new Date().toISOString() };
    await this.#write(name, 'request', { metadata, spec });
    return { metadata, spec, status: { state: 'Pending', approvals: [] } };
  }

  async get(name: string): Promise<OperationRequest | undefined> {
    const store = await storeOfRoot(this.#root);
    const prefix = `${requestsFolder}/${encodeName(name)}/`;
    const first = await getIfThere(store, `${prefix}request.json`, mostBytes);
    if (first === undefined) return undefined;
    const read = readOperationRequest(parseJson(first), name);
    // it is decided on by the name of its folder
    if (read.metadata.name !== name) throw new AppError('approval.unreadable', { request: name, at: 'metadata.name' });
    const { objects } = await store.level(prefix);
    if (objects.length > mostFiles) throw new AppError('approval.unreadable', { request: name, at: prefix });
    let { status } = read;
    // in the order in which they say that they were written: the name begins with the time
    for (const { key } of [...objects].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      if (key.endsWith('/request.json') || key.endsWith(`/${usedFile}`)) continue;
      const written = parseJson(await store.get(key, mostBytes));
      const change = parseOperationRequest({ ...read, status: written })?.status;
      if (change === undefined) throw new AppError('approval.unreadable', { request: name, at: key });
      const others = status.approvals.filter(({ by }) => !change.approvals.some((one) => one.by === by));
      status = {
        ...{ ...status, ...change, ...withEvidence(status, change), approvals: [...others, ...change.approvals] },
        // what is only evidence says nothing of its state
        state: asRecord(written)?.['state'] === undefined ? status.state : change.state,
      };
    }
    return readOperationRequest({ ...read, status }, name);
  }

  /** All that can be read, and why others cannot: none of those hides another. Throws `store.*`. */
  async readAll(): Promise<RequestsRead> {
    const { folders } = await (await storeOfRoot(this.#root)).level(`${requestsFolder}/`);
    const all = await Promise.allSettled(folders.map(async (name) => this.get(name)));
    return {
      requests: all.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [])),
      unreadable: all.flatMap((one, at) =>
        one.status === 'rejected' ? [{ name: folders[at] ?? '', error: toAppError(one.reason) }] : [],
      ),
    };
  }

  async decide(
    request: OperationRequest,
    decision: OperationRequest['status']['approvals'][number],
    state: RequestState,
  ): Promise<OperationRequest> {
    await this.#change(request, { approvals: [decision], state });
    const status = { ...request.status, state, approvals: [...request.status.approvals, decision] };
    return { ...request, status };
  }

  async setState(
    request: OperationRequest,
    state: RequestState,
    more: Parameters<RequestPlace['setState']>[2] = {},
  ): Promise<OperationRequest> {
    if (state === 'Running') await this.#useUp(request);
    await this.#change(request, { ...more, state });
    return { ...request, status: { ...request.status, ...more, state } };
  }

  async addEvidence(name: string, evidence: Evidence): Promise<OperationRequest> {
    const request = await this.get(name);
    if (request === undefined) throw new AppError('approval.unknown', { request: name });
    await this.#change(request, evidence);
    return { ...request, status: { ...request.status, ...withEvidence(request.status, evidence) } };
  }

  async grant(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async grantedUntil(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async revoke(): Promise<void> {
    return Promise.resolve();
  }

  /** Of two that begin at once one is told: what is written only where there is nothing is there once. */
  async #useUp({ metadata: { name } }: OperationRequest): Promise<void> {
    const key = `${requestsFolder}/${encodeName(name)}/${usedFile}`;
    try {
      await writeOnce(await storeOfRoot(this.#root), key, `${new Date().toISOString()}\n`);
    } catch (error) {
      if (!isAppError(error, 'store.exists')) throw error;
      throw new AppError('approval.refused', { request: name, reason: 'used' }, { cause: error });
    }
  }

  async #change({ metadata }: OperationRequest, status: object): Promise<void> {
    const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
    await this.#write(metadata.name, `${time}-${Math.random().toString(16).slice(2, 8)}`, status);
  }

  async #write(name: string, file: string, value: object): Promise<void> {
    const key = `${requestsFolder}/${encodeName(name)}/${file}.json`;
    await writeOnce(await storeOfRoot(this.#root), key, `${JSON.stringify(value, undefined, 1)}\n`);
  }
}
