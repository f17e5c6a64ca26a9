import { isAscii } from 'node:buffer';

/** Turns bytes in an archive's encoding into text. */
export type Decode = (bytes: Buffer) => string;

/** A decoder for a PostgreSQL encoding name, as the ENCODING entry of an archive gives it. */
export function decoderOf(encoding: string): Decode {
  const slow = slowDecoder(encoding.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
  return (bytes) => (isAscii(bytes) ? bytes.toString('latin1') : slow(bytes));
}

function slowDecoder(encoding: string): Decode {
  if (encoding === 'LATIN1') return (bytes) => bytes.toString('latin1');
  const label = labels[encoding] ?? isoLabel(encoding);
  if (label === undefined) return eitherWay;
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    return (bytes) => decoder.decode(bytes);
  } catch {
    return eitherWay;
  }
}

/** SQL_ASCII and what Node does not know: UTF-8 where it is valid, else one character for each byte, so that nothing is lost. */
function eitherWay(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function isoLabel(encoding: string): string | undefined {
  const part = /^ISO8859(\d+)$/.exec(encoding)?.[1];
  const windows = /^WIN(\d+)$/.exec(encoding)?.[1];
  if (part !== undefined) return `iso-8859-${part}`;
  return windows === undefined ? undefined : windows === '866' ? 'ibm866' : `windows-${windows}`;
}

/** PostgreSQL's names, without punctuation, to those of the WHATWG encoding standard. */
const labels: Readonly<Record<string, string>> = {
  UTF8: 'utf-8',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'iso-8859-9',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  WIN874: 'windows-874',
  EUCJP: 'euc-jp',
  EUCJIS2004: 'euc-jp',
  EUCKR: 'euc-kr',
  EUCCN: 'gbk',
};
