import * as vscode from 'vscode';
import type { FoundRequest, GatheredRequests } from '../core/governance/gatherRequests';
import type { SaidLevel } from '../core/governance/checkGovernance';
import type { AppError } from '../core/base/errors';
import type { Clusters } from './clusters';

/** Where a request is: in a namespace of a cluster, or in the root. */
export interface RequestAddress {
  readonly name: string;
  readonly cluster?: string;
  readonly namespace?: string;
}

/** The requests of all clusters and of the root. Nothing is asked before somebody looks; from then on it is asked again and again, and more often while they are in sight. */
export class Requests implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #gathered: GatheredRequests = { requests: [], problems: [] };
  #seen = '';
  #reading: Promise<GatheredRequests> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isInSight = false;
  readonly #levels = new Map<string, { readonly at: number; readonly level: Promise<SaidLevel> }>();

  constructor(
    private readonly clusters: Clusters,
    private readonly root: () => { readonly root: string; readonly who: string },
  ) {}

  /** As of the last look. */
  get gathered(): GatheredRequests {
    return this.#gathered;
  }

  /** Somebody looked by now. */
  get wasAsked(): boolean {
    return this.#timer !== undefined;
  }

  /** Looks, unless somebody looks already; resolves with what is there. Never throws. */
  async look(): Promise<GatheredRequests> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      this.#later();
    });
    return this.#reading;
  }

  /** Looks once more, after one that may be under way. */
  async refresh(): Promise<void> {
    await this.#reading;
    await this.look();
  }

  /** While they are in sight they are looked at more often. */
  inSight(isInSight: boolean): void {
    this.#isInSight = isInSight;
    if (isInSight) void this.look();
  }

  /** Why the request of an address cannot be read, as of the last look; undefined: it can, or there is none. */
  unreadable({ name, cluster, namespace }: RequestAddress): AppError | undefined {
    const { problems } = this.#gathered;
    return problems.find((one) => one.name === name && one.cluster === cluster && one.namespace === namespace)?.error;
  }

  /** The request of an address, as of the last look, or read now where it was not seen; undefined where there is none. */
  async find(address: RequestAddress): Promise<FoundRequest | undefined> {
    const at = ({ requests }: GatheredRequests): FoundRequest | undefined =>
      requests.find((one) => sameAddress(addressOf(one), address));
    const known = at(this.#gathered);
    return known ?? at(await this.look());
  }

  /** Which level holds where it is kept, tried anew every few minutes. */
  async levelOf({ place, kept }: FoundRequest): Promise<SaidLevel> {
    const key = kept === undefined ? '' : `${kept.cluster}/${kept.namespace}`;
    const known = this.#levels.get(key);
    if (known !== undefined && Date.now() - known.at < levelHoldsMs) return known.level;
    const { levelSaid } = await import('../core/governance/checkGovernance');
    const level = levelSaid(place.kept);
    this.#levels.set(key, { at: Date.now(), level });
    return level;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  async #read(): Promise<GatheredRequests> {
    const { gatherRequests } = await import('../core/governance/gatherRequests');
    const models = await this.clusters.all();
    const asked = models.map(({ client, contents }) => ({ client, namespaces: [...contents.namespaces.keys()] }));
    this.#gathered = await gatherRequests(asked, this.root);
    const { requests, problems } = this.#gathered;
    const seen = JSON.stringify([
      requests.map(({ request, kept, me, mayDecide }) => [request, kept, me, mayDecide]),
      problems.map(({ cluster, namespace, name, error }) => [cluster, namespace, name, error.code]),
      // clocks run on where nothing else changes
      Math.floor(Date.now() / 60_000),
    ]);
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#changed.fire();
    }
    return this.#gathered;
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), this.#isInSight ? inSightMs : outOfSightMs).unref();
  }
}

const inSightMs = 10_000;
const outOfSightMs = 60_000;
const levelHoldsMs = 300_000;

export function addressOf({ request, kept }: FoundRequest): RequestAddress {
  return { name: request.metadata.name, ...kept };
}

export function sameAddress(one: RequestAddress, other: RequestAddress): boolean {
  return one.name === other.name && one.cluster === other.cluster && one.namespace === other.namespace;
}
