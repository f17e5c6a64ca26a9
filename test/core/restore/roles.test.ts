import assert from 'node:assert/strict';
import { planRoles } from '../../../src/core/restore/preflight/roles';

describe('the roles that a restore needs', () => {
  it('are all but those of the server itself, which are written small: "PUBLIC" in quotes is a role like any other', () => {
    const named = ['', 'public', 'pg_monitor', 'PUBLIC', 'Public', 'PG_ours', 'pgx', 'current_user', 'none'];
    const plan = planRoles(new Set(['pgx']), named, { createRoles: true, mapRoles: { PG_ours: 'pgx' } });
    assert.deepEqual(plan.create, ['PUBLIC', 'Public', 'current_user', 'none']);
    assert.deepEqual(plan.map, [{ from: 'PG_ours', to: 'pgx' }]);
  });
});
