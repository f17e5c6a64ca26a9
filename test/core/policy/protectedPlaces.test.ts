import assert from 'node:assert/strict';
import { ProtectedPlaces, wholeCluster, type ClusterNames } from '../../../src/core/policy/protectedPlaces';

const cluster: ClusterNames = {
  alias: 'prod',
  server: 'https://api.prod.example.com:6443',
  contexts: [{ name: 'prod' }, { name: 'shop/api-prod-example-com:6443/me' }],
};

describe('protected places', () => {
  it('stay protected when the cluster goes by another name', () => {
    const protection = places(wholeCluster(cluster));
    assert.ok(protection.isProtected(cluster, 'shop'));
    const renamed = { ...cluster, alias: 'production', contexts: [{ name: 'production' }] };
    assert.ok(protection.isProtected(renamed, 'shop'));
    assert.equal(protection.ofCluster(renamed), 'protected');
    assert.equal(protection.ofCluster({ ...renamed, server: 'https://api.test.example.com:6443' }), 'none');
  });

  it('are named by alias, context or host, with the port or without', () => {
    const names = ['prod', 'shop/api-prod-example-com:6443/me', 'api.prod.example.com:6443', 'api.prod.example.com'];
    for (const name of names) {
      assert.ok(places(`${name}/shop`).isProtected(cluster, 'shop'), name);
      assert.ok(!places(`${name}/shop`).isProtected(cluster, 'shop-test'), name);
      assert.equal(places(`${name}/shop`).ofCluster(cluster), 'partly');
      assert.equal(places(`${name}/*`).ofCluster(cluster), 'protected');
    }
    assert.ok(!places('apiXprodXexampleXcom/*').isProtected(cluster, 'shop'), 'a dot is a dot');
  });

  it('are told with the entry that protects them', () => {
    const protection = places('prod/*', '*/shop-prod', 'p*', 'test/*', 'prod/shop', 'api.prod.example.com:6443/*');
    assert.deepEqual(protection.entriesOf(cluster), {
      own: ['prod/*', 'api.prod.example.com:6443/*'],
      whole: ['prod/*', 'p*', 'api.prod.example.com:6443/*'],
      parts: ['*/shop-prod', 'prod/shop'],
    });
  });

  it('of a backup are known by where it was taken, also when its server is not known', () => {
    const adopted = { alias: 'prod', server: '', contexts: [] };
    assert.ok(places('prod/*').isProtected(adopted, 'shop'));
    assert.ok(!places('test/*').isProtected(adopted, 'shop'));
  });

  it('follow the setting', () => {
    let texts = ['prod/*'];
    const protection = new ProtectedPlaces(() => texts);
    assert.ok(protection.isProtected(cluster, 'shop'));
    texts = ['test/*'];
    assert.ok(!protection.isProtected(cluster, 'shop'));
  });

  function places(...patterns: string[]): ProtectedPlaces {
    return new ProtectedPlaces(() => patterns);
  }
});
