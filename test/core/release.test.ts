import assert from 'node:assert/strict';
import { faultsOf } from '../../release/check.mjs';
import { noticesOf, sbomOf, type Bundled, type Sbom } from '../../release/describe.mjs';

const mit = `MIT License\n\nCopyright (c) somebody\n\n${'Permission is hereby granted, free of charge. '.repeat(20)}`;
const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;

function bundled(name: string, needs: readonly Bundled[] = [], more: Partial<Bundled> = {}): Bundled {
  return {
    name,
    version: '1.2.3',
    licence: 'MIT',
    text: mit,
    isDirect: name === 'a',
    needs,
    place: `node_modules/${name}`,
    ...more,
  };
}

/** A package as it would be shipped. */
class Shipped {
  readonly files = new Map<string, string>();

  constructor(packages: readonly Bundled[], change: (sbom: Sbom) => void = () => undefined) {
    const own = { name: 'db-ferry', version: '1.0.0', license: 'Apache-2.0' };
    const lock = { packages: Object.fromEntries(packages.map(({ place }) => [place, { integrity }])) };
    const sbom = sbomOf(packages, own, lock);
    change(sbom);
    for (const file of ['LICENSE', 'SECURITY.md', 'README.md', 'package.json']) this.files.set(file, 'x');
    this.files.set('dist/cli.js', 'x');
    this.files.set('dist/THIRD-PARTY-NOTICES.txt', noticesOf(packages));
    this.files.set('dist/sbom.cdx.json', JSON.stringify(sbom));
  }

  with(file: string, text: string): this {
    this.files.set(file, text);
    return this;
  }

  without(file: string): this {
    this.files.delete(file);
    return this;
  }

  get faults(): string[] {
    return faultsOf([...this.files.keys()], (file) => this.files.get(file) ?? '');
  }
}

describe('what is shipped', () => {
  const b = bundled('@scope/b');
  const packages = [bundled('a', [b]), b];

  it('is good where every package has its licence and stands in the bill of materials; the same bytes every time', () => {
    assert.deepEqual(new Shipped(packages).faults, []);
    const text = (): string | undefined => new Shipped(packages).files.get('dist/sbom.cdx.json');
    assert.equal(text(), text());
    const [first] = (JSON.parse(text() ?? '') as Sbom).components;
    assert.deepEqual(first, {
      type: 'library',
      'bom-ref': 'pkg:npm/a@1.2.3',
      name: 'a',
      version: '1.2.3',
      purl: 'pkg:npm/a@1.2.3',
      scope: 'required',
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
    });
  });

  for (const [what, shipped, fault] of [
    [
      'a package without a text of its licence',
      new Shipped([bundled('a', [b], { text: '' }), b]),
      /^a 1\.2\.3 has no text/,
    ],
    ['a licence that was not agreed on', new Shipped([bundled('a', [], { licence: 'GPL-3.0-only' })]), /GPL-3\.0-only/],
    ['no licence at all', new Shipped([bundled('a', [], { licence: '' })]), /under "", which is not/],
    ['one of two that both hold', new Shipped([bundled('a', [], { licence: 'MIT AND GPL-2.0' })]), /MIT AND GPL-2\.0/],
    [
      'a package that is not in the notices',
      new Shipped(packages).with('dist/THIRD-PARTY-NOTICES.txt', mit),
      /@scope\/b.* not in the notices/,
    ],
    ['no notices', new Shipped(packages).without('dist/THIRD-PARTY-NOTICES.txt'), /NOTICES\.txt is missing/],
    ['no bill of materials', new Shipped(packages).without('dist/sbom.cdx.json'), /sbom\.cdx\.json is missing/],
    ['one that is no JSON', new Shipped(packages).with('dist/sbom.cdx.json', '{'), /no JSON/],
    ['one without components', new Shipped([]), /lists no component/],
    [
      'a component without its digest',
      new Shipped(packages, (sbom) => delete sbom.components[0]?.hashes),
      /a@1\.2\.3 has no digest/,
    ],
    ['a component that nothing needs', new Shipped([bundled('a'), b]), /nothing needs pkg:npm\/%40scope\/b/],
    [
      'a need that is not listed',
      new Shipped(packages, (sbom) => sbom.dependencies[0]?.dependsOn.push('x')),
      /x is needed/,
    ],
    ['the same twice', new Shipped(packages, (sbom) => sbom.components.push(...sbom.components.slice(0, 1))), /twice/],
    ['another format', new Shipped(packages, (sbom) => (sbom.specVersion = '1.4')), /not CycloneDX 1\.6/],
    [
      'a source map that stays here',
      new Shipped(packages).with('dist/cli.js', 'x\n//# sourceMappingURL=cli.js.map'),
      /cli\.js\.map/,
    ],
    ['a file that nobody means to ship', new Shipped(packages).with('dist/cli.js.map', ''), /cli\.js\.map: nobody/],
    ['a test', new Shipped(packages).with('test/core/x.ts', ''), /test\/core/],
    ['no security policy', new Shipped(packages).without('SECURITY.md'), /SECURITY\.md is missing/],
  ] as const) {
    it(`is not good with ${what}`, () => assert.match(shipped.faults.join('\n'), fault));
  }
});
