import type { JsonObject } from '../../base/json';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { note, ownTrail } from '../../audit/ownTrail';
import { toAppError } from '../../base/errors';
import { defined } from '../../base/defined';
import type { Report } from '../../base/progress';
import { formatReference } from '../../cluster/reference';
import { anchorNote } from '../../job/record/auditSink';
import type { RequestPlace } from '../../governance/requestPlace';
import type { EventSink } from '../../job/record/eventSink';
import type { JobEvent, JobResult } from '../../job/record/jobEvents';
import { jobFolder } from '../../job/record/jobFolder';
import { placesOf, type JobRequest } from '../../job/request';
import { deliver, type Delivery } from './deliver';
import { channelsFor, readNotifyConfig, type NotifyConfig } from './notifyConfig';
import type { MessageFacts, MessageWords, NotifyEvent } from './notifyEvents';
import { renderMessage } from './renderMessage';
import { tellOfRequest, type RequestMessageWords } from './requestMessages';

/** What a host says of a job in words: the core has none. */
export interface NotifyWords {
  readonly title: (job: { readonly request: JobRequest; readonly result?: JobResult }) => string;
  readonly outcome: (result: JobResult, request: JobRequest) => string;
  /** what is listed below: findings, differences, what to do */
  readonly lines: (result: JobResult) => readonly string[];
  readonly progress: (event: Extract<JobEvent, { type: 'progress' | 'phase' }>) => string;
  /** how the report of a job is read */
  readonly report: (job: string) => string;
  readonly messages: MessageWords;
}

/** The code of the note that says what became of a message. */
export const deliveryNote = 'notify.delivery';

/**
 * Tells people of a job: that it began, where it is every so often, how it ended. It delays nothing: messages are on their way beside the work, and the last ones after the result was written. What became of each is an
 * event of the job, a line of `deliveries.ndjson` in its folder, and a record of the audit trail.
 */
export class NotifySink implements EventSink {
  #config: NotifyConfig | undefined;
  #job: { readonly id: string; readonly request: JobRequest; readonly report: Report } | undefined;
  #last = '';
  #anchor: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #runsBy: { readonly place: RequestPlace; readonly name: string } | undefined;
  readonly #stop = new AbortController();
  readonly #onItsWay = new Set<Promise<void>>();

  constructor(
    private readonly words: NotifyWords,
    private readonly patienceMs = 30_000,
    private readonly ofRequests?: RequestMessageWords,
  ) {}

  async begin(job: NonNullable<Parameters<NonNullable<EventSink['begin']>>[0]>): Promise<void> {
    this.#job = job;
    try {
      this.#config = await readNotifyConfig();
    } catch (error) {
      // that nobody can be told is told, and keeps nobody from working
      const { code, data }: { readonly code: string; readonly data: JsonObject } = toAppError(error);
      const [file, at] = [data['file'], data['at']].map((one) => (typeof one === 'string' ? one : undefined));
      job.report({ type: 'note', code: 'notify.off', data: defined({ code, file, at }) });
      return;
    }
    if (!this.#config) return;
    this.#tell('started', {});
    const everyMs = this.#config.statusMinutes * 60_000;
    this.#timer = setInterval(() => this.#tell('status', { progress: this.#last }), everyMs).unref();
  }

  runsBy(place: RequestPlace, name: string): void {
    this.#runsBy = { place, name };
  }

  take(event: JobEvent): void {
    if (event.type === 'note' && event.code === anchorNote && typeof event.data['anchor'] === 'string')
      this.#anchor = event.data['anchor'];
    if (event.type === 'progress' || event.type === 'phase') this.#last = this.words.progress(event);
  }

  async end(result: JobResult): Promise<void> {
    clearInterval(this.#timer);
    this.#hasEnded = true;
    const job = this.#job;
    if (!this.#config || !job) return;
    this.#tell(
      result.outcome,
      {
        outcome: this.words.outcome(result, job.request),
        lines: this.words.lines(result),
        report: this.words.report(job.id),
      },
      result,
    );
    const request = await this.#runsBy?.place.get(this.#runsBy.name).catch(() => undefined);
    // what was done in an emergency is not over with it
    if (this.#runsBy && this.ofRequests && request?.status.state === 'ReviewDue')
      await tellOfRequest(this.#runsBy.place, request, ['review'], this.ofRequests, { patienceMs: this.patienceMs });
    const patience = setTimeout(() => this.#stop.abort(), this.patienceMs);
    await Promise.all(this.#onItsWay);
    clearTimeout(patience);
  }

  #tell(event: NotifyEvent, more: Partial<MessageFacts>, result?: JobResult): void {
    const [config, job] = [this.#config, this.#job];
    if (!config || !job) return;
    const { request, id } = job;
    const places = placesOf(request);
    const named = places.map(({ cluster, namespace }) => `${cluster}/${namespace}`);
    const { by, reason, approval } = request.asked;
    const target = result?.data['target'];
    const place = typeof target === 'string' ? target : places.map(formatReference).at(-1);
    const facts: MessageFacts = {
      ...{ event, job: id, by, time: new Date().toISOString(), contacts: config.contacts },
      title: this.words.title({ request, ...defined({ result }) }),
      ...defined({ reason, approval, place, anchor: this.#anchor }),
      ...more,
    };
    for (const name of channelsFor(config, { event, kind: request.kind, places: named })) {
      const channel = config.channels[name];
      if (!channel) continue;
      const sending = (async (): Promise<void> => {
        try {
          const message = await renderMessage(facts, this.words.messages, config.templates);
          await this.#record(await deliver(name, channel, message, this.#stop.signal));
        } catch (error) {
          const { code } = toAppError(error);
          const time = new Date().toISOString();
          await this.#record({
            channel: name,
            kind: channel.kind,
            event,
            subject: '',
            accepted: false,
            answer: code,
            tries: 0,
            time,
          });
        }
      })();
      this.#onItsWay.add(sending);
      void sending.finally(() => this.#onItsWay.delete(sending));
    }
  }

  /** Never throws. */
  async #record(delivery: Delivery): Promise<void> {
    const job = this.#job;
    if (!job) return;
    const { id, request, report } = job;
    if (!this.#hasEnded) report({ type: 'note', code: deliveryNote, data: { ...delivery } });
    const file = join(jobFolder(request.root, id), 'deliveries.ndjson');
    await appendFile(file, `${JSON.stringify(delivery)}\n`, { mode: 0o600 }).catch(() => undefined);
    const { accepted, ...details } = delivery;
    await note(await ownTrail(), {
      ...{ type: 'notify.delivery', actor: { user: request.asked.by, via: 'job' }, request: { job: id } },
      ...{ outcome: accepted ? 'accepted' : 'notAccepted', details: { ...details } },
    }).catch(() => undefined);
  }
}
