/**
 * What DB Ferry itself says in the place of a server, a tool or a file that says nothing of use: it stands as the `message`, the `about` or the `at` of an error's data,
 * where else their own words stand. What an earlier version put there is a text.
 */
export type OwnSaying =
  /** an API server's answer that is none; `path` says to what */
  | 'own.noAnswer'
  | 'own.proxy'
  | 'own.noPod'
  /** no socket and no address of a server */
  | 'own.noPlace'
  /** a file or an expression */
  | 'own.unreadable'
  | 'own.noYaml'
  | 'own.form'
  /** a row, an answer to a check, a count of rows */
  | 'own.rowJson'
  | 'own.checkJson'
  | 'own.count'
  /** what an answer is about */
  | 'own.probe'
  | 'own.login'
  | 'own.factsRow'
  | 'own.server'
  | 'own.database'
  | 'own.databases';

/** The same as a value of a text. Pure. */
export function own(saying: OwnSaying): string {
  return saying;
}
