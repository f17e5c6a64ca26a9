import './vscodeDouble';
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/core/base/finding';
import type { Jobs } from '../../../src/model/jobs';
import type * as fake from './fakeVscode';
import { requestOf } from '../job/requestOf';

describe('loginWarnings', () => {
  it('says of a backup that its login ends before; of a restore that was said before it began', async () => {
    const { loginWarnings } = await import('../../../src/ui/notify/loginWarnings');
    const { EventEmitter, said } = (await import('vscode')) as unknown as typeof fake;
    const changed = new EventEmitter<undefined>();
    const data = { cluster: 'prod', ends: '2026-11-26T09:00:00.000Z', seconds: 7200 };
    const lateLogin: Finding = { level: 'warn', code: 'login.ends', data };
    const running = (['backup', 'restore', 'copy'] as const).map((kind) => ({
      ...{ request: requestOf(kind, ['prod/shop/pg-0/app', 'b/c/d/e']), lateLogin },
    }));
    const jobs = { running, onDidChange: changed.event } as unknown as Jobs;
    const before = said.length;
    const situations: string[] = [];
    loginWarnings(jobs, (situation, warn) => {
      situations.push(situation);
      void warn();
    });
    changed.fire(undefined);
    assert.deepEqual(situations, ['login-prod-2026-11-26T09:00:00.000Z']);
    assert.deepEqual(said.length, before + 1);
    const text = said.at(-1)?.text ?? '';
    for (const part of [/Back up app from pg-0: the login at prod ends at/, /2 h 00 min/, /oc login/])
      assert.match(text, part);
  });
});
