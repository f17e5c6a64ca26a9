/** A page of help about something that several commands share. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly blocks: readonly Block[];
}

/** A paragraph, a list of words with what they mean, or lines to be typed. */
export type Block =
  | string
  | { readonly terms: readonly (readonly [term: string, meaning: string])[] }
  | { readonly code: readonly string[] };

/** How a command can end, for scripts. */
export const exitCodes: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done and verified (diff: the same; --prepare: made, proven, and waiting; drill: proven)'],
  ['1', 'failed, nothing changed (drill: it could not be done, which says nothing of the backup)'],
  ['2', 'bad usage'],
  ['3', 'done with differences listed (diff: different; status: something is missed; drill: the backup is bad)'],
  ['4', 'refused before anything was changed'],
  ['5', 'outcome unknown, and how to find out'],
  ['130', 'cancelled, nothing changed'],
];

/** What the environment can say. */
export const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['KUBECONFIG', 'the kubeconfig files, as kubectl reads them; --kubeconfig adds more'],
  ['DB_FERRY_ROOT', 'an absolute path: where backups are, unless --root says otherwise'],
  ['DB_FERRY_TRUSTED_KEYS', 'public keys whose signatures count as yours, with spaces between; --trust-key adds more'],
  [
    'DB_FERRY_RECIPIENTS',
    'age1… public keys to encrypt for, beside those of `keys add`; recovery: before one says what it is',
  ],
  ['DB_FERRY_IDENTITY', 'the absolute path of an identity that opens encrypted backups; --identity names another'],
  ['DB_FERRY_AUDIT', 'a folder or s3://bucket/prefix: where the audit trail is kept; default: in the state folder'],
  ['DB_FERRY_NOTIFY', 'the file that says who is told of jobs; default: notify.yaml in the state folder'],
  ['DB_FERRY_RUNNER', 'cluster/namespace: where --in-cluster starts jobs, unless --runner says otherwise'],
  ['DB_FERRY_POLICY', 'in a pod: the policy of who started the job (`policy use`), which counts beside all others'],
  ['DB_FERRY_IN_CLUSTER', 'in a pod: the name that its own cluster has there, reached as its ServiceAccount'],
  ['DB_FERRY_RESERVE', 'space that stays free here, as --reserve takes it'],
  ['DB_FERRY_KEEP_AWAKE', '0: a job does not keep a Dev Spaces workspace awake'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy on the way to clusters, unless their kubeconfig names one'],
  ['XDG_DATA_HOME', 'backups are in its folder db-ferry; default: ~/.local/share'],
  ['XDG_STATE_HOME', 'jobs, locks and the signing key are in its folder db-ferry; default: ~/.local/state'],
];

/** Every topic, in the order in which help lists them. */
export const topics: readonly Topic[] = [
  {
    name: 'references',
    summary: 'how a cluster, a pod and a database are named',
    blocks: [
      'A place is cluster/namespace/pod[/database].',
      {
        terms: [
          ['cluster', 'its name in `db-ferry clusters`: an alias, or the name of a context'],
          ['namespace', 'the project, where the cluster is OpenShift'],
          ['pod', 'a pod, or its StatefulSet or Deployment: then the primary among its pods is meant'],
          ['database', 'all that follows the third slash; its name may hold slashes'],
        ],
      },
      'Lists take the beginning of one: a cluster, or cluster/namespace. The current context of a kubeconfig is never used: a command means what it says, wherever it is typed.',
      { code: ['db-ferry clusters', 'db-ferry pods prod/shop', 'db-ferry backup prod/shop/postgres-0/shop'] },
    ],
  },
  {
    name: 'backups',
    summary: 'how a backup or a job is named: id, its beginning, latest, a path',
    blocks: [
      'Where a backup is asked for:',
      {
        terms: [
          ['20261123T051500Z-3f9a1c', 'its id, as `db-ferry backups` shows it'],
          ['20261123T05', 'the beginning of an id, of four characters or more, where only one begins so'],
          ['latest', 'the newest backup in the catalog that was taken, not adopted'],
          ['latest:shop', 'the newest of a database of this name; all backups of it have to be of one place'],
          [
            'latest:prod/shop',
            'the newest of a place: cluster/namespace[/pod[/database]]; of a cluster: `latest:prod/`',
          ],
          ['./x.dump, /x/y', 'a path: the folder of a backup, its archive, or a dump made elsewhere'],
        ],
      },
      '`latest` stands for what this workspace, or one whose key you trust, has signed. Where the newest that fits is signed by nobody, or cannot be read, nothing is chosen: it is named, and an id has to be given. What it stood for is said, and recorded in the job.',
      'Where a job is asked for: its id, the beginning of one, or `latest`: the newest that the command can be about (cancel: that runs; undo and release: a restore, copy or undo; clean: that was interrupted). `latest:restore` is the newest of a kind, `latest:test/shop` of a place.',
      'Backups lie under one root, readable by you alone; --encrypt encrypts them besides (`help encryption`). A reserve of the volume (10 %, 1 to 10 GiB) stays free: --reserve.',
    ],
  },
  {
    name: 'encryption',
    summary: 'backups that only those can read whom you name, and what opens them',
    blocks: [
      'A backup taken with --encrypt is encrypted before it reaches a disk: age files (age-encryption.org), which stock age opens without DB Ferry. Sizes, times and the place it was taken from stay in clear, names of tables and roles do not.',
      {
        terms: [
          ['keys init <file>', 'makes a recovery key, first of all: a page to print and lock away'],
          ['keys add age1…', 'names who else may read backups to come; --recovery: it is a recovery key'],
          ['keys list, remove', 'for whom they are, and for whom no longer'],
          ['keys test <file>', 'opens the newest of every database with a key, and files that it did'],
          ['keys rotate all', 'opens backups that are there to the keys of now; archives are not touched'],
        ],
      },
      'Here only public keys are kept: who takes over this place can make backups, and reads none of the old ones. To verify, inspect, restore, compare or export one, name the file of an identity with --identity or DB_FERRY_IDENTITY. One with a passphrase (age -p) is asked for it. A job gets it on its standard input, and writes it nowhere.',
      'DB_FERRY_RECIPIENTS names public keys where no list is kept, in a cluster for example.',
      {
        code: [
          'db-ferry keys init /media/stick/recovery.key',
          'db-ferry backup prod/shop/postgres-0/shop --encrypt',
          'db-ferry restore latest:prod/shop test/shop/pg16-0/shop --identity team.key',
        ],
      },
    ],
  },
  {
    name: 'restoring',
    summary: 'what a restore does to a database and its users, and the way back',
    blocks: [
      'A restore makes a new database where none exists. Where one does, only --as replace goes on; everything else is refused (4).',
      'The backup goes into a side database first. That is dumped again and compared with the backup, table by table; only then both names are exchanged, in one transaction. Rows that differ never get there. All sessions of the replaced database end, their open transactions roll back, and logins wait about a tenth of a second.',
      'The replaced database stays, closed: `db-ferry undo` swaps back, `db-ferry release` drops it. What was written between the backup and the restore exists only in it.',
      'What may be in the way, and what helps:',
      {
        terms: [
          [
            'missing roles',
            '--create-roles makes them without login, --map-role a=b uses others, --no-owner leaves owners out',
          ],
          ['grants', '--no-privileges leaves them out, and what was revoked'],
          ['tablespaces', '--no-tablespaces puts all where the database is'],
          [
            'something the target refuses',
            '--go-on leaves it out and lists it (3); where a database is replaced also --accept-missing',
          ],
          ['settings that give a right', '--trust-settings, for a new database, as superuser'],
          [
            'no right to create databases',
            '--as replace --in-place: one transaction that locks it; no undo but a backup',
          ],
        ],
      },
      'Look first: --plan shows what would be done and changes nothing.',
      { code: ['db-ferry restore latest:prod/shop test/shop/pg16-0/shop --as replace --plan'] },
    ],
  },
  {
    name: 'safety',
    summary: 'what is asked, what is proven, what is never done',
    blocks: [
      'A stream counts as whole only when its trailer arrived after the last byte. A folder under its final name is complete and verified. A job whose process is gone without a result is interrupted, never done. Outcome unknown (5) is said as such, with the way to find out.',
      'What cannot be taken back asks for a name: replacing, undo, release, delete, unprotect. In a script --yes answers, but only for what is proven to be yours; --confirm <name> means one kept database whoever made it. A protected place wants the name also beside --yes: --confirm <database>.',
      'Sessions of DB Ferry set their own search path and settings. Restoring means executing: a dump holds SQL, which runs with the rights of the role that restores. Restore what you trust.',
      'No password of a login leaves its pod, and no secret is in an argument, log, event or manifest.',
    ],
  },
  {
    name: 'output',
    summary: 'tables, names, JSON and TSV for other programs',
    blocks: [
      'What was asked for goes to the standard output, everything else to the standard error.',
      {
        terms: [
          ['--json', 'every command: one event a line; the last is {"type":"result", …} with outcome and exitCode'],
          ['-o name', 'lists: one name a line (cluster, reference or id), for a loop in a shell'],
          ['-o wide', 'lists: the table with all its columns'],
          ['-o json', 'lists: one document {"items": [ … ]}; an item has the fields of its event'],
          ['-o tsv', 'lists: a heading and tabs between raw values: bytes, seconds, UTC'],
          ['--columns a,b', 'lists: these columns and no others, in this order'],
          ['--no-headers', 'lists: without the heading'],
          ['--quiet', 'the outcome only'],
        ],
      },
      'In a pipe a table is one table, and nothing in it is cut. Tabs, line ends and what hides in a text are shown as \\x09.',
      {
        code: [
          'db-ferry backups prod/shop -o name | tail -n 1',
          "db-ferry pods -o json | jq -r '.items[] | select(.ready) | .reference'",
          'db-ferry databases prod/shop/postgres-0 -o tsv --columns database,size',
        ],
      },
    ],
  },
  {
    name: 'exit-codes',
    summary: 'what a script can tell from how a command ends',
    blocks: [
      { terms: exitCodes },
      'With --json the last line says the same: {"type":"result","outcome":…,"exitCode":…}, and what failed by its code: {"error":{"code":…,"data":{…}}}.',
      'A second Ctrl-C stops waiting for a job that was told to stop: 5, since how it ends is not known here.',
    ],
  },
  {
    name: 'environment',
    summary: 'variables that are read, and where things are kept',
    blocks: [
      { terms: variables },
      'In a Dev Spaces workspace backups are in $PROJECTS_ROOT/.db-ferry, so that they outlive it.',
    ],
  },
  {
    name: 'completion',
    summary: 'the Tab key in bash and zsh',
    blocks: [
      'Commands, options, their values, clusters, places that backups and jobs know, ids of backups and jobs. No cluster is asked.',
      {
        code: [
          'source <(db-ferry completion bash)                                      # this shell',
          'db-ferry completion bash > ~/.local/share/bash-completion/completions/db-ferry',
          'db-ferry completion zsh > "${fpath[1]}/_db-ferry"',
        ],
      },
    ],
  },
];
