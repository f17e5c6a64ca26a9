import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority made for one run and a server certificate for 127.0.0.1 that it signed, as PEM. */
export async function makeCertificates(name: string): Promise<{ ca: string; key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-ca-'));
  const openssl = (...args: string[]): Promise<unknown> => execa('openssl', args, { cwd: folder });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    await openssl(
      'req',
      '-x509',
      ...curve,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '30',
      '-subj',
      `/CN=${name} ca`,
    );
    await openssl('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${name}`);
    await writeFile(join(folder, 'ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'ext'];
    await openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.crt', ...signed);
    const [ca, key, cert] = await Promise.all(
      ['ca.crt', 'server.key', 'server.crt'].map((file) => readFile(join(folder, file), 'utf8')),
    );
    return { ca: ca ?? '', key: key ?? '', cert: cert ?? '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
