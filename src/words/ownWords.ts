import type { OwnSaying } from '../core/base/ownSaying';
import { t } from './language';
import { shown, text, type KeyOf } from './shown';

/** A value of `data` that a server, a tool or a file said, or DB Ferry in its place. */
export function saidBy<D extends object>(data: D, key: KeyOf<D>): string {
  const said = text(data, key);
  if (said === undefined || !Object.hasOwn(sayings, said)) return shown(data, key);
  return (sayings as Readonly<Record<string, (data: object) => string>>)[said]?.(data) ?? shown(data, key);
}

const sayings: { readonly [S in OwnSaying]: (data: { readonly path?: string }) => string } = {
  'own.noAnswer': (data) => t`what it answered to ${shown(data, 'path')} is not an answer of Kubernetes`,
  'own.proxy': () => t`HTTPS_PROXY is no address`,
  'own.noPod': () => t`what the server says of it is no pod`,
  'own.noPlace': () => t`no place to ask`,
  'own.unreadable': () => t`it cannot be read`,
  'own.noYaml': () => t`it is no YAML`,
  'own.form': () => t`it is not of the form that is needed`,
  'own.rowJson': () => t`a row of it is no JSON`,
  'own.checkJson': () => t`an answer to a check is no JSON`,
  'own.count': () => t`no count of a table`,
  'own.probe': () => t`the probe`,
  'own.login': () => t`its login`,
  'own.factsRow': () => t`a row of its facts`,
  'own.server': () => t`its server`,
  'own.database': () => t`a database`,
  'own.databases': () => t`more databases than it can have`,
};
