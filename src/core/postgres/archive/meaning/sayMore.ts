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
const grant: Form = ({ words, tokens }) =>
  /^(?:SET SESSION AUTHORIZATION |RESET SESSION AUTHORIZATION $)/.test(words) ||
  (/^(?:GRANT|REVOKE) /.test(words) && tokens.some(({ kind, text }) => kind === 'word' && text === 'ON'));

const forms: Readonly<Record<string, Form>> = {
  ACL: grant,
  'ACL LANGUAGE': grant,
  'DEFAULT ACL': worded(/^ALTER DEFAULT PRIVILEGES /),
  COMMENT: worded(/^COMMENT ON /),
  'SECURITY LABEL': worded(/^SECURITY LABEL /),
  'MATERIALIZED VIEW DATA': worded(/^REFRESH MATERIALIZED VIEW /),
  'EVENT TRIGGER': worded(/^(?:CREATE|ALTER) EVENT TRIGGER /),
};
