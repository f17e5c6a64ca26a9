/** What a recovery kit is made of; the identity is the secret. */
export interface KitFacts {
  readonly identity: string;
  readonly recipient: string;
  /** when the key was made, or the page printed: YYYY-MM-DD */
  readonly date: string;
}

/**
 * One page to print: the key, where it belongs, and how a database comes back without DB Ferry. Saved as a file it is an identity, as age and DB Ferry read them: every line but
 * that of the key is a comment.
 */
export function recoveryKit({ identity, recipient, date }: KitFacts): string {
  const groups = identity.length > 100 ? [] : (identity.match(/.{1,8}/g) ?? []);
  const publicKey = recipient.length > 100 ? `${recipient.slice(0, 60)}…` : recipient;
  const lines = [
    `DB FERRY: RECOVERY KEY, ${date}`,
    '',
    'Whoever holds this page can read every backup that was encrypted for it. When',
    'it is lost, and every other key with it, nobody can, not even who made them.',
    '',
    'WHERE IT BELONGS',
    'On paper in a safe, and in a password manager outside of the clusters that',
    'are backed up. Not beside backups, not in a repository, a mail or a chat.',
    'Nobody needs it from day to day. Note who took it out, when, and why.',
    '',
    'THE KEY (secret). Its public half, which encrypts and opens nothing, is',
    publicKey,
    '',
  ];
  const after = [
    '',
    ...(groups.length > 0
      ? [
          'The same in groups, to type it from paper (in one line, without spaces):',
          `    ${groups.slice(0, 5).join(' ')}`,
          `    ${groups.slice(5).join(' ')}`,
          '',
        ]
      : []),
    'TO GET A DATABASE BACK WITHOUT DB FERRY',
    'Take age (age-encryption.org), and the pg_restore of the PostgreSQL version',
    'that made the backup, or of a later one. Save this page, or the line of the',
    'key alone, as recovery.key. In the folder of the backup:',
    '',
    '    age -d -i recovery.key key.1.age > backup.key',
    '    age -d -i backup.key database.dump.age | pg_restore -d shop',
    '',
    'Of several key files: the one with the highest number that opens. The database',
    '(here: shop) has to be there, empty. Roles that it needs are in',
    'globals.sql.age, which opens the same way: read it before you run it.',
    'Remove backup.key afterwards.',
    '',
    'WITH DB FERRY',
    '    db-ferry restore <backup> <database ref> --identity recovery.key',
    '',
    'EVERY THREE MONTHS',
    'See that this key still opens the newest backups:',
    '    db-ferry keys test recovery.key',
    'Tested on, by: ______________  ______________  ______________  ______________',
  ];
  const comment = (text: string): string => `# ${text}`.trimEnd();
  return `${[...lines.map(comment), identity, ...after.map(comment)].join('\n')}\n`;
}
