import type {
  ArchiveDamages,
  BackupDamages,
  ContentsPart,
  EntryPlace,
  FieldProblem,
  TocText,
} from '../core/base/damage';
import { bytes } from './errors/shared';
import { count, safe } from './format';
import { shown } from './shown';
import { t } from './language';

/** Why something counts as damaged. What a job of an earlier version told is a text already. */
export function damageWords(data: { readonly reason: string }): string {
  const known = Object.hasOwn(damages, data.reason)
    ? (damages as Readonly<Record<string, Words>>)[data.reason]
    : undefined;
  return known?.(data) ?? shown(data, 'reason');
}

/** An entry of a table of contents, by its kind and name or by its number. */
export function entryWords(data: { readonly entry?: EntryPlace | undefined }): string {
  const { entry } = data;
  if (typeof entry !== 'object') return shown(data, 'entry');
  return t`entry ${shown(entry, 'number')} of ${shown(entry, 'of')}`;
}

type Words = (data: object) => string;

const archive: { readonly [R in keyof ArchiveDamages]: (data: ArchiveDamages[R]) => string } = {
  'head.empty': () => t`the file is empty`,
  'head.cut': () => t`the file ends inside its head`,
  'head.numberSize': () => t`the size of numbers is not 4`,
  'head.offsetSize': () => t`the size of offsets is neither 4 nor 8`,
  'head.notOfFiles': () => t`no table of contents of a directory or a tar`,
  'head.notCustom': () => t`the format is not the custom format`,
  'head.entries': () => t`the number of entries is negative`,
  'head.version': () => t`a version that no server has`,
  'head.compression': () => t`an unknown compression`,
  'head.level': () => t`an impossible compression level`,
  'head.time': () => t`an impossible time of creation`,
  'head.length': () => t`an impossible length in the head`,
  'head.zero': () => t`a NUL in a text of the head`,

  'number.sign': () => t`a number with an impossible sign`,

  'toc.cut': () => t`the file ends inside the table of contents`,
  'toc.behind': () => t`there are bytes after the table of contents`,
  'toc.text': (data) =>
    t`${textNames()[data.what] ?? shown(data, 'what')} holds what no text in the archive's encoding holds, in the table of contents`,
  'toc.longText': (data) =>
    t`a text of ${bytes(data.bytes)} in the table of contents, where none has more than ${bytes(data.most)}`,
  'toc.length': () => t`an impossible length in the table of contents`,
  'toc.number': () => t`a number that is none in the table of contents`,
  'toc.dumpId': () => t`an impossible dump id in the table of contents`,
  'toc.sameDumpId': () => t`two entries with the same dump id`,
  'toc.dataFlag': () => t`an impossible data flag in the table of contents`,
  'toc.kind': () => t`an impossible kind of entry in the table of contents`,
  'toc.section': () => t`an impossible section in the table of contents`,
  'toc.withOids': () => t`a table WITH OIDS, which PostgreSQL 12 and later do not have`,
  'toc.oids': () => t`an impossible mark for OIDs in the table of contents`,
  'toc.dataOffset': () => t`an impossible state of the data offset in the table of contents`,
  'toc.setting': () => t`a setting that pg_dump does not write`,
  'toc.secondStrings': () => t`a second setting of strings`,
  'toc.noEncoding': () => t`the table of contents does not say its encoding`,
  'toc.encoding': () => t`the encoding cannot be read`,
  'toc.secondEncoding': () => t`a second encoding`,
  'toc.unknownEncoding': (data) => t`an encoding that PostgreSQL does not have (${shown(data, 'encoding')})`,
  'toc.sequence': () => t`the value of a sequence cannot be read`,
  'toc.data': (data) => t`an entry ${shown(data, 'kind')} cannot have data`,
  'toc.copy': () => t`the COPY statement cannot be read`,
  'toc.otherTable': () => t`the COPY statement names another table`,
  'toc.statement': () => t`a statement that pg_dump does not write`,

  'block.missing': () => t`the data block is missing`,
  'block.elsewhere': (data) => t`the data block is not where the table of contents says (${shown(data, 'said')})`,
  'block.kind': () => t`not a data block of this kind`,
  'block.other': (data) => t`data block ${shown(data, 'found')} stands where ${shown(data, 'expected')} is expected`,
  'block.length': () => t`an impossible chunk length`,
  'block.cut': () => t`the file ends inside a data block`,
  'block.behind': () => t`there are bytes after the last data block`,

  'packed.behind': () => t`bytes after the end of the compressed data`,
  'packed.cut': () => t`the compressed data ends early`,
  'packed.broken': () => t`the compressed data is damaged`,
  'packed.file': (data) =>
    t`what ${shown(data, 'packed')} packed is cut or broken${data.says === undefined ? '' : `: ${shown(data, 'says')}`}`,
  'packed.fileBehind': () => t`bytes after the end of what zstd packed`,
  'packed.emptyGzip': () => t`an empty file, which gzip does not make`,
  'lz4.begin': () => t`the compressed data does not begin as an LZ4 frame`,
  'lz4.header': () => t`an impossible LZ4 frame header`,
  'lz4.checksum': () => t`the LZ4 frame header does not match its checksum`,
  'lz4.length': () => t`an impossible length of an LZ4 block`,
  'lz4.outside': () => t`an LZ4 block points outside of itself`,

  'rows.noEnd': () => t`the rows end without their end marker`,
  'rows.end': () => t`the end of the rows is not as pg_dump writes it`,
  'rows.behind': () => t`there is text after the end marker of the rows`,
  'rows.escape': (data) => t`row ${shown(data, 'row')} holds an escape that COPY does not write`,
  'rows.byte': (data) =>
    t`row ${shown(data, 'row')} holds the byte 0x${shown(data, 'byte')}, which COPY never writes as it is`,
  'rows.endMarker': (data) => t`row ${shown(data, 'row')} holds the end marker of rows`,
  'rows.null': (data) => t`row ${shown(data, 'row')} holds ${'\\N'} in the middle of a value`,
  'rows.fields': (data) => t`row ${shown(data, 'row')} does not have ${shown(data, 'fields')} fields`,

  'tar.cut': () => t`the tar ends before its end`,
  'tar.head': () => t`the head of a file in the tar is broken`,
  'tar.extended': () => t`a broken extended head in the tar`,
  'tar.size': () => t`an impossible size in the tar`,
  'tar.longName': () => t`a name of a tar that is too long`,
  'tar.sameName': () => t`the tar holds two files of one name`,
  'tar.sparse': () => t`a sparse file in the tar, which has other bytes`,

  'files.noData': () => t`an entry without data names a file`,
  'files.name': () => t`the table of contents names a file that pg_dump does not make`,
  'files.twice': () => t`two entries name the same file`,
  'files.missing': () => t`a file that the table of contents names is missing`,
  'files.both': () => t`a file is there packed and unpacked`,
  'files.unnamed': () => t`a file beside the table of contents that it does not name`,
  'files.longList': () => t`a list of large objects that is too long`,
  'files.cutList': () => t`the list of large objects is cut`,
  'files.list': () => t`the list of large objects cannot be read`,

  'sql.statement': (data) => t`it ends in the midst of the statement that begins in line ${shown(data, 'line')}`,
  'sql.rows': () => t`it ends in the midst of the rows of a table`,
  'sql.end': () => t`its last line, with which pg_dump says that it is complete, is missing`,

  'changed.read': () => t`it changed while it was read`,
  'changed.copied': () => t`it changed while it was copied`,
};

const backup: { readonly [R in keyof BackupDamages]: (data: BackupDamages[R]) => string } = {
  'manifest.missing': () => t`it has no manifest`,
  'manifest.unreadable': (data) => t`${manifestOf(data)} cannot be read: ${shown(data, 'message')}`,
  'manifest.json': (data) => t`${manifestOf(data)} cannot be read: it is no JSON`,
  'manifest.format': (data) => t`${manifestOf(data)} cannot be read: not a manifest of a backup`,
  'manifest.version': (data) =>
    t`${manifestOf(data)} cannot be read: format version ${shown(data, 'version')} is not known, or not the one that is wanted`,
  'manifest.field': (data) =>
    t`${manifestOf(data)} cannot be read: ${data.at === '' ? t`the manifest` : shown(data, 'at')}: ${fieldWords(data)}`,
  'manifest.folder': (data) => t`the manifest cannot be read: it is of another folder: ${shown(data, 'of')}`,
  'manifest.place': (data) => t`the manifest cannot be read: it is of another place: ${shown(data, 'of')}`,
  'manifest.adopted': () => t`the manifest cannot be read: it says that it was adopted, and is not where such are`,
  'contents.of': (data) => t`${manifestOf(data)} cannot be read: it is of another backup: ${shown(data, 'of')}`,
  'contents.tables': (data) => t`${manifestOf(data)} cannot be read: it has another number of tables`,

  'archive.missing': () => t`the archive is missing`,
  'archive.bytes': (data) => t`the archive has ${number(data.found)} bytes, the manifest says ${number(data.expected)}`,
  'archive.digest': () => t`the SHA-256 of the archive is not the manifest's`,
  'archive.stream': () => t`what was read again is not what came from the pod`,
  'archive.differs': (data) => t`${partWords(data)} is not as the manifest says`,
  'archive.count': (data) =>
    t`the archive has ${number(data.found)} of ${partsWords()[data.what] ?? shown(data, 'what')}, the manifest ${number(data.expected)}`,
  'archive.counted': (data) =>
    t`${shown(data, 'table')} has ${number(data.expected)} rows at the source and ${number(data.found)} rows in the archive`,
  'archive.foreign': () => t`it reads as something that is no archive`,
  'archive.version': (data) => t`its version reads as ${shown(data, 'version')}`,
  'archive.encoding': (data) => t`its encoding reads as ${shown(data, 'encoding')}`,
  'archive.otherwise': () => t`its table of contents reads otherwise than it did`,

  'file.unnamed': (data) => t`its manifest names no ${shown(data, 'file')}`,
  'file.missing': (data) => t`${shown(data, 'file')} is missing`,
  'file.bytes': (data) =>
    t`${shown(data, 'file')} has ${number(data.found)} bytes, the manifest says ${number(data.expected)}`,
  'file.digest': (data) => t`the SHA-256 of ${shown(data, 'file')} is not the manifest's`,
  'file.sealed': (data) => t`${shown(data, 'file')} is not the one that was sealed`,
  'key.missing': () => t`its key file is missing`,
  'upgrade.taken': (data) => t`something else stands in ${shown(data, 'at')}`,

  'masked.rows': (data) =>
    t`${shown(data, 'table')} has ${number(data.found)} rows, and should have ${number(data.expected)}`,
  'masked.changed': (data) => t`the rows of ${shown(data, 'table')}, which no rule changes, are others`,
  'masked.tables': () => t`there are tables that the dump did not have`,
  'masked.largeObjects': () => t`the large objects are others`,
};

const damages: Readonly<Record<string, (data: never) => string>> = { ...archive, ...backup };

function manifestOf({ file }: { readonly file?: string | undefined }): string {
  return file === undefined ? t`the manifest` : safe(file);
}

function number(found: number | undefined): string {
  return count(found ?? 0);
}

function partWords(data: BackupDamages['archive.differs']): string {
  if (data.what === 'table') return t`table ${shown(data, 'name')}`;
  return data.what === 'sequence' ? t`sequence ${shown(data, 'name')}` : t`what the archive has of large objects`;
}

const partsWords = (): Readonly<Partial<Record<ContentsPart, string>>> => ({
  table: t`tables`,
  sequence: t`sequences`,
  largeObjects: t`large objects`,
});

function fieldWords(data: BackupDamages['manifest.field']): string {
  if (data.is === 'one') return t`none of ${shown(data, 'known')}`;
  return fieldProblems()[data.is] ?? shown(data, 'is');
}

const fieldProblems = (): Readonly<Partial<Record<FieldProblem, string>>> => ({
  text: t`no text`,
  long: t`too long`,
  form: t`not of its form`,
  number: t`no number`,
  boolean: t`neither true nor false`,
  time: t`no time`,
  list: t`no list`,
  object: t`no object`,
});

const textNames = (): Readonly<Partial<Record<TocText, string>>> => ({
  name: t`a name`,
  definition: t`a definition`,
  drop: t`a DROP statement`,
  copy: t`a COPY statement`,
  schema: t`a schema's name`,
  tablespace: t`a tablespace's name`,
  accessMethod: t`an access method's name`,
  owner: t`an owner's name`,
});
