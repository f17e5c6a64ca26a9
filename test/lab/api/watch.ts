import type { ServerResponse } from 'node:http';
import { apiVersionOf, type KubeObject, type Resource } from './objects';
import type { Store } from './store';
import { table } from './table';

/** All open watches of a server; the state is looked at every 50 ms while there is one. */
export class Watches {
  private readonly open = new Set<Watch>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: Store) {}

  get count(): number {
    return this.open.size;
  }

  /** From the revision asked for, or with everything there is now when none (or 0) is asked for. */
  start(
    resource: Resource,
    wanted: (item: KubeObject) => boolean,
    asTable: boolean,
    url: URL,
    response: ServerResponse,
  ): void {
    const { store } = this;
    const { searchParams } = url;
    const asked = Number(searchParams.get('resourceVersion') ?? 0);
    const sendsInitial = asked === 0 || searchParams.get('sendInitialEvents') === 'true';
    const bookmarks = ['1', 'true'].includes(searchParams.get('allowWatchBookmarks') ?? '');
    const watch = new Watch(store, resource, wanted, asTable, bookmarks, response);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    if (sendsInitial) watch.sendAll();
    else watch.revision = asked;
    this.open.add(watch);
    const seconds = Number(searchParams.get('timeoutSeconds') ?? 0);
    const end = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined;
    response.on('close', () => {
      clearTimeout(end);
      this.open.delete(watch);
      if (this.open.size === 0) this.rest();
    });
    watch.look();
    this.timer ??= setInterval(() => {
      for (const one of this.open) one.look();
    }, 50);
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

class Watch {
  revision = 0;
  private columnsSent = false;
  private bookmarked = Date.now();

  constructor(
    private readonly store: Store,
    private readonly resource: Resource,
    private readonly wanted: (item: KubeObject) => boolean,
    private readonly asTable: boolean,
    private readonly bookmarks: boolean,
    private readonly response: ServerResponse,
  ) {}

  sendAll(): void {
    this.revision = this.store.revision;
    for (const item of this.store.list(this.resource)) if (this.wanted(item)) this.tell('ADDED', item);
    if (this.bookmarks) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  look(): void {
    if (this.response.writableEnded) return;
    const changes = this.store.since(this.resource, this.revision);
    if (!changes) {
      const message = `too old resource version: ${this.revision} (${this.store.revision})`;
      const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
      this.write('ERROR', { ...head, message, reason: 'Expired', code: 410 });
      return void this.response.end();
    }
    for (const { type, object, revision } of changes) {
      this.revision = revision;
      if (this.wanted(object)) this.tell(type, object);
    }
    if (this.bookmarks && Date.now() - this.bookmarked > 10_000) {
      this.revision = this.store.revision;
      this.bookmark({});
    }
  }

  private bookmark(annotations: Readonly<Record<string, string>>): void {
    this.bookmarked = Date.now();
    const metadata = { resourceVersion: String(this.revision), annotations };
    this.write('BOOKMARK', { kind: this.resource.kind, apiVersion: apiVersionOf(this.resource), metadata });
  }

  private tell(type: string, item: KubeObject): void {
    if (!this.asTable) return this.write(type, item);
    const whole = table(this.resource, [item], {}) as Record<string, unknown>;
    // only the first table of a watch describes its columns
    this.write(type, this.columnsSent ? { ...whole, columnDefinitions: null } : whole);
    this.columnsSent = true;
  }

  private write(type: string, object: unknown): void {
    this.response.write(`${JSON.stringify({ type, object })}\n`);
  }
}
