import { statementsOf, type Statement } from './statements';

/** Whether the definition of a comment, a grant, an event trigger or of what fills a view holds any other statement than pg_dump writes there. `backslashes` is that of `tokensOf`. Pure. */
export function sayMore(kind: string, definition: string, backslashes: boolean): boolean {
  const isKnown = forms[kind];
  const statements = statementsOf(definition, backslashes);
  return isKnown === undefined || statements === undefined || !statements.every(isKnown);
}

type Form = (statement: Statement) => boolean;

const worded =
  (form: RegExp): Form =>
  ({ words }) =>
    form.test(words);

/** Of rights on things: what is granted without ON is a role. */
const grant: Form = (statement) =>
  /^(?:SET SESSION AUTHORIZATION |RESET SESSION AUTHORIZATION $)/.test(statement.words) ||
  (/^(?:GRANT|REVOKE) /.test(statement.words) && behindOn(statement).length > 0 && !isOfServer(statement));

/** What stands behind each ON. */
function behindOn({ tokens }: Statement): string[] {
  return tokens.flatMap(({ kind, text }, at) => (kind === 'word' && text === 'ON' ? [tokens[at + 1]?.text ?? ''] : []));
}

/** Of what is the whole server's: no entry of a database says anything of it. */
function isOfServer(statement: Statement): boolean {
  return behindOn(statement).some((what) => /^(?:database|role|tablespace|parameter)$/i.test(what));
}

const of =
  (form: RegExp): Form =>
  (statement) =>
    form.test(statement.words) && !isOfServer(statement);

const forms: Readonly<Record<string, Form>> = {
  ACL: grant,
  'ACL LANGUAGE': grant,
  'DEFAULT ACL': worded(/^ALTER DEFAULT PRIVILEGES /),
  COMMENT: of(/^COMMENT ON /),
  'SECURITY LABEL': of(/^SECURITY LABEL /),
  'MATERIALIZED VIEW DATA': worded(/^REFRESH MATERIALIZED VIEW /),
  'EVENT TRIGGER': worded(/^(?:CREATE|ALTER) EVENT TRIGGER /),
};
